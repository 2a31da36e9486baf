// What a command is about: the run, the stream it appends to, and who decides.
#pragma once

#include <string>

#include <absl/functional/function_ref.h>
#include <absl/status/status.h>

#include "commands/decision.h"

namespace annals {

struct Target {
  std::string run_id;  // empty: no run
  std::string stream;
  std::string new_id;  // made for what is created, where the command gives none
  Decider decide = nullptr;
};

// Fills `target`, whose memory is used again. `new_id` is asked for where a run or a request is to be made and has no
// name.
//   kNotFound         the command names only a workstream, and no run holds one of that name
//   kInvalidArgument  it names only a workstream, and not exactly one open run holds it; or it says nothing to do
absl::Status FindTarget(schema::Command::Reader command, Rows& rows, absl::FunctionRef<std::string()> new_id,
                        Target& target);

// "create_run", …: the command's name as JSON has it.
std::string CommandName(schema::Command::Reader command);
// A transition names a state or a trigger, and can be overridden.
bool IsTransition(schema::Command::Reader command);
// Why the caller wants it, as far as the command has a reason; of an override its own.
std::string_view StatedReason(schema::Command::Reader command);

}  // namespace annals
