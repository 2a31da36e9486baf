// Machines that users define, and their entities: bound to the version of the machine they were created under.
#include <fmt/format.h>

#include "commands/decision.h"
#include "commands/entity_law.h"
#include "commands/machine_definition.h"
#include "commands/machine_shelf.h"
#include "commands/missing_entity.h"
#include "eventstore/event_codec.h"
#include "schemas/status.h"

namespace annals {
namespace {

std::string EntityStream(std::string_view machine, std::string_view id) {
  return fmt::format("entity/{}/{}", machine, id);
}

Decision Create(const DecisionInput& input) {
  const auto body = input.command.getBody().getCreateEntity();
  const std::string_view name = View(body.getMachine());
  const std::string_view id = View(body.getEntityId());
  ASSIGN_OR_RETURN(const Machine* const machine, input.machines.Newest(name, input.rows));
  ASSIGN_OR_RETURN(const EntityRow* const existing, input.rows.entities.Find({name, id}));
  if (existing != nullptr) return RefuseExisting(*machine, id, existing->status);
  FillCreated(*machine, EntityCommandOf(body, body.getEntityId()), EntityStream(name, id), input.drafts.Add({}));
  return std::nullopt;
}

Decision Transition(const DecisionInput& input) {
  const auto body = input.command.getBody().getTransitionEntity();
  const std::string_view name = View(body.getMachine());
  const std::string_view id = View(body.getEntityId());
  ASSIGN_OR_RETURN(const EntityRow* const row, input.rows.entities.Find({name, id}));
  if (row == nullptr) {
    RETURN_IF_ERROR(input.machines.Newest(name, input.rows).status());
    return NoSuchEntity(fmt::format("{} {}", name, id), fmt::format("annals entity list --machine {}", name));
  }
  ASSIGN_OR_RETURN(const Machine* const machine, input.machines.Version(name, row->machine_version, input.rows));
  Entity entity{.law = nullptr,
                .machine = *machine,
                .id = id,
                .state = {.status = row->status},
                .stream = EntityStream(name, id),
                .seen = {.rows = input.rows, .now = input.now}};
  return MoveEntity(entity, EntityCommandOf(body, body.getEntityId()), input);
}

}  // namespace

Decision DecideUsersEntity(const DecisionInput& input) {
  return input.command.getBody().isCreateEntity() ? Create(input) : Transition(input);
}

Decision DecideMachine(const DecisionInput& input) {
  const std::string_view json = View(input.command.getBody().getDefineMachine().getMachine());
  ASSIGN_OR_RETURN(const MachineDefinition definition, ReadMachineDefinition(json, MachineUse::kUsers));
  const std::string_view name = View(definition.data().getName());
  ASSIGN_OR_RETURN(const std::optional<std::string> newest, input.rows.NewestMachineVersion(name));
  // Nothing is to be done then, and the answer is that of the command that defined it.
  if (newest && *newest == definition.version()) return std::nullopt;
  EventDraft& draft = input.drafts.Add({});
  draft.stream = fmt::format("machine/{}", name);
  auto defined = draft.event.initBody().initMachineDefined();
  defined.setVersion(AsText(definition.version()));
  defined.setDefinition(AsText(json));
  return std::nullopt;
}

}  // namespace annals
