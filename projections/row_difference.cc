#include "projections/row_difference.h"

namespace annals {

std::optional<std::string> CellText(const Value& value) {
  if (const auto* text = std::get_if<std::string_view>(&value)) return std::string(*text);
  if (const auto* number = std::get_if<int64_t>(&value)) return fmt::format("{}", *number);
  if (const auto* time = std::get_if<Timestamp>(&value)) return FormatTimestamp(*time);
  return std::nullopt;
}

std::string KeyText(const TableDef& table, Row row) {
  std::string text;
  for (size_t i = 0; i < table.key_columns; ++i) {
    text += fmt::format("{}{}={}", i == 0 ? "" : ", ", table.columns[i].name, CellText(row[i]).value_or("NULL"));
  }
  return text;
}

std::string DifferenceText(const ColumnDef& column, const Value& shown, const Value& folded) {
  return fmt::format("{} is {}, the log says {}", column.name, CellText(shown).value_or("NULL"),
                     CellText(folded).value_or("NULL"));
}

}  // namespace annals
