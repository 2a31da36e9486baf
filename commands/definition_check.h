// What makes a machine's definition a law one can live by, beyond the shape of its JSON.
#pragma once

#include <absl/status/status.h>

#include "commands/machine_definition.h"
#include "schemas/machine_definition.capnp.h"

namespace annals {

// kInvalidArgument: the faults, each with its JSON pointer (see ReadMachineDefinition()). Linear in the size of the
// definition but for the few faults that are named.
absl::Status CheckDefinition(schema::MachineDefinition::Reader definition, MachineUse use);

}  // namespace annals
