// What an event leads to by itself: the rules between machines (SPEC §6). Each consequence is a command that the engine
// gives, judged like any other when its turn comes, and dropped where the law does not have it any more.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <absl/functional/function_ref.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "commands/decision.h"
#include "projections/projector.h"

namespace annals {

struct Consequence {
  Position cause;
  std::string run_id;
  std::function<absl::Status(const DecisionInput& input)> decide;
};

// Adds what `event`, which has been folded into `rows`, leads to.
absl::Status FindConsequences(const FoldedEvent& event, Rows& rows, std::vector<Consequence>& out);

// Puts what was decided where it belongs, folds it, and goes on with what follows from it, until nothing does. `place`
// gives each draft its place in the log and returns it as an event; the drafts are used up.
absl::Status Settle(const DecisionInput& input,
                    absl::FunctionRef<absl::StatusOr<FoldedEvent>(EventDraft& draft)> place);

}  // namespace annals
