#include "projections/row_owner.h"

#include <algorithm>

#include <absl/functional/function_ref.h>

namespace annals {
namespace {

using TextOfColumn = absl::FunctionRef<std::optional<std::string_view>(size_t column)>;

std::optional<std::string> NameOf(const RowOwner& owner, TextOfColumn text_of) {
  std::string name = owner.prefix;
  for (const size_t column : owner.columns) {
    const std::optional<std::string_view> text = text_of(column);
    if (!text) return std::nullopt;
    if (column != owner.columns.front()) name += '/';
    name += *text;
  }
  return name;
}

std::optional<std::string> FirstNameOf(const TableDef& table, TextOfColumn text_of) {
  for (const RowOwner& owner : *table.owners) {
    std::optional<std::string> name = NameOf(owner, text_of);
    if (name) return name;
  }
  return std::nullopt;
}

std::optional<std::string_view> TextOf(const Value& value) {
  const auto* const text = std::get_if<std::string_view>(&value);
  if (text == nullptr) return std::nullopt;
  return *text;
}

// The conditions under which a row is made by `stream`; none where `owner` is no such stream. Of several parts only the
// last may hold a '/'.
std::vector<RowQuery::Condition> ConditionsOf(const RowOwner& owner, std::string_view stream) {
  if (!stream.starts_with(owner.prefix)) return {};
  stream.remove_prefix(owner.prefix.size());
  std::vector<RowQuery::Condition> conditions;
  for (const size_t column : owner.columns) {
    const bool is_last = column == owner.columns.back();
    const size_t end = is_last ? stream.size() : stream.find('/');
    if (end == std::string_view::npos) return {};
    conditions.push_back({column, stream.substr(0, end)});
    if (!is_last) stream.remove_prefix(end + 1);
  }
  return conditions;
}

// The columns by which an index that begins with `columns` goes on; none where the primary key is that index.
std::vector<size_t> OrderBehind(const TableDef& table, const std::vector<size_t>& columns) {
  if (columns.front() == 0) return {};
  const auto begins_so = [&](const std::vector<size_t>& index) {
    return std::ranges::mismatch(columns, index).in1 == columns.end();
  };
  const auto index = std::ranges::find_if(table.indexes, begins_so);
  if (index == table.indexes.end()) return {};
  return {index->begin() + static_cast<std::ptrdiff_t>(columns.size()), index->end()};
}

}  // namespace

std::optional<std::string> OwnerOf(const TableDef& table, Row row) {
  return FirstNameOf(table, [&](size_t column) { return TextOf(row[column]); });
}

std::optional<std::string> OwnerNamedBy(const RowQuery& query) {
  return FirstNameOf(*query.table, [&](size_t column) -> std::optional<std::string_view> {
    const auto condition = std::ranges::find(query.equals, column, &RowQuery::Condition::column);
    if (condition == query.equals.end()) return std::nullopt;
    return TextOf(condition->value);
  });
}

std::optional<RowQuery> RowsOwnedBy(const TableDef& table, std::string_view stream) {
  for (const RowOwner& owner : *table.owners) {
    std::vector<RowQuery::Condition> conditions = ConditionsOf(owner, stream);
    if (conditions.empty()) continue;
    return RowQuery{.table = &table, .equals = std::move(conditions), .order = OrderBehind(table, owner.columns)};
  }
  return std::nullopt;
}

}  // namespace annals
