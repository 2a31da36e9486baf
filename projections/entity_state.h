// The state an entity is in, whatever its machine.
#pragma once

#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "eventstore/event_entity.h"
#include "projections/rows.h"

namespace annals {

// Empty where there is no such entity. `run_id` is of use for those that live in a run.
absl::StatusOr<std::string> StateOf(const EntityRef& entity, std::string_view run_id, Rows& rows);

}  // namespace annals
