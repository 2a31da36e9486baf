// The names of an enum of the schema, as tables, JSON and flags have them: snake_case.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <capnp/schema.h>

#include "schemas/json_schema.h"

namespace annals {

// By ordinal.
template <class Enum>
const std::vector<std::string>& EnumNames() {
  static const std::vector<std::string> names = EnumerantsOf(capnp::Schema::from<Enum>());
  return names;
}

// The first for one that only a newer binary knows: tables hold none but these.
template <class Enum>
std::string_view EnumName(Enum value) {
  const std::vector<std::string>& names = EnumNames<Enum>();
  const auto ordinal = static_cast<size_t>(value);
  return ordinal < names.size() ? names[ordinal] : names[0];
}

}  // namespace annals
