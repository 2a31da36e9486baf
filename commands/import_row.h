// One row of a source that is being imported: its cells by name, what could not be taken of them, and where in the log
// it went.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/container/inlined_vector.h>

#include "eventstore/foreign_table.h"
#include "eventstore/types.h"
#include "schemas/timestamp.h"

namespace annals {

class ImportRow {
 public:
  // Views `table`, which must outlive it.
  ImportRow(const ForeignTable& table, size_t index) : table_(&table), cells_(&table.rows[index]) {}

  const std::string& table() const { return table_->name; }
  // What its first column says, which is its key in every table we know: "ws-7", "12".
  std::string Name() const;

  // The cell, or nothing where it is NULL, or the table has no such column.
  bool Has(std::string_view column) const { return Find(column) != nullptr; }
  // Text, or a whole number as its digits.
  std::optional<std::string> Text(std::string_view column) const;
  std::optional<int64_t> Integer(std::string_view column) const;
  // Where there is a cell but no such value in it, these note the fault.
  std::optional<Timestamp> Time(std::string_view column);
  std::optional<std::string> Json(std::string_view column);  // minified; an empty text is none and no fault

  // Why an event cannot say what the row says. Noted once, however often it is found.
  void AddFault(std::string why);
  // Something a reader of the report should know, though nothing is wrong.
  void AddRemark(std::string what) { remarks_.push_back(std::move(what)); }
  std::vector<std::string> TakeFaults() { return std::exchange(faults_, {}); }
  std::vector<std::string> TakeRemarks() { return std::exchange(remarks_, {}); }

  // Where the events are that came of it. What they say word for word (Carry) is not told again by WriteRest.
  void AddPosition(Position position) { positions_.push_back(position); }
  void Carry(std::string_view column);
  void CarryAll() { carried_ = ~uint64_t{0}; }

  // {"id":7,"run_id":"r1",…}: every cell.
  void WriteWhole(JsonWriter& out) const;
  // {"positions":[12],"row":{"id":7,…}}: the first cell, by which it is known, and those that no event carries.
  void WriteRest(JsonWriter& out) const;

 private:
  const ForeignCell* Find(std::string_view column) const;
  bool Carries(size_t index) const { return index < 64 && (carried_ >> index & 1) != 0; }

  const ForeignTable* table_;
  const std::vector<ForeignCell>* cells_;
  uint64_t carried_ = 0;  // a bit per column; columns past 64 are never carried
  absl::InlinedVector<Position, 2> positions_;
  std::vector<std::string> faults_, remarks_;
};

}  // namespace annals
