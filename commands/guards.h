// Guards: named conditions on an edge, over rows. A machine names them; this is all there are.
#pragma once

#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "projections/rows.h"

namespace annals {

// What a guard may look at. `workstream` is null for a run's own edges.
struct GuardInput {
  Rows& rows;
  const RunRow& run;
  const WorkstreamRow* workstream;
  std::string_view to;
};

struct Guard {
  std::string_view name;
  std::string_view meaning;  // one line, for the docs
  // Empty when it holds; else what it saw, to be read after "the guard NAME does not hold: ".
  absl::StatusOr<std::string> (*judge)(const GuardInput& input);
};

bool IsGuard(std::string_view name);
// kInvalidArgument, with the nearest right name, when there is none of that name.
absl::StatusOr<const Guard*> FindGuard(std::string_view name);

}  // namespace annals
