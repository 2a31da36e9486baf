// A machine as a command line names it.
#pragma once

#include <optional>
#include <string>

#include <absl/status/statusor.h>

#include "commands/machine.h"
#include "commands/machine_definition.h"

namespace annals {

// A built-in machine, or one that a file defines.
class GivenMachine {
 public:
  // What has a '/' or ends in ".json" is a file; anything else is the name of a machine.
  //   kInvalidArgument  no machine of that name; the file does not define one
  //   kNotFound         there is no such file
  //   kInternal         it cannot be read
  static absl::StatusOr<GivenMachine> Read(const std::string& name_or_file);

  const Machine& machine() const { return from_file_ ? *from_file_ : *built_in_; }

 private:
  GivenMachine() = default;

  const Machine* built_in_ = nullptr;
  std::optional<MachineDefinition> definition_;  // what from_file_ is made of
  std::optional<Machine> from_file_;
};

}  // namespace annals
