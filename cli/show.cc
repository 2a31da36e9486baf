#include "cli/show.h"

#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/duration.h"
#include "cli/exit_code.h"
#include "cli/printable.h"
#include "cli/row_json.h"
#include "projections/tables.h"
#include "schemas/message_text.h"
#include "schemas/status.h"

namespace annals {
namespace {

// A row that is longer is shown without what is not set: a request has a column for all that may ever happen to it.
constexpr size_t kMostLines = 25;

std::string ProgressText(const Progress& progress, std::string_view none) {
  if (progress.total == 0) return std::string(none);
  std::string text = fmt::format("{} of {} done ({} %)", progress.done, progress.total, *progress.Percent());
  for (const auto& [state, number] : progress.by_status) text += fmt::format(", {} {}", number, state);
  return text;
}

class Lines {
 public:
  void Add(std::string name, Cell value) { lines_.emplace_back(std::move(name), std::move(value)); }
  void Print(Context& context) const {
    size_t width = 0;
    for (const auto& [name, value] : lines_) width = std::max(width, name.size());
    for (const auto& [name, value] : lines_) {
      context.out() << fmt::format("{}:{} {}\n", name, std::string(width - name.size(), ' '),
                                   Paint(Printable(value.text), value.ink, context.colour()));
    }
  }

 private:
  std::vector<ShownLine> lines_;
};

}  // namespace

absl::StatusOr<int> PrintRow(Context& context, Snapshot& snapshot, const TableDef& table, absl::Span<const Value> key,
                             const absl::Status& missing, std::vector<ShownLine> more) {
  RowQuery query{.table = &table};
  for (size_t i = 0; i < key.size(); ++i) query.equals.push_back({i, key[i]});
  ASSIGN_OR_RETURN(const std::vector<OwnedRow> rows, ReadAllRows(snapshot, query));
  if (rows.empty()) return missing;
  const Row row = rows.front().row();
  const Timestamp now = context.Now();
  if (context.json()) {
    ASSIGN_OR_RETURN(const std::string json, RowJson(table, row, now, &snapshot));
    context.out() << json << '\n';
    return kExitDone;
  }
  Lines lines;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns.size() > kMostLines && std::holds_alternative<std::monostate>(row[i])) continue;
    lines.Add(std::string(JsonKeyOf(table.columns[i])), CellOf(table, row, i));
  }
  if (const std::optional<int64_t> micros = DurationMicros(table, row, now)) {
    lines.Add("duration", {FormatDuration(std::chrono::microseconds(*micros))});
  }
  if (HasProgress(table)) {
    ASSIGN_OR_RETURN(const Progress progress, ProgressOf(snapshot, table, row));
    lines.Add("progress", {ProgressText(progress, &table == &RunsTable().table() ? "no workstreams" : "no tasks")});
  }
  for (ShownLine& line : more) lines.Add(std::move(line.first), std::move(line.second));
  lines.Print(context);
  return kExitDone;
}

absl::StatusOr<std::string> NewestRunHolding(Context& context, Snapshot& snapshot, std::string_view ws_id) {
  const TableDef& table = WorkstreamsTable().table();
  const RowQuery query{.table = &table, .equals = {{table.ColumnIndex("ws_id"), ws_id}}};
  ASSIGN_OR_RETURN(const std::vector<OwnedRow> rows, ReadAllRows(snapshot, query));
  Position newest;
  std::string newest_run;
  for (const OwnedRow& row : rows) {
    const std::string run_id(std::get<std::string_view>(row.row()[0]));
    const std::string stream = RunStream(run_id);
    ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot.ReadLog({.stream = stream}));
    ASSIGN_OR_RETURN(const RecordView* const first, cursor->Next());
    if (first == nullptr || first->position < newest) continue;
    newest = first->position;
    newest_run = run_id;
  }
  if (newest_run.empty()) {
    return absl::NotFoundError(
        fmt::format("no run has a workstream {}; annals workstream list shows those there are", Quoted(ws_id)));
  }
  if (rows.size() > 1 && !context.json()) {
    context.err() << fmt::format("annals: {} runs hold {}; this is the newest, {}\n", rows.size(), ws_id, newest_run);
  }
  return newest_run;
}

}  // namespace annals
