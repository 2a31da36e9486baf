// History judged again: what of the log a proposed law would have decided otherwise.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <absl/functional/function_ref.h>
#include <absl/status/statusor.h>

#include "commands/machine.h"
#include "eventstore/storage.h"
#include "projections/rebuild.h"

namespace annals {

// One move, made or refused, that the proposed law judges otherwise.
struct Divergence {
  Position position;
  std::string run_id;  // empty: of no run
  std::string entity;
  std::string from, to, trigger;
  std::string_view then;  // lawful, refused, override
  std::string_view now;   // lawful, refused
  std::string why;        // what the proposed law has against it; empty where it takes it
};

struct Rejudgement {
  uint64_t judged = 0;
  uint64_t same = 0;
  uint64_t divergences = 0;
  // Moves of entities that diverged before: under the proposed law they would have been elsewhere, so nothing is said
  // of them.
  uint64_t after = 0;
  // Refusals that are left out, as edges and guards did not decide them by what the log has: what existed already, a
  // run that had ended, an epoch or a digest that was not recorded with the refusal.
  uint64_t undecided = 0;
};

// Judges every move of the machine that `proposed` is named like again, on the rows as they were, in the order of the
// log; of one run where it is given. A move that was made is asked for by the state it reached, whatever its trigger is
// called, a refused one as it was asked for; what an override set aside, it sets aside again. By the machine in force
// nothing diverges. Holds the rows of what it folds in memory.
//   kInvalidArgument  `proposed` has a guard that looks at what its entities do not have
//   kNotFound         there is no such run
//   kDataLoss         the log moves what it never made
absl::StatusOr<Rejudgement> Rejudge(Snapshot& snapshot, const Machine& proposed,
                                    const std::optional<std::string>& run_id, FoldProgress progress,
                                    absl::FunctionRef<void(const Divergence&)> on_divergence);

}  // namespace annals
