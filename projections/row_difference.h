// What a row of a table and the row of its fold are told apart by, and how that is said.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include <absl/types/span.h>
#include <fmt/format.h>

#include "eventstore/storage.h"
#include "projections/row_type.h"
#include "schemas/check.h"

namespace annals {

struct TableDifference {
  std::string table;
  std::string key;     // "run_id=r1, ws_id=a"
  std::string detail;  // "status is done, the log says failed"
  // The first event whose effect the table does not show; none where no event made the row.
  std::optional<Position> position = {};
};

// The cell as text; nothing for NULL.
std::optional<std::string> CellText(const Value& value);
// "run_id=r1, ws_id=a"
std::string KeyText(const TableDef& table, Row row);
// "status is done, the log says failed"
std::string DifferenceText(const ColumnDef& column, const Value& shown, const Value& folded);

// The cells of one row of the fold after the other; they view it and live until the next.
template <class RowStruct>
class CellsOf {
 public:
  explicit CellsOf(const RowType<RowStruct>& type) : type_(type) {
    CHECK(type.table().columns.size() <= cells_.size());
  }
  Row operator()(const RowStruct& row) {
    const auto cells = absl::MakeSpan(cells_).first(type_.table().columns.size());
    type_.ToValues(row, cells);
    return cells;
  }

 private:
  const RowType<RowStruct>& type_;
  std::array<Value, 32> cells_;
};

}  // namespace annals
