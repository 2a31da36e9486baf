// The names of a step attempt's statuses, as tables, JSON and flags have them.
#pragma once

#include <iterator>
#include <optional>
#include <string_view>

#include "schemas/command.capnp.h"

namespace annals {

inline constexpr std::string_view kStepStatusNames[] = {"in_progress", "success", "failure", "skipped"};

// "unknown" for one that only a newer binary knows.
inline std::string_view StepStatusName(schema::StepStatus status) {
  const auto index = static_cast<size_t>(status);
  return index < std::size(kStepStatusNames) ? kStepStatusNames[index] : "unknown";
}

inline std::optional<schema::StepStatus> StepStatusOf(std::string_view name) {
  for (size_t i = 0; i < std::size(kStepStatusNames); ++i) {
    if (kStepStatusNames[i] == name) return static_cast<schema::StepStatus>(i);
  }
  return std::nullopt;
}

}  // namespace annals
