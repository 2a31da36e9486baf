// What changed in the tables between two positions.
#pragma once

#include <optional>
#include <string>

#include <absl/functional/function_ref.h>
#include <absl/status/status.h>

#include "eventstore/storage.h"
#include "projections/rebuild.h"

namespace annals {

// One row that is not the same at both. Values view rows that go after the call.
struct RowChange {
  const TableDef* table = nullptr;
  std::optional<Row> before;  // absent: the row was added
  std::optional<Row> after;   // absent: the row is gone, as it is where the second position is the earlier one
};

// Visits the rows that differ at `from` and at `to`, stream by stream in the order in which the log first touches them
// between the two, then by table and key. Only streams with events between them are folded: what else stands in the log
// costs no more than passing by. `run_id`: only that run's. state_transitions is left out: its rows are the events
// themselves.
absl::Status Diff(Snapshot& snapshot, Position from, Position to, const std::optional<std::string>& run_id,
                  absl::FunctionRef<absl::Status(const RowChange&)> visit, FoldProgress progress);

}  // namespace annals
