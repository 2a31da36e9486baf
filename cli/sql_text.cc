#include "cli/sql_text.h"

#include <fmt/format.h>

#include "cli/utf8.h"
#include "eventstore/types.h"
#include "schemas/json_writer.h"

namespace annals {
namespace {

std::string TextOf(const SqlValue& value) {
  if (const auto* const number = std::get_if<int64_t>(&value)) return fmt::format("{}", *number);
  if (const auto* const real = std::get_if<double>(&value)) return fmt::format("{}", *real);
  if (const auto* const text = std::get_if<std::string_view>(&value)) return std::string(*text);
  if (const auto* const blob = std::get_if<SqlBlob>(&value)) return fmt::format("x'{}'", HexOf(blob->bytes));
  return "";
}

bool IsNumber(const SqlValue& value) {
  return std::holds_alternative<int64_t>(value) || std::holds_alternative<double>(value);
}

}  // namespace

absl::Status SqlTables::Begin(absl::Span<const std::string_view> columns) {
  columns_.clear();
  rows_.clear();
  // Numbers to the right, until something else comes.
  for (const std::string_view name : columns) columns_.push_back({std::string(name), Align::kRight});
  return absl::OkStatus();
}

absl::Status SqlTables::Row(absl::Span<const SqlValue> row) {
  std::vector<Cell>& cells = rows_.emplace_back();
  for (size_t i = 0; i < row.size(); ++i) {
    if (!IsNumber(row[i]) && !std::holds_alternative<std::monostate>(row[i])) columns_[i].align = Align::kLeft;
    cells.push_back({TextOf(row[i])});
  }
  return absl::OkStatus();
}

absl::Status SqlTables::End() {
  if (columns_.empty()) return absl::OkStatus();
  Table table(std::move(columns_));
  for (std::vector<Cell>& cells : rows_) table.AddRow(std::move(cells));
  out_ << table.Render(width_, colour_);
  return absl::OkStatus();
}

absl::Status SqlLines::Begin(absl::Span<const std::string_view> columns) {
  columns_.clear();
  for (const std::string_view name : columns) columns_.push_back(ValidUtf8(name));
  return absl::OkStatus();
}

absl::Status SqlLines::Row(absl::Span<const SqlValue> row) {
  JsonWriter json;
  json.BeginObject();
  for (size_t i = 0; i < row.size(); ++i) {
    json.Key(columns_[i]);
    if (const auto* const number = std::get_if<int64_t>(&row[i])) {
      json.Int(*number);
    } else if (const auto* const real = std::get_if<double>(&row[i])) {
      json.Double(*real);
    } else if (const auto* const text = std::get_if<std::string_view>(&row[i])) {
      json.String(ValidUtf8(*text));
    } else if (const auto* const blob = std::get_if<SqlBlob>(&row[i])) {
      json.String(HexOf(blob->bytes));
    } else {
      json.Null();
    }
  }
  out_ << json.EndObject().text() << '\n';
  return absl::OkStatus();
}

}  // namespace annals
