// The summary of an audit: what its text, its Markdown and its HTML say first. Texts are as the log has them; each
// renderer makes them safe for where they go.
#pragma once

#include <string>
#include <vector>

#include "cli/audit.h"
#include "cli/terminal.h"

namespace annals {

// One thing that the summary says: "attempts", "17 of 21 succeeded", "4 failure".
struct AuditFact {
  std::string name;
  std::string value;
  std::string note = {};  // more about it; may be empty
  Ink ink = Ink::kPlain;  // of the value
};
std::vector<AuditFact> FactsOf(const Audit& audit);

}  // namespace annals
