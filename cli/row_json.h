// A row of any table as JSON and as cells for people, with what is derived when it is read (SPEC §4, §7).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/status/statusor.h>

#include "cli/table.h"
#include "eventstore/storage.h"
#include "schemas/json_writer.h"

namespace annals {

// Column name → key: "metadata_json" → "metadata".
std::string_view JsonKeyOf(const ColumnDef& column);

// One column of `row` as a key of the object that is open in `out`.
void WriteCell(const TableDef& table, Row row, size_t column, JsonWriter& out);
// The columns of `row` as keys of the object that is open in `out`.
void WriteRow(const TableDef& table, Row row, JsonWriter& out);

// {total, by_status, percent} of a run's workstreams, of a workstream's tasks, or of nothing yet.
struct Progress {
  int64_t total = 0;
  int64_t done = 0;
  std::vector<std::pair<std::string, int64_t>> by_status;  // those that occur, in the order of the machine
  std::optional<double> Percent() const;                   // how much of it is done, to a tenth; nothing of nothing
};
// `of` is a row of runs or workstreams, of which `whole` says.
absl::StatusOr<Progress> ProgressOf(Snapshot& snapshot, const TableDef& whole, Row of);
void WriteProgress(const Progress& progress, JsonWriter& out);

// From started_at to completed_at, or to `now` while it is open; nothing where the table has no such times, or it has
// not started.
std::optional<int64_t> DurationMicros(const TableDef& table, Row row, Timestamp now);

bool HasDuration(const TableDef& table);
bool HasProgress(const TableDef& table);

// A row as shows and lists print it: the columns, then duration_ms and progress where the table has them. Progress is
// read from `snapshot`, so this cannot be called while a read of the same snapshot goes on; nullptr leaves progress
// out.
absl::StatusOr<std::string> RowJson(const TableDef& table, Row row, Timestamp now, Snapshot* snapshot);

// "2026-11-20T21:16:25Z": for tables that people read.
std::string ShortTime(Timestamp time);

// One cell for people: statuses in colour, JSON as its text, absent values as "-".
Cell CellOf(const TableDef& table, Row row, size_t column);

// DurationMicros() for people.
Cell DurationCell(const TableDef& table, Row row, Timestamp now);

// A copy of a row that outlives the read that gave it.
class OwnedRow {
 public:
  explicit OwnedRow(Row row);
  OwnedRow(OwnedRow&&) = default;
  OwnedRow& operator=(OwnedRow&&) = default;
  Row row() const { return values_; }

 private:
  std::vector<std::unique_ptr<std::string>> texts_;
  std::vector<Value> values_;
};

// Every row of `query`.
absl::StatusOr<std::vector<OwnedRow>> ReadAllRows(Snapshot& snapshot, const RowQuery& query);

}  // namespace annals
