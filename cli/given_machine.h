// A machine as a command line names it.
#pragma once

#include <optional>
#include <string>

#include <absl/status/statusor.h>

#include "commands/machine.h"
#include "commands/machine_definition.h"

namespace annals {

class Context;

// A built-in machine, one that a user put into the log, or one that a file defines.
class GivenMachine {
 public:
  // What has a '/' or ends in ".json" is a file; anything else is the name of a machine.
  // Of a user's machine it is the newest version, unless `version` names another.
  //   kInvalidArgument  no machine of that name; the file does not define one
  //   kNotFound         there is no such file, or no such version
  //   kInternal         it cannot be read
  static absl::StatusOr<GivenMachine> Read(Context& context, const std::string& name_or_file,
                                           const std::optional<std::string>& version = std::nullopt);

  const Machine& machine() const { return from_file_ ? *from_file_ : *built_in_; }

 private:
  GivenMachine() = default;
  absl::Status Define(std::string_view json);

  const Machine* built_in_ = nullptr;
  std::optional<MachineDefinition> definition_;  // what from_file_ is made of
  std::optional<Machine> from_file_;             // or from the log
};

}  // namespace annals
