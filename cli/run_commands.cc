// annals run: create, list, show, transition, pause, resume, watch.
#include <memory>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/list.h"
#include "cli/row_json.h"
#include "cli/run_watch.h"
#include "cli/show.h"
#include "cli/write_command.h"
#include "commands/machine.h"
#include "commands/missing_entity.h"
#include "eventstore/sqlite/sqlite_storage.h"
#include "projections/tables.h"
#include "schemas/status.h"

namespace annals {
namespace {

Cell DoneCell(const TableDef& table, Row row, Timestamp) {
  const int64_t total = std::get<int64_t>(row[table.ColumnIndex("ws_total")]);
  return {fmt::format("{}/{}", std::get<int64_t>(row[table.ColumnIndex("ws_done")]), total)};
}

Command CreateRun() {
  return MakeWriteCommand({
      .name = "create",
      .body = "create_run",
      .summary = "Create a run and print its id",
      .details = "Prints the run's id alone, so that a script can keep it; --json prints the whole receipt.",
      .example = "run=$(annals run create --status running --metadata '{\"branch\":\"main\"}')",
      .arguments = {{"RUN", "", "run_id", "its id (default: a new ULID)"},
                    {"--status", "STATUS", "status", "how it begins (default: pending)", {"pending", "running"}},
                    {"--metadata", "JSON", "metadata", "an object of your own: text, @FILE, or - for standard input"}},
      .printed = PrintedLine::kRunId,
  });
}

Command TransitionRun() {
  const auto& states = RunMachine().states();
  return MakeWriteCommand({
      .name = "transition",
      .body = "transition_run",
      .summary = "Move a run to another state",
      .details = "The law judges: a move along no edge, or against a guard, is refused (exit code 3) and recorded.",
      .example = "annals run transition r1 running\nannals run transition r1 failed --reason 'the budget is spent'",
      .arguments = {{"RUN", "", "run_id", "the run"},
                    {"TO", "", "to", "the state to reach", {states.begin(), states.end()}},
                    {"--trigger", "TRIGGER", "trigger", "the edge's trigger, instead of or beside TO"}},
  });
}

// A transition with a name of its own.
Command MoveRun(std::string_view name, std::string_view to, std::string_view summary, std::string_view example) {
  return MakeWriteCommand({.name = name,
                           .body = "transition_run",
                           .summary = summary,
                           .example = example,
                           .arguments = {{"RUN", "", "run_id", "the run"}},
                           .presets = {{"to", to}, {"trigger", name}}});
}

Command ShowRun() {
  const auto run_id = std::make_shared<std::string>();
  Command command;
  command.name = "show";
  command.summary = "Show one run in full";
  command.reads_as_of = true;
  command.example = "annals run show r1 --json";
  command.arguments = {Place("RUN", run_id.get(), "the run")};
  command.run = [run_id](Context& context) -> absl::StatusOr<int> {
    ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, context.Read());
    const Value key[] = {std::string_view(*run_id)};
    return PrintRow(context, *snapshot, RunsTable().table(), key,
                    NoSuchEntity(fmt::format("run {}", *run_id), "annals run list"));
  };
  return command;
}

}  // namespace

Command RunCommands() {
  Command group;
  group.name = "run";
  group.summary = "Make runs, move them, look at them";
  group.example = "annals run list --status running";
  group.commands = {
      CreateRun(),
      MakeListCommand({.table = &RunsTable().table(),
                       .things = "runs",
                       .summary = "List runs",
                       .example = "annals run list --status running --since 2026-11-20T09:00:00+01:00",
                       .time_column = "created_at",
                       .columns = {{"RUN", "run_id"},
                                   {"STATUS", "status"},
                                   {"DONE", "", DoneCell},
                                   {"CREATED", "created_at"},
                                   {"TOOK", "", DurationCell}}}),
      ShowRun(),
      TransitionRun(),
      MoveRun("pause", "paused", "Hold a run: nothing new begins, work in flight may end",
              "annals run pause r1 --reason 'waiting for the database'"),
      MoveRun("resume", "running", "Let a paused run go on", "annals run resume r1"),
      WatchRun(),
  };
  return group;
}

}  // namespace annals
