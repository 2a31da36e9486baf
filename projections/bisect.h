// The event at which something became true, found by halving.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <absl/functional/function_ref.h>
#include <absl/status/statusor.h>

#include "eventstore/storage.h"
#include "projections/rebuild.h"

namespace annals {

struct BisectRange {
  std::optional<std::string> run_id;  // only this run's events and rows; else the whole log
  Position after;                     // the state to begin with: events up to here are folded
  Position last;
};

struct Bisection {
  Position position;    // it holds behind this event and not before it
  uint64_t looks = 0;   // how often it was asked
  uint64_t events = 0;  // among how many
};

// Finds an event of `range` before which `holds`, asked of the rows in `store` (empty at first), says no and behind
// which it says yes. Where it changes its mind more than once this is one of the places.
//   kNotFound            it does not hold at the end
//   kFailedPrecondition  it holds at the beginning
absl::StatusOr<Bisection> Bisect(Snapshot& snapshot, const BisectRange& range, RowStore& store,
                                 absl::FunctionRef<absl::StatusOr<bool>()> holds, FoldProgress progress);

}  // namespace annals
