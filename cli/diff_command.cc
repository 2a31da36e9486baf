// annals diff: what changed in the tables between two points.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/fold_progress.h"
#include "cli/printable.h"
#include "cli/row_json.h"
#include "eventstore/sqlite/sqlite_storage.h"
#include "projections/diff.h"
#include "projections/tables.h"
#include "schemas/message_text.h"
#include "schemas/status.h"

namespace annals {
namespace {

struct DiffOptions {
  Point from;
  std::optional<Point> to;
  std::optional<std::string> run;
  std::optional<std::string> table;
};

// Which row it is: the columns of its key as they are called in JSON.
void WriteKey(const TableDef& table, Row row, JsonWriter& out) {
  out.BeginObject();
  for (size_t i = 0; i < table.key_columns; ++i) WriteCell(table, row, i, out);
  out.EndObject();
}

std::string ChangeJson(const RowChange& change) {
  const TableDef& table = *change.table;
  JsonWriter out;
  out.BeginObject().Key("table").String(table.name);
  out.Key("key");
  WriteKey(table, change.after ? *change.after : *change.before, out);
  if (!change.before || !change.after) {
    out.Key("change").String(change.before ? "gone" : "added").Key("row").BeginObject();
    WriteRow(table, change.after ? *change.after : *change.before, out);
    return out.EndObject().EndObject().Take();
  }
  out.Key("change").String("changed");
  for (const auto& [key, row] : {std::pair("old", *change.before), std::pair("new", *change.after)}) {
    out.Key(key).BeginObject();
    for (size_t i = 0; i < table.columns.size(); ++i) {
      if ((*change.before)[i] != (*change.after)[i]) WriteCell(table, row, i, out);
    }
    out.EndObject();
  }
  return out.EndObject().Take();
}

// As CellOf has it, but times to the microsecond: what differs must look different.
std::string TextOf(const TableDef& table, Row row, size_t column) {
  if (const auto* const time = std::get_if<Timestamp>(&row[column])) return FormatTimestamp(*time);
  return CellOf(table, row, column).text;
}

class DiffText {
 public:
  explicit DiffText(Context& context) : context_(context) {}

  void Print(const RowChange& change) {
    const TableDef& table = *change.table;
    const Row row = change.after ? *change.after : *change.before;
    std::string key;
    for (size_t i = 0; i < table.key_columns; ++i)
      key += fmt::format("{}{}", i == 0 ? "" : " ", CellOf(table, row, i).text);
    const auto [mark, ink] = !change.before  ? std::pair('+', Ink::kGreen)
                             : !change.after ? std::pair('-', Ink::kRed)
                                             : std::pair('~', Ink::kYellow);
    context_.out() << Paint(fmt::format("{} {} {}", mark, table.name, Printable(key)), ink, context_.colour()) << '\n';
    std::vector<std::pair<std::string_view, std::string>> lines;
    size_t width = kLeastWidth;
    for (size_t i = table.key_columns; i < table.columns.size(); ++i) {
      std::string text = TextOf(table, row, i);
      if (change.before && change.after) {
        if ((*change.before)[i] == (*change.after)[i]) continue;
        text = fmt::format("{} → {}", TextOf(table, *change.before, i), text);
      } else if (std::holds_alternative<std::monostate>(row[i])) {
        continue;
      }
      const std::string_view name = JsonKeyOf(table.columns[i]);
      width = std::max(width, name.size());
      lines.emplace_back(name, std::move(text));
    }
    for (const auto& [name, text] : lines)
      context_.out() << fmt::format("    {:<{}} {}\n", name, width, Printable(text));
  }

 private:
  // Of the column with the names, in most tables.
  static constexpr size_t kLeastWidth = 18;

  Context& context_;
};

absl::StatusOr<int> RunDiff(Context& context, const DiffOptions& options) {
  ASSIGN_OR_RETURN(SqliteStorage* const storage, context.OpenForReading());
  ASSIGN_OR_RETURN(const auto snapshot, storage->Read());
  const Timestamp now = context.clock().Now();
  ASSIGN_OR_RETURN(const Position from, ResolvePoint(*snapshot, options.from, now));
  Position to = snapshot->head().position;
  if (options.to) {
    ASSIGN_OR_RETURN(to, ResolvePoint(*snapshot, *options.to, now));
  }
  if (options.run) {
    ASSIGN_OR_RETURN(const StreamVersion version, snapshot->VersionOf(RunStream(*options.run)));
    if (version.value == 0) {
      return absl::NotFoundError(
          fmt::format("there is no run {}; annals run list shows those there are", Quoted(*options.run)));
    }
  }
  DiffText text(context);
  uint64_t changes = 0;
  FoldProgressLine progress(context, "diff");
  const absl::Status status = Diff(
      *snapshot, from, to, options.run,
      [&](const RowChange& change) {
        if (options.table && change.table->name != *options.table) return absl::OkStatus();
        ++changes;
        progress.Erase();
        if (context.json()) {
          context.out() << ChangeJson(change) << '\n';
        } else {
          text.Print(change);
        }
        return absl::OkStatus();
      },
      progress);
  progress.Erase();
  RETURN_IF_ERROR(status);
  if (!context.json()) {
    context.out() << fmt::format("{} row{} differ{} between position {} and position {}\n",
                                 changes == 0 ? "no" : fmt::format("{}", changes), changes == 1 ? "" : "s",
                                 changes == 1 ? "s" : "", from.value, to.value);
  }
  return kExitDone;
}

}  // namespace

Command DiffCommand() {
  const auto options = std::make_shared<DiffOptions>();
  return {.name = "diff",
          .summary = "Show what changed in the tables between two points",
          .details =
              "A and B are positions or times; without B the second is the end of the log. Rows that were added (+), "
              "changed (~, old → new) and "
              "that are gone (-, where B is earlier than A). With --json an object a row, with the columns that differ "
              "under old and new.",
          .example = "annals diff -1h\nannals diff 120 180 --run r1 --table workstreams",
          .arguments = {Place("A", &options->from, "the first point: a position, or a time such as -2h"),
                        Place("B", &options->to, "the second point (default: the end of the log)"),
                        Option("--run", "RUN", &options->run, "only rows of this run"),
                        OneOf(ProjectedTableNames(),
                              Option("--table", "TABLE", &options->table, "only rows of this table"))},
          .run = [options](Context& context) { return RunDiff(context, *options); }};
}

}  // namespace annals
