// The law asked again, of an event that stands in the log: could it have been decided on the rows as they were?
#pragma once

#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "commands/machine_shelf.h"
#include "projections/projector.h"
#include "projections/rows.h"

namespace annals {

// Empty where `event`, of `stream`, was lawful on `rows`, which hold what came before it in that stream; else what the
// law has against it. It asks what deciders ask, of the same machines, guards and conditions.
// A status is an error of reading rows alone.
absl::StatusOr<std::string> FindUnlawful(std::string_view stream, const FoldedEvent& event, Rows& rows,
                                         const MachineSource& machines);

}  // namespace annals
