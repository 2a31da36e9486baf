// annals patch: the ledger of changes.
#include <memory>
#include <string>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/entity_group.h"
#include "cli/exit_code.h"
#include "cli/show.h"
#include "commands/missing_entity.h"
#include "eventstore/event_content.h"
#include "projections/entity_tables.h"
#include "projections/projector.h"
#include "schemas/status.h"

namespace annals {
namespace {

struct ShowOptions {
  std::string id;
  std::string run_id;
  bool diff = false;
};

absl::StatusOr<int> Show(Context& context, const ShowOptions& options) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, context.Read());
  const Value key[] = {std::string_view(options.run_id), std::string_view(options.id)};
  const std::string what = fmt::format("patch {}", options.id);
  const absl::Status missing = NoSuchEntity(what, "annals patch list", options.run_id);
  if (!options.diff) return PrintRow(context, *snapshot, PatchesTable().table(), key, missing);
  std::optional<int64_t> position;
  RETURN_IF_ERROR(snapshot->ReadRows({.table = &PatchesTable().table(), .equals = {{0, key[0]}, {1, key[1]}}},
                                     TableSet::kLive, [&](Row row) {
                                       position = PatchesTable().FromValues(row).diff_position;
                                       return absl::OkStatus();
                                     }));
  if (!position) return missing;
  const Position at{static_cast<uint64_t>(*position)};
  ASSIGN_OR_RETURN(const auto cursor, snapshot->ReadLog({.first = at, .last = at}));
  ASSIGN_OR_RETURN(const RecordView* const record, cursor->Next());
  if (record == nullptr)
    return absl::DataLossError(fmt::format("read the diff of {}: position {} is gone", what, at.value));
  RecordFolder reader;
  ASSIGN_OR_RETURN(const FoldedEvent event, reader.Read(*record));
  // As it was given, to be handed to a tool; a terminal is not written to by what a diff says.
  context.out() << (context.out_is_terminal() ? PrintableLines(event.text) : std::string(event.text));
  return kExitDone;
}

Command ShowPatch() {
  const auto options = std::make_shared<ShowOptions>();
  Command command;
  command.name = "show";
  command.summary = "Show one in full, or its diff";
  command.reads_as_of = true;
  command.example = "annals patch show p1 --run r1\nannals patch show p1 --run r1 --diff | git apply";
  command.arguments = {Place("PATCH", &options->id, "its name within the run"),
                       Required(Option("--run", "RUN", &options->run_id, "the run it is in")),
                       Flag("--diff", &options->diff, "print the diff itself")};
  command.run = [options](Context& context) { return Show(context, *options); };
  return command;
}

}  // namespace

Command PatchCommands() {
  const FieldArgument scope = {"--scope-passed", "BOOL", "scope_passed", "whether it changes only what it may"};
  const FieldArgument constraints = {"--constraints-passed", "BOOL", "constraints_passed",
                                     "whether it keeps the constraints"};
  const FieldArgument tests = {"--tests-passed", "BOOL", "tests_passed", "whether the tests passed with it"};
  // Of a verb that says so by itself.
  const auto unless_told = [](FieldArgument argument, std::string_view meaning) {
    argument.meaning = meaning;
    return argument;
  };
  const std::vector<FieldArgument> proposed = {
      {"--ws", "WS", "ws_id", "the workstream whose change it is"},
      {"DIFF", "", "diff", "the diff: text, @FILE, or - for standard input", {}, Input::kFile},
      {"--task", "TASK", "task_id", "the task that made it"},
      {"--epoch", "N", "epoch", "the claim to the task under which it was made; one that is over is refused"},
      {"--format", "FORMAT", "format", "unified_diff or git_patch (default: unified_diff)"},
      {"--tool", "TOOL", "tool", "by which it will be applied: not while that tool's circuit breaker is open"},
      {"--metadata", "JSON", "metadata", "an object of your own: text, @FILE, or - for standard input"}};
  return MakeEntityGroup({
      .name = "patch",
      .summary = "The ledger of changes",
      .place = "PATCH",
      .id_field = "patch_id",
      .meaning = "its name within the run",
      .is_in_run = true,
      .transition = "transition_patch",
      .machine = PatchMachine,
      .transition_example = "annals patch transition p1 validating --run r1",
      .transition_arguments = {scope, constraints, tests},
      .creates = {{.name = "propose",
                   .body = "create_patch",
                   .summary = "Propose a change",
                   .details = "The diff is read: where it is not in its format, validate quarantines it with the line.",
                   .example = "git diff | annals patch propose p1 - --run r1 --ws parser --format git_patch",
                   .arguments = proposed},
                  {.name = "create",
                   .body = "create_patch",
                   .summary = "The same as propose",
                   .example = "annals patch create p1 @change.diff --run r1 --ws parser",
                   .arguments = proposed}},
      .list = {.table = &PatchesTable().table(),
               .things = "patches",
               .summary = "List patches",
               .example = "annals patch list --run r1 --status quarantined",
               .time_column = "created_at",
               .columns = {{"RUN", "run_id"},
                           {"PATCH", "patch_id"},
                           {"WORKSTREAM", "ws_id"},
                           {"STATUS", "status"},
                           {"ADDED", "lines_added"},
                           {"REMOVED", "lines_removed"},
                           {"FILES", "files"},
                           {"UPDATED", "updated_at"}},
               .filters = {{"--ws", "WS", "ws_id", "only of this workstream"},
                           {"--task", "TASK", "task_id", "only those it made"}}},
      .verbs = {{"validate", "validating", "", "Begin its checks", "annals patch validate p1 --run r1"},
                {"stage",
                 "staged",
                 "",
                 "Say that format, scope and constraints passed",
                 "annals patch stage p1 --run r1",
                 {unless_told(scope, "whether it changes only what it may (default: true)"),
                  unless_told(constraints, "whether it keeps the constraints (default: true)")},
                 {{"scope_passed", "true"}, {"constraints_passed", "true"}}},
                {"apply", "applied", "", "Say that it was put into the tree", "annals patch apply p1 --run r1"},
                {"verify",
                 "verified",
                 "",
                 "Say that the tests passed with it",
                 "annals patch verify p1 --run r1",
                 {unless_told(tests, "whether the tests passed with it (default: true)")},
                 {{"tests_passed", "true"}}},
                {"block", "blocked", "", "Hold it up while its tool's circuit breaker is open",
                 "annals patch block p1 --run r1"},
                {"unblock", "staged", "unblock", "Let it go on", "annals patch unblock p1 --run r1"},
                {"quarantine",
                 "quarantined",
                 "",
                 "Trust it no more: its workstream passes no check until it is out of it",
                 "annals patch quarantine p1 --run r1 --reason 'touches secrets'",
                 {scope, constraints, tests}},
                {"rollback",
                 "rolled_back",
                 "",
                 "Say that it was taken out again",
                 "annals patch rollback p1 --run r1 --reason 'breaks the build'",
                 {tests}},
                {"supersede", "superseded", "", "Say that another takes its place",
                 "annals patch supersede p1 --run r1"},
                {"expire", "expired", "", "Give it up unused", "annals patch expire p1 --run r1"}},
      .more = {ShowPatch()},
      .has_own_show = true,
  });
}

}  // namespace annals
