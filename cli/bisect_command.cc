// annals bisect: the event at which something became true.
#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/fold_progress.h"
#include "cli/log_line.h"
#include "eventstore/sqlite/sqlite_row_store.h"
#include "eventstore/sqlite/sqlite_storage.h"
#include "projections/bisect.h"
#include "projections/log_json.h"
#include "projections/tables.h"
#include "schemas/message_text.h"
#include "schemas/status.h"

namespace annals {
namespace {

struct BisectOptions {
  std::string predicate;
  std::optional<std::string> run;
  std::optional<Point> since, until;
};

absl::StatusOr<Statement> PreparePredicate(const Connection& tables, const std::string& predicate) {
  // On lines of its own, so that a comment in it ends where it ends.
  absl::StatusOr<Statement> statement = tables.PrepareQuery(fmt::format("SELECT (\n{}\n) IS TRUE", predicate));
  if (statement.ok()) return statement;
  return absl::InvalidArgumentError(fmt::format(
      "the predicate {}: {}; it is one SQL expression over the tables, such as EXISTS (SELECT 1 FROM errors "
      "WHERE count > 3)",
      Quoted(predicate), MessageOf(statement.status())));
}

absl::StatusOr<BisectRange> FindRange(Snapshot& snapshot, const BisectOptions& options, Timestamp now) {
  BisectRange range{.run_id = options.run, .after = {}, .last = snapshot.head().position};
  if (options.since) {
    ASSIGN_OR_RETURN(range.after, ResolvePoint(snapshot, *options.since, now));
  }
  if (options.until) {
    ASSIGN_OR_RETURN(range.last, ResolvePoint(snapshot, *options.until, now));
  }
  if (range.last < range.after) {
    return absl::InvalidArgumentError(
        fmt::format("--until: position {} stands before --since, position {}", range.last.value, range.after.value));
  }
  if (!range.run_id) return range;
  ASSIGN_OR_RETURN(const StreamVersion version, snapshot.VersionOf(RunStream(*range.run_id)));
  if (version.value > 0) return range;
  return absl::NotFoundError(
      fmt::format("there is no run {}; annals run list shows those there are", Quoted(*range.run_id)));
}

absl::Status PrintFound(Context& context, Snapshot& snapshot, const Bisection& found) {
  ASSIGN_OR_RETURN(const auto cursor, snapshot.ReadLog({.first = found.position, .last = found.position}));
  ASSIGN_OR_RETURN(const RecordView* const record, cursor->Next());
  if (record == nullptr) {
    return absl::DataLossError(fmt::format("read the event at position {}: it is gone", found.position.value));
  }
  RecordFolder folder;
  ASSIGN_OR_RETURN(const FoldedEvent event, folder.Read(*record));
  if (context.json()) {
    JsonWriter out;
    out.BeginObject().Key("position").UInt(found.position.value).Key("events").UInt(found.events);
    out.Key("looks").UInt(found.looks).Key("event");
    RETURN_IF_ERROR(WriteLogLine(*record, event, nullptr, out));
    context.out() << out.EndObject().text() << '\n';
    return absl::OkStatus();
  }
  context.out() << fmt::format("true from position {} on, false before it; found in {} looks at {} events\n",
                               found.position.value, found.looks, found.events)
                << LogColumns(context.width(), context.colour()).Line(*record, event) << '\n';
  return absl::OkStatus();
}

absl::StatusOr<int> RunBisect(Context& context, const BisectOptions& options) {
  ASSIGN_OR_RETURN(SqliteStorage* const storage, context.OpenForReading());
  ASSIGN_OR_RETURN(const auto store, SqliteRowStore::InMemory(ProjectedTables()));
  ASSIGN_OR_RETURN(Statement predicate, PreparePredicate(store->connection(), options.predicate));
  ASSIGN_OR_RETURN(const auto snapshot, storage->Read());
  ASSIGN_OR_RETURN(const BisectRange range, FindRange(*snapshot, options, context.clock().Now()));
  const auto holds = [&]() -> absl::StatusOr<bool> {
    const ResetOnExit reset(predicate);
    const absl::StatusOr<bool> row = predicate.Step();
    if (!row.ok()) return absl::InvalidArgumentError(fmt::format("the predicate: {}", MessageOf(row.status())));
    return *row && predicate.Int(0) != 0;
  };
  FoldProgressLine progress(context, "bisect");
  const absl::StatusOr<Bisection> found = Bisect(*snapshot, range, *store, holds, progress);
  progress.Erase();
  if (!found.ok()) return WithContext(found.status(), Quoted(options.predicate));
  RETURN_IF_ERROR(PrintFound(context, *snapshot, *found));
  return kExitDone;
}

}  // namespace

Command BisectCommand() {
  const auto options = std::make_shared<BisectOptions>();
  return {.name = "bisect",
          .summary = "Find the event at which something became true",
          .details =
              "PREDICATE is an SQL expression over the tables (annals docs of the schema: runs, workstreams, "
              "step_attempts, errors, state_transitions, …). The log is folded up to here and there, halving what is "
              "left, until the event is found behind which the predicate is true and before which it is not; where it "
              "becomes true more than once, one of these. With --run only that run is folded. Exit code 4: it is not "
              "true at the end.",
          .example =
              "annals bisect --run r1 \"(SELECT status FROM workstreams WHERE ws_id = 'parser') = 'blocked'\"\n"
              "annals bisect \"(SELECT count(*) FROM errors) >= 100\" --since yesterday",
          .arguments = {Place("PREDICATE", &options->predicate, "what became true, in SQL"),
                        Option("--run", "RUN", &options->run, "only this run's events and rows"),
                        Option("--since", "POINT", &options->since, "look behind this position or time"),
                        Option("--until", "POINT", &options->until, "look up to this position or time")},
          .run = [options](Context& context) { return RunBisect(context, *options); }};
}

}  // namespace annals
