// The names of a step attempt's statuses, as tables, JSON and flags have them.
#pragma once

#include <optional>
#include <string_view>

#include "schemas/command.capnp.h"

namespace annals {

inline constexpr std::string_view kStepStatusNames[] = {"in_progress", "success", "failure", "skipped"};

inline std::string_view StepStatusName(schema::StepStatus status) { return kStepStatusNames[static_cast<size_t>(status)]; }

inline std::optional<schema::StepStatus> StepStatusOf(std::string_view name) {
  for (size_t i = 0; i < std::size(kStepStatusNames); ++i) {
    if (kStepStatusNames[i] == name) return static_cast<schema::StepStatus>(i);
  }
  return std::nullopt;
}

}  // namespace annals
