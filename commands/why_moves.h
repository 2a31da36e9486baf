// Which commands the law takes now. The deciders and guards that judge commands judge them here: there is no second
// law.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "commands/why_evidence.h"
#include "commands/why_kinds.h"

namespace annals::why {

// A command that was judged.
struct Judged {
  PossibleCommand command;
  bool is_guarded = false;                  // its edge has guards that look at more than the command
  bool reaches_start = false;               // the state its machine begins in
  std::vector<EntityName> in_the_way = {};  // what the objections are about
};

// Every command that follows an edge out of its state.
absl::StatusOr<std::vector<Judged>> JudgeMoves(const Inquiry& inquiry, const Kind& kind, const Subject& subject);
// Those that leave its state as it is.
absl::StatusOr<std::vector<Judged>> JudgeRecords(const Inquiry& inquiry, const Kind& kind, const Subject& subject);
// What the guards of the edges out of `from` would say of the entity as it is: of one that has to begin anew.
absl::StatusOr<std::vector<Judged>> JudgeGuardsFrom(const Inquiry& inquiry, const Kind& kind, const Subject& subject,
                                                    std::string_view from);
// Whether an override would move it, and how. Its kind has a machine.
absl::StatusOr<OverrideOutcome> JudgeOverride(const Inquiry& inquiry, const Kind& kind, const Subject& subject,
                                              Position since);

}  // namespace annals::why
