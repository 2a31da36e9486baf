#include "cli/entity_group.h"

#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "cli/context.h"
#include "cli/show.h"
#include "commands/missing_entity.h"
#include "schemas/status.h"

namespace annals {
namespace {

// The entity, its run, then what is its own.
std::vector<FieldArgument> WithEntity(const EntityGroup& group, const std::vector<FieldArgument>& more) {
  std::vector<FieldArgument> arguments = {{group.place, "", group.id_field, group.meaning}};
  if (group.is_in_run) arguments.push_back({"--run", "RUN", "run_id", "the run it is in"});
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

Command MakeTransition(const EntityGroup& group) {
  const auto& states = group.machine().states();
  std::vector<FieldArgument> more = {
      {"TO", "", "to", "the state to reach", {states.begin(), states.end()}},
      {"--trigger", "TRIGGER", "trigger", "the edge's trigger, instead of or beside TO"}};
  more.insert(more.end(), group.transition_arguments.begin(), group.transition_arguments.end());
  // Places stand in order: the entity, then the state.
  return MakeWriteCommand({.name = "transition",
                           .body = group.transition,
                           .summary = "Move one to another state",
                           .example = group.transition_example,
                           .arguments = WithEntity(group, more)});
}

Command MakeVerb(const EntityGroup& group, const EntityVerb& verb) {
  WriteCommand command{.name = verb.name,
                       .body = group.transition,
                       .summary = verb.summary,
                       .example = verb.example,
                       .arguments = WithEntity(group, verb.arguments),
                       .presets = verb.states,
                       .takes_reason = verb.takes_reason};
  if (!verb.to.empty()) command.presets.push_back({"to", verb.to});
  if (!verb.trigger.empty()) command.presets.push_back({"trigger", verb.trigger});
  return MakeWriteCommand(command);
}

Command MakeShow(const EntityGroup& group) {
  struct Options {
    std::string id;
    std::string run_id;
  };
  const auto options = std::make_shared<Options>();
  Command command;
  command.name = "show";
  command.summary = "Show one in full";
  command.reads_as_of = true;
  command.example = group.is_in_run ? fmt::format("annals {} show {} --run r1", group.name, "x1")
                                    : fmt::format("annals {} show {}", group.name, "x1");
  command.arguments = {Place(std::string(group.place), &options->id, std::string(group.meaning))};
  if (group.is_in_run)
    command.arguments.push_back(Required(Option("--run", "RUN", &options->run_id, "the run it is in")));
  command.run = [options, machine = group.machine, name = std::string(group.name), table = group.list.table,
                 is_in_run = group.is_in_run](Context& context) -> absl::StatusOr<int> {
    ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, context.Read());
    std::vector<Value> key;
    if (is_in_run) key.emplace_back(std::string_view(options->run_id));
    key.emplace_back(std::string_view(options->id));
    return PrintRow(context, *snapshot, *table, key,
                    NoSuchEntity(fmt::format("{} {}", machine().name(), options->id),
                                 fmt::format("annals {} list", name), options->run_id));
  };
  return command;
}

}  // namespace

Command MakeEntityGroup(EntityGroup group) {
  Command made;
  made.name = group.name;
  made.summary = group.summary;
  made.example = fmt::format("annals {} list", group.name);
  for (WriteCommand& create : group.creates) {
    create.arguments = WithEntity(group, create.arguments);
    made.commands.push_back(MakeWriteCommand(create));
  }
  made.commands.push_back(MakeListCommand(group.list));
  if (!group.has_own_show) made.commands.push_back(MakeShow(group));
  made.commands.push_back(MakeTransition(group));
  for (const EntityVerb& verb : group.verbs) made.commands.push_back(MakeVerb(group, verb));
  for (Command& more : group.more) made.commands.push_back(std::move(more));
  return made;
}

}  // namespace annals
