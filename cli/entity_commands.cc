// annals entity, annals checkpoint, annals machine define: what users bring themselves.
#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/list.h"
#include "cli/report.h"
#include "cli/show.h"
#include "cli/write_command.h"
#include "commands/missing_entity.h"
#include "projections/entity_tables.h"
#include "projections/rows.h"
#include "schemas/status.h"

namespace annals {
namespace {

Command ShowEntity() {
  struct Options {
    std::string id;
    std::string machine;
  };
  const auto options = std::make_shared<Options>();
  Command command;
  command.name = "show";
  command.summary = "Show one in full";
  command.reads_as_of = true;
  command.example = "annals entity show d1 --machine deploy";
  command.arguments = {Place("ID", &options->id, "its name within the machine"),
                       Required(Option("--machine", "MACHINE", &options->machine, "the machine it follows"))};
  command.run = [options](Context& context) -> absl::StatusOr<int> {
    ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, context.Read());
    const Value key[] = {std::string_view(options->machine), std::string_view(options->id)};
    return PrintRow(context, *snapshot, EntitiesTable().table(), key,
                    NoSuchEntity(fmt::format("{} {}", options->machine, options->id),
                                 fmt::format("annals entity list --machine {}", options->machine)));
  };
  return command;
}

Command ShowCheckpoint() {
  const auto id = std::make_shared<int64_t>(0);
  Command command;
  command.name = "show";
  command.summary = "Show one in full";
  command.reads_as_of = true;
  command.example = "annals checkpoint show 42";
  command.arguments = {Place("ID", id.get(), "its id, the position of its event")};
  command.run = [id](Context& context) -> absl::StatusOr<int> {
    ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, context.Read());
    const Value key[] = {*id};
    return PrintRow(context, *snapshot, CheckpointsTable().table(), key,
                    NoSuchEntity(fmt::format("checkpoint {}", *id), "annals checkpoint list"));
  };
  return command;
}

// A definition that is there already is said to be, as nothing was done.
absl::StatusOr<int> PrintDefined(Context& context, const Answer& answer) {
  const auto* const receipt = std::get_if<Receipt>(&answer);
  if (receipt == nullptr || !receipt->repeat) return PrintAnswer(context, answer, "");
  ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, context.Read());
  Rows rows;
  rows.Attach(snapshot.get(), TableSet::kLive);
  ASSIGN_OR_RETURN(const std::optional<std::string> newest, rows.NewestMachineVersion(receipt->entity));
  if (newest != receipt->state) return PrintAnswer(context, answer, "");
  return PrintAnswer(context, answer,
                     fmt::format("machine {}: {} is its newest version already (position {})", receipt->entity,
                                 receipt->state, receipt->first_position.value));
}

}  // namespace

Command EntityCommands() {
  const FieldArgument id = {"ID", "", "entity_id", "its name within the machine"};
  const FieldArgument machine = {"--machine", "MACHINE", "machine", "the machine it follows"};
  Command group;
  group.name = "entity";
  group.summary = "Entities of the machines you define";
  group.example = "annals entity list --machine deploy";
  group.commands = {
      MakeWriteCommand({.name = "create",
                        .body = "create_entity",
                        .summary = "Create an entity, bound to the newest version of its machine",
                        .example = "annals entity create d1 --machine deploy",
                        .arguments = {id,
                                      machine,
                                      {"--metadata", "JSON", "metadata",
                                       "an object of your own: text, @FILE, or - for standard input"}}}),
      MakeListCommand({.table = &EntitiesTable().table(),
                       .things = "entities",
                       .summary = "List entities",
                       .example = "annals entity list --machine deploy --status done",
                       .time_column = "created_at",
                       .columns = {{"MACHINE", "machine"},
                                   {"ID", "entity_id"},
                                   {"VERSION", "machine_version"},
                                   {"STATUS", "status"},
                                   {"UPDATED", "updated_at"}},
                       .filters = {{"--machine", "MACHINE", "machine", "only those that follow it"}}}),
      ShowEntity(),
      MakeWriteCommand(
          {.name = "transition",
           .body = "transition_entity",
           .summary = "Move one to another state",
           .details = "It follows the version of the machine it was created under.",
           .example = "annals entity transition d1 done --machine deploy",
           .arguments = {id,
                         {"TO", "", "to", "the state to reach"},
                         machine,
                         {"--trigger", "TRIGGER", "trigger", "the edge's trigger, instead of or beside TO"}}}),
  };
  return group;
}

Command CheckpointCommands() {
  Command group;
  group.name = "checkpoint";
  group.summary = "Where work resumes";
  group.example = "annals checkpoint list --request q1";
  group.commands = {
      MakeWriteCommand(
          {.name = "save",
           .body = "save_checkpoint",
           .summary = "Save one",
           .details = "Of a request (--request), or of a workstream (--run and --ws).",
           .example = "annals checkpoint save planned --request q1 --data '{\"step\":3}'\n"
                      "annals checkpoint save edited --run r1 --ws parser --data @state.json",
           .arguments = {{"NAME", "", "name", "what it is called"},
                         {"--request", "REQUEST", "request_id", "the request"},
                         {"--run", "RUN", "run_id", "the run of the workstream"},
                         {"--ws", "WS", "ws_id", "the workstream"},
                         {"--task", "TASK", "task_id", "the task of the workstream whose work it is"},
                         {"--epoch", "N", "epoch",
                          "the claim to the task under which it is saved; one that is over is refused"},
                         {"--data", "JSON", "data",
                          "an object with what is needed to go on: text, @FILE, or - for standard input"}}}),
      MakeListCommand({.table = &CheckpointsTable().table(),
                       .things = "checkpoints",
                       .summary = "List checkpoints",
                       .example = "annals checkpoint list --run r1 --ws parser",
                       .time_column = "saved_at",
                       .columns = {{"ID", "id"},
                                   {"REQUEST", "request_id"},
                                   {"RUN", "run_id"},
                                   {"WORKSTREAM", "ws_id"},
                                   {"NAME", "name"},
                                   {"DATA", "data_json"},
                                   {"SAVED", "saved_at"}},
                       .filters = {{"--request", "REQUEST", "request_id", "only of this request"},
                                   {"--ws", "WS", "ws_id", "only of this workstream"},
                                   {"--name", "NAME", "name", "only of this name"}}}),
      ShowCheckpoint(),
  };
  return group;
}

Command DefineMachineCommand() {
  return MakeWriteCommand({.name = "define",
                           .body = "define_machine",
                           .summary = "Put a machine of your own into the log",
                           .details =
                               "It is checked first; every fault is named with its place. New entities follow it "
                               "from then on, those there are stay with the version they were created under. A "
                               "machine whose newest version says the same stays as it is.",
                           .example = "annals machine define @deploy.json\nannals machine show ./deploy.json",
                           .arguments = {{"FILE",
                                          "",
                                          "machine",
                                          "the definition: a file, @FILE, text, or - for standard input",
                                          {},
                                          Input::kFileName}},
                           .finish = PrintDefined});
}

}  // namespace annals
