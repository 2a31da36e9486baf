// What holds an entity up, and what holds that up, down to the roots.
#pragma once

#include <vector>

#include <absl/status/statusor.h>

#include "commands/why_kinds.h"

namespace annals::why {

struct Blockers {
  std::vector<Blocker> found;  // each once: nearest first, and of very many the nearest and the roots
  size_t more = 0;             // left out in between
};
absl::StatusOr<Blockers> FindBlockers(const Inquiry& inquiry, const Subject& subject);

}  // namespace annals::why
