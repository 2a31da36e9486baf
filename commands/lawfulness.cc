#include "commands/lawfulness.h"

#include <fmt/format.h>

#include "commands/carried_check.h"
#include "commands/claim.h"
#include "commands/conditions.h"
#include "commands/entity_law.h"
#include "commands/fault.h"
#include "commands/transition.h"
#include "eventstore/event_entity.h"
#include "schemas/message_text.h"
#include "schemas/status.h"
#include "schemas/step_status.h"

namespace annals {
namespace {

using Body = schema::Event::Body;

// What a decider answered, as an objection to the event. That rows are not there or make no sense is what is looked
// for here; anything else is an error.
absl::StatusOr<std::string> ObjectionOf(const absl::Status& status) {
  if (status.ok()) return "";
  if (!absl::IsNotFound(status) && !absl::IsInvalidArgument(status)) return status;
  return DiagnosisOf(status);
}

absl::StatusOr<std::string> ObjectionOf(const absl::StatusOr<std::optional<Refusal>>& judged) {
  if (!judged.ok()) return ObjectionOf(judged.status());
  return *judged ? (*judged)->why : "";
}

absl::StatusOr<std::string> ObjectionOf(absl::StatusOr<std::string> judged) {
  return judged.ok() ? judged : ObjectionOf(judged.status());
}

std::string CheckMachineVersion(const Machine& machine, std::string_view version) {
  if (version == machine.version()) return "";
  return fmt::format("it was made under version {} of the {} machine, this annals knows version {}", Quoted(version),
                     machine.name(), machine.version());
}

// What guards look at, as it is when the event comes.
GuardInput SeenBy(const FoldedEvent& event, Rows& rows) {
  const auto moved = event.moved;
  return {.rows = rows,
          .now = event.time(),
          .reason = event.text,
          .operator_name = View(moved.getOperator()),
          .to = View(moved.getTo()),
          .is_recorded = true,
          .moved = moved};
}

absl::StatusOr<std::string> CheckMove(const Machine& machine, std::string_view entity, std::string_view status,
                                      const FoldedEvent& event, const GuardInput& seen) {
  const auto moved = event.moved;
  const std::string_view from = View(moved.getFrom());
  if (from != status)
    return fmt::format("it leaves {}, but {} {} was {}", Quoted(from), machine.name(), entity, status);
  const TransitionRequest request{.machine = machine,
                                  .entity = entity,
                                  .from = from,
                                  .to = View(moved.getTo()),
                                  .trigger = View(moved.getTrigger()),
                                  .has_override = IsOverride(moved)};
  absl::StatusOr<std::variant<Move, Refusal>> judged = JudgeTransition(request, seen);
  if (!judged.ok()) return ObjectionOf(judged.status());
  if (const auto* const refusal = std::get_if<Refusal>(&*judged)) return refusal->why;
  Move move = std::get<Move>(*judged);
  // An override may have named a trigger that no edge to its target has; then it went along none.
  if (request.has_override && request.trigger.empty()) move = {request.to, {}, schema::Severity::WARNING};
  if (move.to != request.to || move.trigger != request.trigger) {
    return fmt::format("from {} to {} leads {}, not {}", from, request.to, Quoted(move.trigger),
                       Quoted(request.trigger));
  }
  if (move.severity != moved.getSeverity()) return "its severity is not that of the edge";
  if (moved.getFinal() != machine.IsTerminal(request.to)) {
    return fmt::format("it says that {} is {}final", request.to, moved.getFinal() ? "" : "not ");
  }
  return "";
}

// Of a machine that a user defined.
absl::StatusOr<std::string> CheckUsersMove(const EntityRef& entity, const FoldedEvent& event, Rows& rows,
                                           const MachineSource& machines) {
  ASSIGN_OR_RETURN(const EntityRow* const row, rows.entities.Find({entity.machine, entity.id}));
  if (row == nullptr) return fmt::format("there is no {} {}", entity.machine, entity.id);
  const absl::StatusOr<const Machine*> machine = machines(entity.machine, row->machine_version);
  if (!machine.ok()) return std::string(MessageOf(machine.status()));
  return CheckMove(**machine, entity.id, row->status, event, SeenBy(event, rows));
}

absl::StatusOr<std::string> CheckTransition(const EntityRef& entity, const FoldedEvent& event, Rows& rows,
                                            const MachineSource& machines) {
  const auto moved = event.moved;
  if (IsOverride(moved) && (View(moved.getOperator()).empty() || event.text.empty())) {
    return "an override needs an operator and a reason";
  }
  const EntityLaw* const law = FindLaw(entity.machine);
  if (law == nullptr) return CheckUsersMove(entity, event, rows, machines);
  const std::string_view ws_id = event.ws_id;
  if (law == &kRunLaw && !ws_id.empty()) return fmt::format("it moves the run, but names workstream {}", ws_id);
  GuardInput seen = SeenBy(event, rows);
  ASSIGN_OR_RETURN(const std::optional<EntityState> state, law->find(event.run_id, entity.id, seen));
  if (law->IsInRun()) {
    ASSIGN_OR_RETURN(seen.run, rows.Run(event.run_id));
    if (seen.run == nullptr) return ObjectionOf(NeedRun(rows, event.run_id).status());
  }
  if (!state) {
    return law == &kWorkstreamLaw ? ObjectionOf(NeedWorkstream(rows, event.run_id, ws_id).status())
                                  : fmt::format("there is no {} {}", entity.machine, entity.id);
  }
  if (law != &kRunLaw && law->IsInRun()) {
    if (state->ws_id != ws_id) return fmt::format("it names workstream {}, not its own", Quoted(ws_id));
    if (!ws_id.empty()) {
      ASSIGN_OR_RETURN(seen.workstream, rows.Workstream(event.run_id, ws_id));
    }
    if (const auto refusal = RefuseInEndedRun(*seen.run, entity.machine, entity.id, ws_id, View(moved.getFrom()),
                                              View(moved.getTo()), View(moved.getTrigger()))) {
      return refusal->why;
    }
  }
  ASSIGN_OR_RETURN(std::string objection, CheckMove(law->machine(), entity.id, state->status, event, seen));
  return objection.empty() ? CheckCarried(*law, event, seen) : objection;
}

absl::StatusOr<std::string> CheckUsersEntity(const EntityRef& entity, schema::Created::Reader created, Rows& rows,
                                             const MachineSource& machines) {
  ASSIGN_OR_RETURN(const EntityRow* const existing, rows.entities.Find({entity.machine, entity.id}));
  if (existing != nullptr) return fmt::format("{} {} already exists", entity.machine, entity.id);
  const absl::StatusOr<const Machine*> machine = machines(entity.machine, View(created.getMachineVersion()));
  if (!machine.ok()) return std::string(MessageOf(machine.status()));
  if ((*machine)->initial() == View(created.getInitial())) return "";
  return fmt::format("it begins in {}, not in {}", Quoted(View(created.getInitial())), (*machine)->initial());
}

absl::StatusOr<std::string> CheckCreated(const EntityRef& entity, const FoldedEvent& event, Rows& rows,
                                         const MachineSource& machines) {
  const auto created = event.event.getBody().getCreated();
  const EntityLaw* const law = FindLaw(entity.machine);
  if (law == nullptr) return CheckUsersEntity(entity, created, rows, machines);
  std::string objection = CheckMachineVersion(law->machine(), View(created.getMachineVersion()));
  if (!objection.empty()) return objection;
  if (View(created.getInitial()) != law->machine().initial()) {
    return fmt::format("it begins in {}, not in {}", Quoted(View(created.getInitial())), law->machine().initial());
  }
  ASSIGN_OR_RETURN(objection, ObjectionOf(JudgeNewEntity(*law, event.run_id, entity.id, event.ws_id, rows)));
  if (!objection.empty() || law->check == nullptr) return objection;
  return ObjectionOf(law->check(event.run_id, created, rows));
}

// Of a checkpoint: the claim under which it was saved.
absl::StatusOr<std::string> CheckWork(const FoldedEvent& event, Rows& rows) {
  const auto saved = event.event.getBody().getCheckpointSaved();
  return ObjectionOf(AgainstWork(View(saved.getTaskId()), KeptClaim(saved.getEpoch()), event.run_id, rows));
}

// What changes an entity or notes where its work resumes needs one that has not ended. A breaker never ends.
absl::StatusOr<std::string> CheckOpen(const EntityRef& entity, const FoldedEvent& event, Rows& rows) {
  const EntityLaw* const law = FindLaw(entity.machine);
  if (law == nullptr) return fmt::format("nothing of a {} is changed but its state", entity.machine);
  GuardInput seen{.rows = rows};
  ASSIGN_OR_RETURN(const std::optional<EntityState> state, law->find(event.run_id, entity.id, seen));
  if (!state) return fmt::format("there is no {} {}", entity.machine, entity.id);
  const auto body = event.event.getBody();
  // A worker that is gone still gives up what it held.
  if (law->machine().IsTerminal(state->status) && !(body.isAmended() && body.getAmended().hasWorker())) {
    return fmt::format("{} {} is {}, which is final", entity.machine, entity.id, state->status);
  }
  return body.isAmended() ? CheckAmended(*law, body.getAmended(), state->status, seen) : "";
}

absl::StatusOr<std::string> CheckDefinition(const EntityRef& entity, const FoldedEvent& event) {
  const auto defined = event.event.getBody().getMachineDefined();
  const absl::StatusOr<MachineDefinition> definition =
      ReadMachineDefinition(View(defined.getDefinition()), MachineUse::kUsers);
  if (!definition.ok()) return std::string(MessageOf(definition.status()));
  if (View(definition->data().getName()) != entity.id) return "its stream is of another machine";
  if (definition->version() == View(defined.getVersion())) return "";
  return fmt::format("it says it is version {}, its definition is {}", Quoted(View(defined.getVersion())),
                     definition->version());
}

absl::StatusOr<std::string> CheckCompletion(const FoldedEvent& event, Rows& rows) {
  const auto completed = event.event.getBody().getStepCompleted();
  const std::string_view ws_id = event.ws_id;
  const std::string_view step_name = View(completed.getStepName());
  if (static_cast<size_t>(completed.getStatus()) >= std::size(kStepStatusNames)) return "its status is unknown";
  if (completed.getAttempt() == 0) {
    if (completed.getStatus() == schema::StepStatus::IN_PROGRESS) return "in_progress is no end of an attempt";
    if (completed.getCompletedAt() != 0 && completed.getCompletedAt() < completed.getStartedAt()) {
      return "it was completed before it was started";
    }
    return ObjectionOf(JudgeStart(event.run_id, ws_id, step_name, rows));
  }
  const auto id = static_cast<int64_t>(completed.getAttempt());
  ASSIGN_OR_RETURN(std::string objection, ObjectionOf(JudgeEnd(id, completed.getStatus(), rows)));
  if (!objection.empty()) return objection;
  ASSIGN_OR_RETURN(const StepAttemptRow* const attempt, rows.step_attempts.Find({id}));
  if (attempt->ws_id == ws_id && attempt->step_name == step_name) return "";
  return fmt::format("attempt {} is one at step {} of workstream {}", id, attempt->step_name, attempt->ws_id);
}

absl::StatusOr<std::string> CheckBody(const EntityRef& entity, const FoldedEvent& event, Rows& rows,
                                      const MachineSource& machines) {
  const auto body = event.event.getBody();
  const std::string_view ws_id = event.ws_id;
  switch (body.which()) {
    case Body::RUN_CREATED: {
      if (!ws_id.empty()) return fmt::format("it makes a run, but names workstream {}", ws_id);
      std::string objection = CheckMachineVersion(RunMachine(), View(body.getRunCreated().getMachineVersion()));
      if (!objection.empty()) return objection;
      return ObjectionOf(JudgeNewRun(event.run_id, rows));
    }
    case Body::WORKSTREAM_CREATED: {
      const auto created = body.getWorkstreamCreated();
      std::string objection = CheckMachineVersion(WorkstreamMachine(), View(created.getMachineVersion()));
      if (!objection.empty()) return objection;
      return ObjectionOf(JudgeNewWorkstream(event.run_id, ws_id, created.getDependsOn(), rows));
    }
    case Body::TRANSITIONED:
      return CheckTransition(entity, event, rows, machines);
    case Body::STEP_STARTED:
      return ObjectionOf(JudgeStart(event.run_id, ws_id, View(body.getStepStarted().getStepName()), rows));
    case Body::STEP_COMPLETED:
      return CheckCompletion(event, rows);
    case Body::ERROR_RECORDED:
      return ObjectionOf(NeedWorkstream(rows, event.run_id, ws_id).status());
    case Body::NOTED:
      return ObjectionOf(CheckNote(event.run_id, ws_id, rows));
    case Body::CONTENT_REDACTED:
      if (body.getContentRedacted().getPosition() < event.position.value) return "";
      return "it redacts what does not stand before it";
    case Body::CREATED:
      return CheckCreated(entity, event, rows, machines);
    case Body::AMENDED:
      return CheckOpen(entity, event, rows);
    case Body::CHECKPOINT_SAVED: {
      ASSIGN_OR_RETURN(std::string objection, CheckOpen(entity, event, rows));
      return objection.empty() ? CheckWork(event, rows) : objection;
    }
    case Body::MACHINE_DEFINED:
      return CheckDefinition(entity, event);
    case Body::COMMAND_REFUSED:
    case Body::UNKNOWN:
      return "";
  }
  return "";  // a body that only a newer annals knows: the fold says so
}

bool BelongsThere(std::string_view stream, const EntityRef& entity, const FoldedEvent& event) {
  const auto body = event.event.getBody();
  if (body.isNoted()) return stream == kNoteStream || !event.run_id.empty();
  if (body.isMachineDefined()) return stream.starts_with("machine/");
  if (body.isCheckpointSaved()) return !event.run_id.empty() || stream.starts_with(kRequestLaw.stream_prefix);
  if (entity.machine.empty()) return false;
  const EntityLaw* const law = FindLaw(entity.machine);
  if (law == nullptr) return stream == fmt::format("entity/{}/{}", entity.machine, entity.id);
  if (law->IsInRun()) return !event.run_id.empty();
  return stream.starts_with(law->stream_prefix) && stream.substr(law->stream_prefix.size()) == entity.id;
}

}  // namespace

absl::StatusOr<std::string> FindUnlawful(std::string_view stream, const FoldedEvent& event, Rows& rows,
                                         const MachineSource& machines) {
  const auto body = event.event.getBody();
  if (event.event.getCausation() >= event.position.value) {
    return fmt::format("it says that position {} led to it, which does not stand before it",
                       event.event.getCausation());
  }
  const bool is_refusal = stream.starts_with("refused/");
  const EntityRef entity = EntityOf(event.event, stream);
  if (body.isContentRedacted()) return CheckBody(entity, event, rows, machines);
  if (is_refusal != body.isCommandRefused()) {
    return is_refusal ? "a stream of refusals holds it, and it is none"
                      : "it is a refusal, but stands in another stream";
  }
  if (is_refusal || BelongsThere(stream, entity, event)) return CheckBody(entity, event, rows, machines);
  return fmt::format("no such event belongs into stream {}", Quoted(stream));
}

}  // namespace annals
