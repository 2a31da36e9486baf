// The names of the types of test gates, as tables, JSON and flags have them.
#pragma once

#include <iterator>
#include <string_view>

#include "schemas/command.capnp.h"

namespace annals {

inline constexpr std::string_view kGateTypeNames[] = {"unit", "lint", "integration", "security"};

// "unit" for one that only a newer binary knows: tables hold none but these.
inline std::string_view GateTypeName(schema::GateType type) {
  const auto index = static_cast<size_t>(type);
  return index < std::size(kGateTypeNames) ? kGateTypeNames[index] : kGateTypeNames[0];
}

}  // namespace annals
