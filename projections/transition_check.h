// state_transitions compared with the log: a row belongs to the event at its position, whatever run that is of, so this
// table is compared piece by piece as a walk over the log goes on.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include <absl/status/status.h>

#include "eventstore/storage.h"
#include "projections/projector.h"
#include "projections/table_check.h"

namespace annals {

class TransitionCheck {
 public:
  // Where several walks share the work, one of them takes the rows that stand where the log has no event.
  enum class Strays { kCompared, kLeft };
  TransitionCheck(Snapshot& snapshot, Strays strays, OnDifference on_difference)
      : snapshot_(snapshot), strays_(strays), on_difference_(std::move(on_difference)) {
    rows_.keeps_state_transitions = true;
  }

  // The walk met `event`, or one that is not compared here. In the order of positions.
  absl::Status Meet(const FoldedEvent& event);
  absl::Status Skip(Position position);
  // The walk is at its end.
  absl::Status Finish();
  uint64_t seen() const { return seen_; }

 private:
  absl::Status Meet(Position position, bool is_compared);
  // Compares what stands up to `last`.
  absl::Status Compare(int64_t last);
  void CompareRow(Row shown);

  Snapshot& snapshot_;
  const Strays strays_;
  OnDifference on_difference_;
  Rows rows_;
  int64_t first_ = INT64_MIN;                  // what stands before it is compared
  std::vector<std::pair<int64_t, bool>> met_;  // positions from first_ on, and whether they are compared here
  uint64_t seen_ = 0;
};

}  // namespace annals
