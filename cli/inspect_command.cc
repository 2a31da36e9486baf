// annals inspect: where the database is and how things stand, on one screen.
#include <chrono>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/counts.h"
#include "cli/duration.h"
#include "cli/exit_code.h"
#include "cli/inspection.h"
#include "cli/printable.h"
#include "cli/table.h"
#include "eventstore/bundle.h"
#include "eventstore/sqlite/sqlite_storage.h"
#include "projections/tables.h"
#include "schemas/json_writer.h"
#include "schemas/status.h"

namespace annals {
namespace {

constexpr size_t kRunsShown = 5;
constexpr size_t kErrorsShown = 5;

struct Inspection {
  std::string path;
  uint64_t events = 0;    // of the log, where this is a bundle
  std::string bundle_of;  // a run; empty: it is a log
  std::vector<StatusCounts> counts;
  std::vector<RunRow> newest_runs;
  std::vector<ErrorGroup> errors;
};

absl::StatusOr<Inspection> Inspect(Context& context, Snapshot& snapshot) {
  ASSIGN_OR_RETURN(const std::string path, context.DatabasePath());
  Inspection found{.path = path,
                   .events = snapshot.head().position.value,
                   .bundle_of = {},
                   .counts = {},
                   .newest_runs = {},
                   .errors = {}};
  ASSIGN_OR_RETURN(const bool is_bundle, snapshot.HasTable(BundleTable()));
  if (is_bundle) {
    ASSIGN_OR_RETURN(const BundleHeader header, ReadBundleHeader(snapshot));
    found.bundle_of = header.run_id;
  }
  ASSIGN_OR_RETURN(found.counts, CountByStatus(snapshot, std::nullopt));
  const TableDef& runs = RunsTable().table();
  const RowQuery newest{
      .table = &runs, .order = {runs.ColumnIndex("created_at")}, .descending = true, .limit = kRunsShown};
  RETURN_IF_ERROR(snapshot.ReadRows(newest, TableSet::kLive, [&](Row row) {
    found.newest_runs.push_back(RunsTable().FromValues(row));
    return absl::OkStatus();
  }));
  ASSIGN_OR_RETURN(found.errors, GroupErrors(snapshot, std::nullopt, ErrorOrder::kNewest, kErrorsShown));
  return found;
}

std::string Json(const Inspection& found) {
  JsonWriter out;
  out.BeginObject()
      .Key("path")
      .String(found.path)
      .Key("schema_version")
      .Int(kSchemaVersion)
      .Key("events")
      .UInt(found.events);
  if (!found.bundle_of.empty()) out.Key("bundle_of").String(found.bundle_of);
  WriteStatusCounts(found.counts, out);
  out.Key("newest_runs").BeginArray();
  for (const RunRow& run : found.newest_runs) {
    out.BeginObject().Key("run_id").String(run.run_id).Key("status").String(run.status);
    out.Key("created_at")
        .String(FormatTimestamp(run.created_at))
        .Key("updated_at")
        .String(FormatTimestamp(run.updated_at));
    out.Key("ws_total")
        .Int(run.ws_total)
        .Key("ws_done")
        .Int(run.ws_done)
        .Key("ws_failed")
        .Int(run.ws_failed)
        .EndObject();
  }
  out.EndArray();
  WriteErrorGroups(found.errors, out);
  return out.EndObject().Take();
}

void PrintText(const Inspection& found, Context& context) {
  std::ostream& out = context.out();
  const Timestamp now = context.Now();
  out << fmt::format(
      "{}  (schema {}, {}{} events)\n\n", Paint(Printable(found.path), Ink::kBold, context.colour()), kSchemaVersion,
      found.bundle_of.empty() ? "" : fmt::format("run {} out of ", Printable(found.bundle_of)), found.events);
  out << StatusCountsText(found.counts, context.colour());
  if (found.newest_runs.empty()) {
    out << "\nNo run yet: annals run create makes one.\n";
    return;
  }
  Table runs(
      {{"NEWEST RUNS"}, {"STATUS"}, {"DONE", Align::kRight}, {"FAILED", Align::kRight}, {"CREATED"}, {"CHANGED"}});
  const auto age = [&](Timestamp time) { return FormatAge(std::chrono::microseconds(now.micros - time.micros)); };
  for (const RunRow& run : found.newest_runs) {
    runs.AddRow({{run.run_id},
                 {run.status, InkOfState(run.status)},
                 {fmt::format("{}/{}", run.ws_done, run.ws_total)},
                 {fmt::format("{}", run.ws_failed), run.ws_failed > 0 ? Ink::kRed : Ink::kPlain},
                 {age(run.created_at)},
                 {age(run.updated_at)}});
  }
  out << '\n' << runs.Render(context.width(), context.colour());
  if (found.errors.empty()) return;
  out << "\nRecent errors\n" << ErrorGroupsText(found.errors, now, context.width(), context.colour());
}

}  // namespace

absl::StatusOr<int> PrintInspection(Context& context, Snapshot& snapshot) {
  ASSIGN_OR_RETURN(const Inspection found, Inspect(context, snapshot));
  if (context.json()) {
    context.out() << Json(found) << '\n';
  } else {
    PrintText(found, context);
  }
  return kExitDone;
}

Command InspectCommand() {
  return {.name = "inspect",
          .summary = "Where the database is and how things stand",
          .details = "",
          .example = "annals inspect",
          .arguments = {},
          .run = [](Context& context) -> absl::StatusOr<int> {
            ASSIGN_OR_RETURN(const auto snapshot, context.Read());
            return PrintInspection(context, *snapshot);
          },
          .reads_as_of = true};
}

}  // namespace annals
