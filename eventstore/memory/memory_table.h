// One table in memory: rows that own their text, by primary key.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <absl/status/status.h>

#include "eventstore/table.h"

namespace annals {

// A Value that owns its text. Its order is the order of cells: NULL comes first, text goes by its bytes.
using OwnedValue = std::variant<std::monostate, int64_t, std::string, Timestamp>;
using OwnedRow = std::vector<OwnedValue>;

// Each of these is kInternal, as a row and a query are made by our own code:
// a row has one cell per column, each of the column's type, not NULL where that is excluded, and among one_of;
absl::Status CheckRow(const TableDef& table, Row row);
// a condition names a column and has a value of its type.
absl::Status CheckQuery(const RowQuery& query);

class MemoryTable {
 public:
  explicit MemoryTable(size_t key_columns) : key_columns_(key_columns) {}

  // Puts `row`, which CheckRow passed, in its place and returns what stood there.
  std::optional<OwnedRow> Put(Row row);
  // Takes back a Put of the row with that primary key: `old` is what it returned.
  void Restore(const OwnedRow& key, std::optional<OwnedRow> old);
  // The primary key of a row.
  OwnedRow KeyOf(Row row) const;

  // The rows of `query`, which CheckQuery passed, in its order; they live until the table changes. NULL equals NULL,
  // and is not at least anything, nor is anything at least NULL. Walks the rows that share the leading key columns of
  // `equals`.
  std::vector<const OwnedRow*> Find(const RowQuery& query) const;

 private:
  size_t key_columns_;
  std::map<OwnedRow, OwnedRow> rows_;
};

// `row` as it is handed out; `cells` is the room it stands in.
Row ViewOf(const OwnedRow& row, std::vector<Value>& cells);

}  // namespace annals
