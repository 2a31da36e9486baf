// The commands that the doctor gives by itself.
#pragma once

#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "commands/answer.h"
#include "commands/doctor.h"
#include "commands/engine.h"

namespace annals::doctor {

struct Treatment {
  Finding finding;
  Answer answer;  // to its remedy
};

enum class TreatmentMode { kApply, kDryRun };

// Gives the remedy of every finding that has one, each in a commit of its own, then looks again, as one may make room
// for the next: a worker is given up, then its tasks are taken from it. Ends when nothing new is found; a dry run looks
// once. `question` is as for Examine(); its `now` is that of the engine's clock.
absl::StatusOr<std::vector<Treatment>> Treat(Engine& engine, const Question& question, std::string_view actor,
                                             TreatmentMode mode);

}  // namespace annals::doctor
