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
  Decider decide = nullptr;
};

// Fills `target`, whose memory is used again. `new_run_id` is asked for where a run is to be made and has no name.
//   kNotFound         the command names only a workstream, and no run holds one of that name
//   kInvalidArgument  it names only a workstream, and not exactly one open run holds it; or it says nothing to do
absl::Status FindTarget(schema::Command::Reader command, Rows& rows, absl::FunctionRef<std::string()> new_run_id,
                        Target& target);

// "create_run", …: the command's name as JSON has it.
std::string CommandName(schema::Command::Reader command);

}  // namespace annals
