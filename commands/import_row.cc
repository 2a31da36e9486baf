#include "commands/import_row.h"

#include <algorithm>

#include <fmt/format.h>

#include "schemas/json_text.h"
#include "schemas/status.h"

namespace annals {

const ForeignCell* ImportRow::Find(std::string_view column) const {
  const auto found = std::ranges::find(table_->columns, column);
  if (found == table_->columns.end()) return nullptr;
  const ForeignCell& cell = (*cells_)[static_cast<size_t>(found - table_->columns.begin())];
  return std::holds_alternative<std::monostate>(cell) ? nullptr : &cell;
}

std::string ImportRow::Name() const {
  if (auto text = Text(table_->columns.front())) return *std::move(text);
  JsonWriter out;
  WriteCell(cells_->front(), out);
  return out.Take();
}

std::optional<std::string> ImportRow::Text(std::string_view column) const {
  const ForeignCell* const cell = Find(column);
  if (cell == nullptr) return std::nullopt;
  if (const auto* const text = std::get_if<std::string>(cell)) return *text;
  if (const auto* const number = std::get_if<int64_t>(cell)) return fmt::format("{}", *number);
  return std::nullopt;
}

std::optional<int64_t> ImportRow::Integer(std::string_view column) const {
  const ForeignCell* const cell = Find(column);
  const auto* const number = cell == nullptr ? nullptr : std::get_if<int64_t>(cell);
  return number == nullptr ? std::nullopt : std::optional(*number);
}

std::optional<Timestamp> ImportRow::Time(std::string_view column) {
  const ForeignCell* const cell = Find(column);
  if (cell == nullptr) return std::nullopt;
  const auto* const text = std::get_if<std::string>(cell);
  const absl::StatusOr<Timestamp> time = ParseTimestamp(text == nullptr ? std::string_view() : *text);
  // An event says with zero that it claims no time.
  if (time.ok() && time->micros != 0) return *time;
  JsonWriter given;
  WriteCell(*cell, given);
  AddFault(time.ok() ? fmt::format("{} is the first moment of 1970, which says that nobody knew it", column)
                     : fmt::format("{} is no time in ISO 8601: {}", column, given.text()));
  return std::nullopt;
}

std::optional<std::string> ImportRow::Json(std::string_view column) {
  const ForeignCell* const cell = Find(column);
  if (cell == nullptr) return std::nullopt;
  const auto* const text = std::get_if<std::string>(cell);
  if (text != nullptr && text->empty()) return std::nullopt;
  absl::StatusOr<std::string> json =
      text == nullptr ? absl::InvalidArgumentError("it is no text") : MinifyJsonObject(*text);
  if (json.ok()) return *std::move(json);
  AddFault(fmt::format("{} is no JSON object: {}", column, MessageOf(json.status())));
  return std::nullopt;
}

void ImportRow::AddFault(std::string why) {
  if (std::ranges::find(faults_, why) == faults_.end()) faults_.push_back(std::move(why));
}

void ImportRow::Carry(std::string_view column) {
  const auto found = std::ranges::find(table_->columns, column);
  const auto index = static_cast<size_t>(found - table_->columns.begin());
  if (found == table_->columns.end() || index >= 64) return;
  // A number that became text is told once more, as the number it was.
  if (std::holds_alternative<std::string>((*cells_)[index])) carried_ |= uint64_t{1} << index;
}

void ImportRow::WriteWhole(JsonWriter& out) const {
  out.BeginObject();
  for (size_t i = 0; i < cells_->size(); ++i) WriteCell((*cells_)[i], out.Key(table_->columns[i]));
  out.EndObject();
}

void ImportRow::WriteRest(JsonWriter& out) const {
  out.BeginObject().Key("positions").BeginArray();
  for (const Position position : positions_) out.UInt(position.value);
  out.EndArray().Key("row").BeginObject();
  for (size_t i = 0; i < cells_->size(); ++i) {
    if (i == 0 || !Carries(i)) WriteCell((*cells_)[i], out.Key(table_->columns[i]));
  }
  out.EndObject().EndObject();
}

}  // namespace annals
