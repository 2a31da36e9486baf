#include "commands/entity_law.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "commands/conditions.h"
#include "commands/missing_entity.h"
#include "eventstore/event_codec.h"
#include "schemas/status.h"

namespace annals {
namespace {

// "task t1".
std::string NameOf(const EntityLaw& law, std::string_view id) {
  return fmt::format("{} {}", law.machine().name(), id);
}

absl::Status Missing(const EntityLaw& law, std::string_view run_id, std::string_view id, Rows& rows) {
  if (!law.IsInRun()) return NoSuchEntity(NameOf(law, id), law.list_command);
  RETURN_IF_ERROR(NeedRun(rows, run_id).status());
  return NoSuchEntity(NameOf(law, id), law.list_command, run_id);
}

// Shows the run and workstream around an entity to guards.
absl::Status LookAround(std::string_view run_id, std::string_view ws_id, GuardInput& seen) {
  if (seen.run == nullptr) {
    ASSIGN_OR_RETURN(seen.run, NeedRun(seen.rows, run_id));
  }
  if (seen.workstream == nullptr && !ws_id.empty()) {
    ASSIGN_OR_RETURN(seen.workstream, seen.rows.Workstream(run_id, ws_id));
  }
  return absl::OkStatus();
}

std::string StreamFor(const EntityLaw& law, std::string_view id) {
  return law.IsInRun() ? std::string() : std::string(law.stream_prefix).append(id);
}

Refusal RefuseCreation(const EntityLaw& law, std::string_view id, std::string_view ws_id, std::string why) {
  return {.machine = std::string(law.machine().name()),
          .entity = std::string(id),
          .from = {},
          .to = std::string(law.machine().initial()),
          .trigger = {},
          .why = std::move(why),
          .legal = {},
          .ws_id = std::string(ws_id)};
}

// The state that `command` wants, if the law has an edge for it.
std::string_view WantedState(const Machine& machine, std::string_view from, const EntityCommand& command) {
  for (const Edge& edge : machine.EdgesFrom(from)) {
    if (!command.to.empty() && edge.to != command.to) continue;
    if (!command.trigger.empty() && edge.trigger != command.trigger) continue;
    return edge.to;
  }
  return {};
}

}  // namespace

const EntityLaw* FindLaw(std::string_view machine) {
  struct Named {
    std::string_view name;
    const EntityLaw* law;
  };
  // Names are read from the machines once: every event that is judged asks.
  const auto named = [](const EntityLaw& law) { return Named{law.machine().name(), &law}; };
  static const std::array kLaws = {
      named(kRunLaw),   named(kWorkstreamLaw), named(kTaskLaw),           named(kWorkerLaw),
      named(kPatchLaw), named(kTestGateLaw),   named(kCircuitBreakerLaw), named(kRequestLaw)};
  const auto* const found = std::ranges::find(kLaws, machine, &Named::name);
  return found == kLaws.end() ? nullptr : found->law;
}

absl::StatusOr<Entity> NeedEntity(const EntityLaw& law, const EntityCommand& command, const DecisionInput& input) {
  Entity entity{.law = &law,
                .machine = law.machine(),
                .id = command.id,
                .state = {},
                .stream = StreamFor(law, command.id),
                .seen = {.rows = input.rows, .now = input.now}};
  ASSIGN_OR_RETURN(const std::optional<EntityState> state, law.find(input.run_id, command.id, entity.seen));
  if (!state) return Missing(law, input.run_id, command.id, input.rows);
  entity.state = *state;
  if (law.IsInRun()) RETURN_IF_ERROR(LookAround(input.run_id, state->ws_id, entity.seen));
  if (command.ws_id.empty() || command.ws_id == state->ws_id) return entity;
  return absl::NotFoundError(
      fmt::format("workstream {} of run {} has no {}: it is {}", command.ws_id, input.run_id, NameOf(law, command.id),
                  state->ws_id.empty() ? "in no workstream" : fmt::format("in workstream {}", state->ws_id)));
}

absl::StatusOr<GuardInput> NeedNamed(const EntityLaw& law, std::string_view run_id, std::string_view id, Rows& rows) {
  GuardInput seen{.rows = rows};
  ASSIGN_OR_RETURN(const std::optional<EntityState> state, law.find(run_id, id, seen));
  if (!state) return Missing(law, run_id, id, rows);
  return seen;
}

absl::Status CheckNeeds(const EntityLaw& law, std::string_view id, std::initializer_list<Needs> needs,
                        std::string_view run_id, Rows& rows) {
  const std::string_view kind = law.machine().name();
  for (const Needs& some : needs) {
    RETURN_IF_ERROR(CheckNeeds(kind, id, some.field, some.law.machine().name(), some.names));
  }
  for (const Needs& some : needs) {
    for (const auto name : some.names) {
      const absl::Status there = NeedNamed(some.law, run_id, View(name), rows).status();
      if (!there.ok()) return WithContext(there, fmt::format("{}: {}", NameOf(law, id), some.field));
    }
  }
  return absl::OkStatus();
}

Decision JudgeNewEntity(const EntityLaw& law, std::string_view run_id, std::string_view id, std::string_view ws_id,
                        Rows& rows) {
  const std::string_view initial = law.machine().initial();
  if (law.IsInRun()) {
    ASSIGN_OR_RETURN(const RunRow* const run, NeedRun(rows, run_id));
    if (auto ended = RefuseInEndedRun(*run, law.machine().name(), id, ws_id, {}, initial, {})) return ended;
    if (!ws_id.empty()) {
      ASSIGN_OR_RETURN(const WorkstreamRow* const workstream, NeedWorkstream(rows, run_id, ws_id));
      if (workstream->IsFinal()) {
        return RefuseCreation(
            law, id, ws_id,
            fmt::format("workstream {} is {}, which is final; nothing begins in it", ws_id, workstream->status));
      }
    }
  }
  GuardInput seen{.rows = rows};
  ASSIGN_OR_RETURN(const std::optional<EntityState> existing, law.find(run_id, id, seen));
  if (!existing) return std::nullopt;
  return RefuseExisting(law.machine(), id, existing->status, law.IsInRun() ? run_id : std::string_view(), ws_id);
}

Refusal RefuseExisting(const Machine& machine, std::string_view id, std::string_view status, std::string_view run_id,
                       std::string_view ws_id) {
  return {.machine = std::string(machine.name()),
          .entity = std::string(id),
          .from = std::string(status),
          .to = {},
          .trigger = {},
          .why = fmt::format("{} {} already exists{}", machine.name(), id,
                             run_id.empty() ? "" : fmt::format(" in run {}", run_id)),
          .legal = {},
          .ws_id = std::string(ws_id)};
}

schema::Created::Builder FillCreated(const Machine& machine, const EntityCommand& command, std::string stream,
                                     EventDraft& draft) {
  draft.stream = std::move(stream);
  draft.json = command.metadata;
  auto created = draft.event.initBody().initCreated();
  SetName(created.getMachine(), machine.name());
  SetName(created.getInitial(), machine.initial());
  created.setEntity(AsText(command.id));
  created.setMachineVersion(AsText(machine.version()));
  return created;
}

Decision CreateEntity(const EntityLaw& law, const EntityCommand& command, const DecisionInput& input) {
  ASSIGN_OR_RETURN(auto refusal, JudgeNewEntity(law, input.run_id, command.id, command.ws_id, input.rows));
  if (refusal) return refusal;
  EventDraft& draft = input.drafts.Add(command.ws_id);
  auto created = FillCreated(law.machine(), command, StreamFor(law, command.id), draft);
  if (law.begin != nullptr) RETURN_IF_ERROR(law.begin(input, created, draft));
  if (law.check == nullptr) return std::nullopt;
  ASSIGN_OR_RETURN(std::string objection, law.check(input.run_id, created.asReader(), input.rows));
  if (objection.empty()) return std::nullopt;
  input.drafts.Drop();
  return RefuseCreation(law, command.id, command.ws_id, std::move(objection));
}

Decision MoveEntity(const EntityLaw& law, const EntityCommand& command, const DecisionInput& input, bool by_engine) {
  ASSIGN_OR_RETURN(Entity entity, NeedEntity(law, command, input));
  return MoveEntity(entity, command, input, by_engine);
}

Decision MoveEntity(Entity& entity, const EntityCommand& command, const DecisionInput& input, bool by_engine) {
  const bool has_override = !by_engine && input.command.hasOverride();
  const TransitionRequest request{.machine = entity.machine,
                                  .entity = entity.id,
                                  .from = entity.state.status,
                                  .to = command.to,
                                  .trigger = command.trigger,
                                  .has_override = has_override};
  EventDraft& draft = input.drafts.Add(entity.state.ws_id);
  draft.stream = entity.stream;
  draft.text = has_override ? View(input.command.getOverride().getReason()) : command.reason;
  auto moved = draft.event.initBody().initTransitioned();
  GuardInput& seen = entity.seen;
  seen.reason = draft.text;
  seen.operator_name = command.operator_name;
  if (command.fill != nullptr) command.fill(moved);
  std::string objection;
  const std::string_view wanted = has_override ? command.to : WantedState(entity.machine, request.from, command);
  if (entity.law != nullptr && entity.law->carry != nullptr && !wanted.empty()) {
    ASSIGN_OR_RETURN(objection, entity.law->carry(input, by_engine, seen, wanted, moved, draft));
  }
  seen.moved = moved.asReader();
  ASSIGN_OR_RETURN(auto judged, JudgeTransition(request, seen));
  std::optional<Refusal> refusal;
  const bool is_run = entity.law == &kRunLaw;
  if (seen.run != nullptr && !is_run) {
    refusal = RefuseInEndedRun(*seen.run, entity.machine.name(), entity.id, entity.state.ws_id, request.from,
                               request.to, request.trigger);
  }
  if (!refusal) {
    if (auto* const refused = std::get_if<Refusal>(&judged)) refusal = std::move(*refused);
  }
  if (!refusal && !objection.empty()) refusal = RefuseTransition(request, std::move(objection));
  if (refusal) {
    input.drafts.Drop();
    refusal->ws_id = entity.state.ws_id;
    return refusal;
  }
  FillMove(request, std::get<Move>(judged), moved);
  if (!is_run && entity.law != &kWorkstreamLaw) moved.setEntity(AsText(entity.id));
  if (has_override) {
    moved.setOperator(input.command.getOverride().getOperator());
  } else if (!command.operator_name.empty()) {
    moved.setOperator(AsText(command.operator_name));
    moved.setByHand(true);
  }
  return std::nullopt;
}

absl::StatusOr<uint32_t> CountOr(bool is_given, schema::OptionalInt64::Reader given, uint32_t otherwise, uint32_t most,
                                 std::string_view name) {
  if (!is_given) return otherwise;
  if (given.getValue() >= 0 && given.getValue() <= most) return static_cast<uint32_t>(given.getValue());
  return absl::InvalidArgumentError(fmt::format("{} is {}; it goes from 0 to {}", name, given.getValue(), most));
}

}  // namespace annals
