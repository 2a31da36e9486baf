// annals workstream: create, list, show, transition.
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/list.h"
#include "cli/show.h"
#include "cli/write_command.h"
#include "commands/machine.h"
#include "commands/missing_entity.h"
#include "eventstore/sqlite/sqlite_storage.h"
#include "projections/tables.h"
#include "schemas/status.h"

namespace annals {
namespace {

Command CreateWorkstream() {
  return MakeWriteCommand({
      .name = "create",
      .body = "create_workstream",
      .summary = "Create a workstream in a run",
      .example = "annals workstream create parser --run r1\nannals workstream create tests --run r1 --depends-on "
                 "parser --critical",
      .arguments = {{"WS", "", "ws_id", "its name within the run"},
                    {"--run", "RUN", "run_id", "the run it is in"},
                    {"--depends-on", "A,B", "depends_on", "workstreams of the run that must be done first"},
                    {"--critical", "", "is_critical", "if it fails, the run may only fail"},
                    {"--metadata", "JSON", "metadata", "an object of your own: text, @FILE, or - for standard input"}},
  });
}

Command TransitionWorkstream() {
  const auto& states = WorkstreamMachine().states();
  return MakeWriteCommand({
      .name = "transition",
      .body = "transition_workstream",
      .summary = "Move a workstream to another state",
      .details = "Without --run it is taken from the one open run that holds it; where several do, name the run.",
      .example = "annals workstream transition parser ready --run r1",
      .arguments = {{"WS", "", "ws_id", "the workstream"},
                    {"TO", "", "to", "the state to reach", {states.begin(), states.end()}},
                    {"--run", "RUN", "run_id", "the run it is in"},
                    {"--trigger", "TRIGGER", "trigger", "the edge's trigger, instead of or beside TO"}},
  });
}

Command ShowWorkstream() {
  struct Options {
    std::string ws_id;
    std::optional<std::string> run_id;
  };
  const auto options = std::make_shared<Options>();
  Command command;
  command.name = "show";
  command.summary = "Show one workstream in full";
  command.reads_as_of = true;
  command.details = "Without --run it is taken from the newest run that holds it.";
  command.example = "annals workstream show parser --run r1";
  command.arguments = {Place("WS", &options->ws_id, "the workstream"),
                       Option("--run", "RUN", &options->run_id, "the run it is in")};
  command.run = [options](Context& context) -> absl::StatusOr<int> {
    ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, context.Read());
    if (!options->run_id) {
      ASSIGN_OR_RETURN(options->run_id, NewestRunHolding(context, *snapshot, options->ws_id));
    }
    const Value key[] = {std::string_view(*options->run_id), std::string_view(options->ws_id)};
    return PrintRow(
        context, *snapshot, WorkstreamsTable().table(), key,
        NoSuchEntity(fmt::format("workstream {}", options->ws_id), "annals workstream list", *options->run_id));
  };
  return command;
}

}  // namespace

Command WorkstreamCommands() {
  Command group;
  group.name = "workstream";
  group.summary = "The lines of work inside a run";
  group.details = "ws is short for workstream.";
  group.example = "annals ws list --run r1";
  group.commands = {
      CreateWorkstream(),
      MakeListCommand({.table = &WorkstreamsTable().table(),
                       .things = "workstreams",
                       .summary = "List workstreams",
                       .example = "annals workstream list --run r1 --status blocked",
                       .time_column = "created_at",
                       .columns = {{"RUN", "run_id"},
                                   {"WORKSTREAM", "ws_id"},
                                   {"STATUS", "status"},
                                   {"CRITICAL", "is_critical"},
                                   {"DEPENDS ON", "depends_on"},
                                   {"UPDATED", "updated_at"}},
                       .filters = {{"--ws", "WS", "ws_id", "only of this name"}}}),
      ShowWorkstream(),
      TransitionWorkstream(),
  };
  return group;
}

}  // namespace annals
