// The names of the severities, from the mildest on, as tables, JSON and flags have them.
#pragma once

#include <iterator>
#include <optional>
#include <string_view>

#include "schemas/machine.capnp.h"

namespace annals {

inline constexpr std::string_view kSeverityNames[] = {"info", "warning", "error", "critical"};

// "critical" for one that only a newer binary knows.
inline std::string_view SeverityName(schema::Severity severity) {
  const auto index = static_cast<size_t>(severity);
  return index < std::size(kSeverityNames) ? kSeverityNames[index] : kSeverityNames[std::size(kSeverityNames) - 1];
}

// The graver one is the greater one.
inline std::optional<schema::Severity> SeverityNamed(std::string_view name) {
  for (size_t i = 0; i < std::size(kSeverityNames); ++i) {
    if (kSeverityNames[i] == name) return static_cast<schema::Severity>(i);
  }
  return std::nullopt;
}

}  // namespace annals
