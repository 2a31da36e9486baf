// The command group of one kind of entity, as data: create, list, show, transition, and the verbs people say.
#pragma once

#include <string_view>
#include <vector>

#include "cli/list.h"
#include "cli/write_command.h"
#include "commands/machine.h"

namespace annals {

// A transition under its own name: `annals task assign T` for `annals task transition T running`.
struct EntityVerb {
  std::string_view name;
  std::string_view to;       // where it leads; empty where only `trigger` says it
  std::string_view trigger;  // empty where `to` alone does
  std::string_view summary;
  std::string_view example;
  std::vector<FieldArgument> arguments = {};  // beside the entity and its run
  std::vector<FieldPreset> states = {};       // what saying it states, where no argument states otherwise
  bool takes_reason = true;                   // false: another text stands in its place
};

struct EntityGroup {
  std::string_view name;        // "task"
  std::string_view summary;     // of the group
  std::string_view place;       // "TASK"
  std::string_view id_field;    // "task_id"
  std::string_view meaning;     // "its name within the run"
  bool is_in_run = false;       // named within a run, by --run
  std::string_view transition;  // the command's name in JSON: "transition_task"
  const Machine& (*machine)() = nullptr;
  std::string_view transition_example;
  std::vector<FieldArgument> transition_arguments = {};  // beside the entity, its run, TO and --trigger
  std::vector<WriteCommand> creates;                     // their arguments without the entity and its run
  ListDef list;
  std::vector<EntityVerb> verbs = {};
  std::vector<Command> more = {};
  bool has_own_show = false;  // in `more`
};

Command MakeEntityGroup(EntityGroup group);

}  // namespace annals
