// Tables as data: what a storage backend needs to know of a table to create, load and write it. The concrete tables
// stand in projections/; a backend knows none of them by name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <absl/types/span.h>

#include "schemas/timestamp.h"

namespace annals {

// One cell. Text is only viewed: it lives as long as the row, or the call, it came from.
// A Timestamp is stored as ISO 8601 text by backends that keep text.
using Value = std::variant<std::monostate, int64_t, std::string_view, Timestamp>;
using Row = absl::Span<const Value>;

enum class ColumnType { kText, kInteger, kBoolean, kTimestamp, kJson };

struct ColumnDef {
  std::string name;
  ColumnType type = ColumnType::kText;
  bool not_null = false;
  std::string meaning = {};              // one line, for the generated docs
  std::vector<std::string> one_of = {};  // the values it may have, if they are few (CHECK)
};

struct ForeignKey {
  std::vector<size_t> columns;
  std::string table;
  std::vector<std::string> references;
};

// The stream whose events make a row: `prefix`, and the row's cells of `columns` with '/' between them. A row of which
// one of those is NULL is not of this owner.
struct RowOwner {
  std::string prefix;
  std::vector<size_t> columns;
};

struct TableDef {
  std::string name;
  std::string meaning;
  std::vector<ColumnDef> columns;
  size_t key_columns = 1;  // the first so many columns are the primary key
  std::vector<std::vector<size_t>> indexes = {};
  // Indexed columns beside the key that no event changes once the row is there: writing it again leaves them, and so
  // their indexes, alone.
  std::vector<size_t> constant_columns = {};
  std::vector<ForeignKey> foreign_keys = {};
  bool on_demand = false;  // absent until it is asked for (`annals rebuild TABLE`), kept up from then on
  // Every row of a table that is not kept on demand has exactly one owner. By default it is the run in the column
  // run_id (RowType fills it in).
  std::optional<std::vector<RowOwner>> owners = std::nullopt;

  // The index of column `name`; the table must have it.
  size_t ColumnIndex(std::string_view name) const;
};

// Rows of one table: those that equal `equals` in its columns and are not below `at_least`, in the order of `order`.
struct RowQuery {
  const TableDef* table = nullptr;
  struct Condition {
    size_t column;
    Value value;
  };
  std::vector<Condition> equals = {};
  std::vector<Condition> at_least = {};
  std::vector<size_t> order = {};  // columns; the primary key when empty
  bool descending = false;
  uint64_t limit = 0;  // 0: all
  // A time that is not one as annals writes it is given as the text it is, where it is kDataLoss else.
  bool as_stored = false;
};

}  // namespace annals
