// annals rebuild: the tables made anew from the log, or compared with it.
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/fold_progress.h"
#include "cli/printable.h"
#include "eventstore/sqlite/sqlite_storage.h"
#include "projections/rebuild.h"
#include "projections/tables.h"
#include "schemas/json_writer.h"
#include "schemas/message_text.h"
#include "schemas/status.h"

namespace annals {
namespace {

struct RebuildArguments {
  std::optional<std::string> table;
  bool check = false;
};

void WritePosition(const std::optional<Position>& position, JsonWriter& out) {
  if (position) {
    out.UInt(position->value);
  } else {
    out.Null();
  }
}

absl::StatusOr<int> Check(Context& context) {
  ASSIGN_OR_RETURN(SqliteStorage* const storage, context.OpenForReading());
  FoldProgressLine progress(context, "check");
  const absl::StatusOr<CheckReport> report = CheckTables(*storage, progress);
  progress.Erase();
  if (!report.ok()) return report.status();
  const bool same = report->difference_count == 0;
  if (context.json()) {
    JsonWriter out;
    out.BeginObject().Key("ok").Bool(same).Key("events").UInt(report->events).Key("rows").UInt(report->rows);
    out.Key("difference_count").UInt(report->difference_count).Key("first_position");
    WritePosition(report->first_position, out);
    out.Key("differences").BeginArray();
    for (const TableDifference& difference : report->differences) {
      out.BeginObject().Key("table").String(difference.table).Key("key").String(difference.key);
      out.Key("detail").String(difference.detail).Key("position");
      WritePosition(difference.position, out);
      out.EndObject();
    }
    context.out() << out.EndArray().EndObject().text() << '\n';
    return same ? kExitDone : kExitIntegrity;
  }
  for (const TableDifference& difference : report->differences) {
    const std::string since =
        difference.position ? fmt::format(" (since position {})", difference.position->value) : "";
    context.out() << Printable(fmt::format("{} ({}): {}{}", difference.table, difference.key, difference.detail, since))
                  << '\n';
  }
  const uint64_t unnamed = report->difference_count - report->differences.size();
  if (unnamed > 0) context.out() << fmt::format("and {} more\n", unnamed);
  if (same) {
    context.out() << fmt::format("{} rows are what {} events say\n", report->rows, report->events);
    return kExitDone;
  }
  return absl::DataLossError(
      fmt::format("{} difference(s) between the tables and the log{}; annals rebuild makes the tables anew",
                  report->difference_count,
                  report->first_position ? fmt::format(", from position {} on", report->first_position->value) : ""));
}

absl::StatusOr<int> Run(Context& context, const RebuildArguments& arguments) {
  const TableDef* const wanted = arguments.table ? FindProjectedTable(*arguments.table) : nullptr;
  if (arguments.check) return Check(context);
  if (context.options().dry_run) {
    return absl::InvalidArgumentError("--dry-run: there is nothing it would append; --check compares without writing");
  }
  // A missing database would be made and found empty: better said.
  RETURN_IF_ERROR(context.OpenForReading().status());
  ASSIGN_OR_RETURN(SqliteStorage* const storage, context.OpenForWriting());
  ASSIGN_OR_RETURN(const std::unique_ptr<SqliteStorage> second, context.OpenAnother());
  FoldProgressLine progress(context, "rebuild");
  const absl::StatusOr<RebuildReport> report = Rebuild(*storage, wanted, progress, {.second = second.get()});
  progress.Erase();
  if (!report.ok()) return report.status();
  if (context.json()) {
    JsonWriter out;
    out.BeginObject().Key("events").UInt(report->events).Key("tables").BeginArray();
    for (const std::string& table : report->tables) out.String(table);
    context.out() << out.EndArray().EndObject().text() << '\n';
  } else {
    context.out() << fmt::format("{} events folded into {}\n", report->events, fmt::join(report->tables, ", "));
  }
  return kExitDone;
}

}  // namespace

Command RebuildCommand() {
  const auto arguments = std::make_shared<RebuildArguments>();
  return {
      .name = "rebuild",
      .summary = "Make the tables anew from the log",
      .details =
          "All tables come from one fold, so all that are kept are made anew; TABLE adds one that is kept on "
          "demand only, such as "
          "state_transitions. Readers keep the old rows until the end. With --check nothing is written: every row "
          "is compared "
          "with what the log says (exit code 6 where they differ).",
      .example = "annals rebuild --check\nannals rebuild state_transitions",
      .arguments = {OneOf(ProjectedTableNames(), Place("TABLE", &arguments->table, "a table to be kept from now on")),
                    Flag("--check", &arguments->check, "compare, write nothing")},
      .run = [arguments](Context& context) { return Run(context, *arguments); }};
}

}  // namespace annals
