#include "cli/row_json.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "cli/duration.h"
#include "projections/entity_tables.h"
#include "projections/tables.h"
#include "schemas/status.h"

namespace annals {
namespace {

constexpr std::string_view kJsonSuffix = "_json";
constexpr size_t kNoColumn = SIZE_MAX;

size_t FindColumn(const TableDef& table, std::string_view name) {
  for (size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].name == name) return i;
  }
  return kNoColumn;
}

void WriteValue(const ColumnDef& column, const Value& value, JsonWriter& out) {
  if (const auto* const text = std::get_if<std::string_view>(&value)) {
    column.type == ColumnType::kJson ? out.Raw(*text) : out.String(*text);
  } else if (const auto* const number = std::get_if<int64_t>(&value)) {
    column.type == ColumnType::kBoolean ? out.Bool(*number != 0) : out.Int(*number);
  } else if (const auto* const time = std::get_if<Timestamp>(&value)) {
    out.String(FormatTimestamp(*time));
  } else {
    out.Null();
  }
}

}  // namespace

std::string_view JsonKeyOf(const ColumnDef& column) {
  std::string_view key = column.name;
  if (key.ends_with(kJsonSuffix)) key.remove_suffix(kJsonSuffix.size());
  return key;
}

void WriteCell(const TableDef& table, Row row, size_t column, JsonWriter& out) {
  out.Key(JsonKeyOf(table.columns[column]));
  WriteValue(table.columns[column], row[column], out);
}

void WriteRow(const TableDef& table, Row row, JsonWriter& out) {
  for (size_t i = 0; i < table.columns.size(); ++i) WriteCell(table, row, i, out);
}

std::optional<double> Progress::Percent() const {
  if (total == 0) return std::nullopt;
  return std::floor(1000.0 * static_cast<double>(done) / static_cast<double>(total)) / 10.0;
}

absl::StatusOr<Progress> ProgressOf(Snapshot& snapshot, const TableDef& whole, Row of) {
  const bool is_run = whole.name == RunsTable().table().name;
  const TableDef& table = is_run ? WorkstreamsTable().table() : TasksTable().table();
  const std::string_view done = is_run ? "done" : "completed";
  RowQuery query{.table = &table, .equals = {{0, of[0]}}};
  if (!is_run) query.equals.push_back({table.ColumnIndex("ws_id"), of[1]});
  const size_t status = table.ColumnIndex("status");
  std::vector<std::pair<std::string, int64_t>> counts;
  for (const std::string& state : table.columns[status].one_of) counts.emplace_back(state, 0);
  Progress progress;
  const auto count = [&](Row row) {
    const auto state = std::get<std::string_view>(row[status]);
    const auto found =
        std::find_if(counts.begin(), counts.end(), [&](const auto& known) { return known.first == state; });
    if (found != counts.end()) ++found->second;
    ++progress.total;
    if (state == done) ++progress.done;
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(snapshot.ReadRows(query, TableSet::kLive, count));
  for (auto& [state, number] : counts) {
    if (number > 0) progress.by_status.emplace_back(std::move(state), number);
  }
  return progress;
}

void WriteProgress(const Progress& progress, JsonWriter& out) {
  out.BeginObject().Key("total").Int(progress.total).Key("by_status").BeginObject();
  for (const auto& [state, number] : progress.by_status) out.Key(state).Int(number);
  out.EndObject().Key("percent");
  const std::optional<double> percent = progress.Percent();
  percent ? out.Double(*percent) : out.Null();
  out.EndObject();
}

bool HasDuration(const TableDef& table) {
  return FindColumn(table, "started_at") != kNoColumn && FindColumn(table, "completed_at") != kNoColumn;
}

std::optional<int64_t> DurationMicros(const TableDef& table, Row row, Timestamp now) {
  if (!HasDuration(table)) return std::nullopt;
  const auto* const started = std::get_if<Timestamp>(&row[table.ColumnIndex("started_at")]);
  if (started == nullptr) return std::nullopt;
  const auto* const completed = std::get_if<Timestamp>(&row[table.ColumnIndex("completed_at")]);
  // A clock that was set back must not make a duration negative.
  return std::max<int64_t>(0, (completed == nullptr ? now : *completed).micros - started->micros);
}

absl::StatusOr<std::string> RowJson(const TableDef& table, Row row, Timestamp now, Snapshot* snapshot) {
  JsonWriter out;
  out.BeginObject();
  WriteRow(table, row, out);
  if (HasDuration(table)) {
    out.Key("duration_ms");
    const std::optional<int64_t> micros = DurationMicros(table, row, now);
    micros ? out.Int(*micros / 1000) : out.Null();
  }
  if (HasProgress(table) && snapshot != nullptr) {
    ASSIGN_OR_RETURN(const Progress progress, ProgressOf(*snapshot, table, row));
    WriteProgress(progress, out.Key("progress"));
  }
  out.EndObject();
  return out.Take();
}

bool HasProgress(const TableDef& table) {
  return table.name == RunsTable().table().name || table.name == WorkstreamsTable().table().name;
}

std::string ShortTime(Timestamp time) {
  std::string text = FormatTimestamp(time);
  text.resize(std::string_view("2026-11-20T21:16:25").size());
  text += 'Z';
  return text;
}

Cell CellOf(const TableDef& table, Row row, size_t column) {
  const Value& value = row[column];
  if (const auto* const text = std::get_if<std::string_view>(&value)) {
    return {std::string(*text), table.columns[column].name == "status" ? InkOfState(*text) : Ink::kPlain};
  }
  if (const auto* const number = std::get_if<int64_t>(&value)) {
    if (table.columns[column].type == ColumnType::kBoolean) return {*number != 0 ? "yes" : "no"};
    return {fmt::format("{}", *number)};
  }
  if (const auto* const time = std::get_if<Timestamp>(&value)) return {ShortTime(*time)};
  return {"-", Ink::kDim};
}

Cell DurationCell(const TableDef& table, Row row, Timestamp now) {
  const std::optional<int64_t> micros = DurationMicros(table, row, now);
  if (!micros) return {"-", Ink::kDim};
  return {FormatDuration(std::chrono::microseconds(*micros))};
}

OwnedRow::OwnedRow(Row row) {
  values_.reserve(row.size());
  for (const Value& value : row) {
    if (const auto* const text = std::get_if<std::string_view>(&value)) {
      texts_.push_back(std::make_unique<std::string>(*text));
      values_.emplace_back(std::string_view(*texts_.back()));
    } else {
      values_.push_back(value);
    }
  }
}

absl::StatusOr<std::vector<OwnedRow>> ReadAllRows(Snapshot& snapshot, const RowQuery& query) {
  std::vector<OwnedRow> rows;
  RETURN_IF_ERROR(snapshot.ReadRows(query, TableSet::kLive, [&](Row row) {
    rows.emplace_back(row);
    return absl::OkStatus();
  }));
  return rows;
}

}  // namespace annals
