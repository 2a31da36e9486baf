// A command on its way to the engine: what every one of them carries, whoever made it.
#pragma once

#include <absl/status/statusor.h>

#include "cli/context.h"
#include "commands/answer.h"
#include "schemas/command.capnp.h"

namespace annals {

// Sets actor, idempotency key, expected version and dry run by the global options. kInvalidArgument: no fit actor.
absl::Status FillCommon(const Context& context, schema::Command::Builder command);

// FillCommon, then hands the command over in a commit of its own.
absl::StatusOr<Answer> Submit(Context& context, schema::Command::Builder command);

}  // namespace annals
