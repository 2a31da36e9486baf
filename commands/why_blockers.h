// What holds an entity up, and what holds that up, down to the roots.
#pragma once

#include <vector>

#include <absl/status/statusor.h>

#include "commands/why_kinds.h"

namespace annals::why {

struct Blockers {
  std::vector<Blocker> found;  // nearest first, each once
  bool has_more = false;       // there are more than are named here
};
absl::StatusOr<Blockers> FindBlockers(const Inquiry& inquiry, const Subject& subject);

}  // namespace annals::why
