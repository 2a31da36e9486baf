#include "eventstore/memory/memory_table.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "schemas/check.h"
#include "schemas/status.h"

namespace annals {
namespace {

bool IsNull(const Value& value) {
  return std::holds_alternative<std::monostate>(value);
}

OwnedValue Own(const Value& value) {
  if (const auto* text = std::get_if<std::string_view>(&value)) return std::string(*text);
  if (const auto* number = std::get_if<int64_t>(&value)) return *number;
  if (const auto* time = std::get_if<Timestamp>(&value)) return *time;
  return std::monostate();
}

Value ViewOf(const OwnedValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return std::string_view(*text);
  if (const auto* number = std::get_if<int64_t>(&value)) return *number;
  if (const auto* time = std::get_if<Timestamp>(&value)) return *time;
  return std::monostate();
}

absl::Status CheckType(const TableDef& table, size_t index, const Value& value) {
  CHECK(index < table.columns.size());
  const ColumnDef& column = table.columns[index];
  bool fits = IsNull(value);
  switch (column.type) {
    case ColumnType::kText:
    case ColumnType::kJson:
      fits = fits || std::holds_alternative<std::string_view>(value);
      break;
    case ColumnType::kInteger:
    case ColumnType::kBoolean:
      fits = fits || std::holds_alternative<int64_t>(value);
      break;
    case ColumnType::kTimestamp:
      fits = fits || std::holds_alternative<Timestamp>(value);
      break;
  }
  if (fits) return absl::OkStatus();
  return absl::InternalError(fmt::format("use {}.{}: the value is not of the column's type", table.name, column.name));
}

absl::Status CheckCell(const TableDef& table, size_t index, const Value& value) {
  RETURN_IF_ERROR(CheckType(table, index, value));
  const ColumnDef& column = table.columns[index];
  if (IsNull(value) && (column.not_null || index < table.key_columns)) {
    return absl::InternalError(fmt::format("write {}.{}: it cannot be NULL", table.name, column.name));
  }
  const auto* number = std::get_if<int64_t>(&value);
  if (number && column.type == ColumnType::kBoolean && *number != 0 && *number != 1) {
    return absl::InternalError(fmt::format("write {}.{}: {} is neither 0 nor 1", table.name, column.name, *number));
  }
  const auto* text = std::get_if<std::string_view>(&value);
  if (text && !column.one_of.empty() && std::ranges::find(column.one_of, *text) == column.one_of.end()) {
    return absl::InternalError(fmt::format("write {}.{}: \"{}\" is not among the {} values it may have", table.name,
                                           column.name, *text, column.one_of.size()));
  }
  return absl::OkStatus();
}

bool Matches(const OwnedRow& row, const RowQuery& query) {
  const auto equals = [&](const RowQuery::Condition& c) { return ViewOf(row[c.column]) == c.value; };
  const auto at_least = [&](const RowQuery::Condition& c) {
    const Value cell = ViewOf(row[c.column]);
    return !IsNull(cell) && !IsNull(c.value) && cell >= c.value;
  };
  return std::ranges::all_of(query.equals, equals) && std::ranges::all_of(query.at_least, at_least);
}

// What `query` says of the leading key columns.
OwnedRow KeyPrefixOf(const RowQuery& query, size_t key_columns) {
  OwnedRow prefix;
  while (prefix.size() < key_columns) {
    const auto condition = std::ranges::find(query.equals, prefix.size(), &RowQuery::Condition::column);
    if (condition == query.equals.end()) break;
    prefix.push_back(Own(condition->value));
  }
  return prefix;
}

}  // namespace

absl::Status CheckRow(const TableDef& table, Row row) {
  if (row.size() != table.columns.size()) {
    return absl::InternalError(
        fmt::format("write {}: a row of {} cells for {} columns", table.name, row.size(), table.columns.size()));
  }
  for (size_t i = 0; i < row.size(); ++i) RETURN_IF_ERROR(CheckCell(table, i, row[i]));
  return absl::OkStatus();
}

absl::Status CheckQuery(const RowQuery& query) {
  for (const auto* conditions : {&query.equals, &query.at_least}) {
    for (const auto& [column, value] : *conditions) RETURN_IF_ERROR(CheckType(*query.table, column, value));
  }
  return absl::OkStatus();
}

OwnedRow MemoryTable::KeyOf(Row row) const {
  OwnedRow key;
  for (const Value& value : row.first(key_columns_)) key.push_back(Own(value));
  return key;
}

std::optional<OwnedRow> MemoryTable::Put(Row row) {
  OwnedRow& place = rows_[KeyOf(row)];
  std::optional<OwnedRow> old;
  if (!place.empty()) old = std::move(place);
  place.clear();
  for (const Value& value : row) place.push_back(Own(value));
  return old;
}

void MemoryTable::Restore(const OwnedRow& key, std::optional<OwnedRow> old) {
  if (old) {
    rows_[key] = *std::move(old);
  } else {
    rows_.erase(key);
  }
}

std::vector<const OwnedRow*> MemoryTable::Find(const RowQuery& query) const {
  const OwnedRow prefix = KeyPrefixOf(query, key_columns_);
  std::vector<const OwnedRow*> found;
  for (auto at = rows_.lower_bound(prefix); at != rows_.end(); ++at) {
    if (!std::equal(prefix.begin(), prefix.end(), at->first.begin())) break;
    if (Matches(at->second, query)) found.push_back(&at->second);
  }
  // They stand by primary key: a stable sort keeps that as the tie breaker, and turning all round turns it round too.
  std::ranges::stable_sort(found, [&](const OwnedRow* a, const OwnedRow* b) {
    for (const size_t column : query.order) {
      if ((*a)[column] != (*b)[column]) return (*a)[column] < (*b)[column];
    }
    return false;
  });
  if (query.descending) std::ranges::reverse(found);
  return found;
}

Row ViewOf(const OwnedRow& row, std::vector<Value>& cells) {
  cells.clear();
  for (const OwnedValue& value : row) cells.push_back(ViewOf(value));
  return cells;
}

}  // namespace annals
