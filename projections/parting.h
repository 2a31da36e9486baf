// Where a table and the fold of the log part.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <absl/status/status.h>
#include <absl/types/span.h>

#include "eventstore/storage.h"
#include "projections/row_type.h"

namespace annals {

// A cell that a table shows otherwise than the fold does, or a row that it lacks.
struct Parting {
  const TableDef* table = nullptr;
  std::string row;                        // as RowIdentity() has it
  std::optional<size_t> column = {};      // none: the row is missing
  std::optional<std::string> shown = {};  // what the table shows, as CellText() has it
  std::optional<Position> position = {};  // found: the first event whose effect the table does not show
};

// What names a row of the fold: the table and the columns in `lookup`.
std::string RowIdentity(const TableDef& table, absl::Span<const size_t> lookup, Row row);

// Finds the position of each of `partings`, all of rows of one stream, by folding it once more, event by event. If
// what the table shows was ever right, it is the event that changed it then (the last one, if it was right several
// times); if it never was, the event that gave the cell its present value; of a missing row, the event that made it.
absl::Status FindPartings(Snapshot& snapshot, std::string_view stream, absl::Span<Parting> partings);

}  // namespace annals
