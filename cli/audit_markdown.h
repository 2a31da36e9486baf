// An audit as GitHub-flavoured Markdown.
#pragma once

#include <ostream>
#include <string>
#include <string_view>

#include "cli/audit.h"

namespace annals {

void WriteAuditMarkdown(const Audit& audit, std::ostream& out);

// `text` on one line, Printable(), so that Markdown shows it as it is, also in the cell of a table: no markup, no HTML,
// no end of the cell.
std::string EscapeMarkdown(std::string_view text);

}  // namespace annals
