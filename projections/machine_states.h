// The states of a built-in machine, for the CHECK of a status column.
#pragma once

#include <string>
#include <vector>

#include "schemas/machine.capnp.h"

namespace annals {

inline std::vector<std::string> StatesOf(schema::Machine::Reader machine) {
  std::vector<std::string> names;
  for (const auto state : machine.getStates()) names.emplace_back(state.getName().cStr());
  return names;
}

}  // namespace annals
