// Tables made anew from the log, and compared with it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <absl/functional/function_ref.h>
#include <absl/status/statusor.h>

#include "eventstore/storage.h"
#include "projections/rows.h"
#include "projections/table_check.h"

namespace annals {

// Told now and then how many events of how many are folded.
using FoldProgress = absl::FunctionRef<void(uint64_t done, uint64_t total)>;
// After so many events each.
inline constexpr uint64_t kProgressEvery = 16'384;

// Folds the events from `first` to `last` into `rows`. Returns how many there were.
absl::StatusOr<uint64_t> FoldLog(Snapshot& snapshot, Position first, Position last, Rows& rows, FoldProgress progress);

// Folds the events of one stream from `first` to `last` into `rows`: what it costs does not depend on the rest of the
// log. Returns how many there were; its refusals, which move nothing, are not among them unless
// rows.keeps_state_transitions. `after_each` is told when an event is folded.
absl::StatusOr<uint64_t> FoldStream(
    Snapshot& snapshot, std::string_view stream, Position first, Position last, Rows& rows,
    absl::FunctionRef<void(Position)> after_each = [](Position) {});

// kDataLoss unless a log of `events` events is what its head says: then it was cut or added to.
absl::Status CheckEventCount(uint64_t events, uint64_t head);

struct RebuildReport {
  uint64_t events = 0;
  std::vector<std::string> tables;
};

struct RebuildOptions {
  // The same database opened a second time: by it a chunk is folded while the one before is written. Without it they
  // take turns.
  Storage* second = nullptr;
  uint64_t chunk_events = 100'000;        // folded between two commits: writers wait for one such chunk at a time
  size_t cache_bytes = size_t{32} << 20;  // of rows held between chunks, about
};

// Folds the log from nothing into shadows of all tables that are kept, and of `wanted` (may be null) if it is kept on
// demand only, then puts them in the tables' place. Readers have the old rows until then; writers wait for one chunk at
// a time.
//   kAborted  another rebuild began meanwhile, or content that may be in the shadows was redacted
absl::StatusOr<RebuildReport> Rebuild(Storage& storage, const TableDef* wanted, FoldProgress progress,
                                      const RebuildOptions& options = {});

// Writes the rows of `tables` anew in place, in one transaction: for columns that were just added. Columns nobody knows
// stay.
absl::Status Refold(Storage& storage, const std::vector<const TableDef*>& tables, FoldProgress progress);

struct CheckReport {
  uint64_t events = 0;
  uint64_t rows = 0;
  uint64_t difference_count = 0;
  std::vector<TableDifference> differences;  // the first hundred
  std::optional<Position> first_position;    // the first of all of them
};

// Folds the log, stream by stream, and compares every row of every table that is kept, foreign keys included. Its
// memory is bounded by the streams that are open at the same time, whatever the log's length.
absl::StatusOr<CheckReport> CheckTables(Storage& storage, FoldProgress progress);

}  // namespace annals
