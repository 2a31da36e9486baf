#include "commands/lawfulness.h"

#include <fmt/format.h>

#include "commands/conditions.h"
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

std::string CheckMachineVersion(const Machine& machine, std::string_view version) {
  if (version == machine.version()) return "";
  return fmt::format("it was made under version {} of the {} machine, this annals knows version {}", Quoted(version),
                     machine.name(), machine.version());
}

absl::StatusOr<std::string> CheckMove(const Machine& machine, std::string_view entity, std::string_view status,
                                      const FoldedEvent& event, Rows& rows, const RunRow& run,
                                      const WorkstreamRow* workstream) {
  const auto moved = event.event.getBody().getTransitioned();
  const std::string_view from = View(moved.getFrom());
  if (from != status)
    return fmt::format("it leaves {}, but {} {} was {}", Quoted(from), machine.name(), entity, status);
  const TransitionRequest request{.machine = machine,
                                  .entity = entity,
                                  .from = from,
                                  .to = View(moved.getTo()),
                                  .trigger = View(moved.getTrigger()),
                                  .has_override = IsOverride(moved)};
  absl::StatusOr<std::variant<Move, Refusal>> judged = JudgeTransition(request, rows, run, workstream);
  if (!judged.ok()) return ObjectionOf(judged.status());
  if (const auto* const refusal = std::get_if<Refusal>(&*judged)) return refusal->why;
  if (workstream != nullptr) {
    if (const auto refusal = RefuseInEndedRun(run, entity, from, request.to, request.trigger)) return refusal->why;
  }
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

absl::StatusOr<std::string> CheckTransition(const FoldedEvent& event, Rows& rows) {
  const auto moved = event.event.getBody().getTransitioned();
  if (moved.hasOperator() && (View(moved.getOperator()).empty() || event.text.empty())) {
    return "an override needs an operator and a reason";
  }
  const absl::StatusOr<const Machine*> machine = FindMachine(View(moved.getMachine()));
  if (!machine.ok()) return ObjectionOf(machine.status());
  const std::string_view ws_id = View(event.event.getWsId());
  const absl::StatusOr<const RunRow*> run = NeedRun(rows, event.run_id);
  if (!run.ok()) return ObjectionOf(run.status());
  if (*machine == &RunMachine()) {
    if (!ws_id.empty()) return fmt::format("it moves the run, but names workstream {}", ws_id);
    return CheckMove(**machine, event.run_id, (*run)->status, event, rows, **run, nullptr);
  }
  ASSIGN_OR_RETURN(const WorkstreamRow* const workstream, rows.Workstream(event.run_id, ws_id));
  if (workstream == nullptr) return ObjectionOf(NeedWorkstream(rows, event.run_id, ws_id).status());
  return CheckMove(**machine, ws_id, workstream->status, event, rows, **run, workstream);
}

absl::StatusOr<std::string> CheckCompletion(const FoldedEvent& event, Rows& rows) {
  const auto completed = event.event.getBody().getStepCompleted();
  const std::string_view ws_id = View(event.event.getWsId());
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

absl::StatusOr<std::string> CheckBody(const FoldedEvent& event, Rows& rows) {
  const auto body = event.event.getBody();
  const std::string_view ws_id = View(event.event.getWsId());
  switch (body.which()) {
    case Body::RUN_CREATED: {
      if (!ws_id.empty()) return fmt::format("it makes a run, but names workstream {}", ws_id);
      std::string objection = CheckMachineVersion(RunMachine(), View(body.getRunCreated().getMachineVersion()));
      if (!objection.empty()) return objection;
      return ObjectionOf(JudgeNewRun(event.run_id, RunMachine().initial(), rows));
    }
    case Body::WORKSTREAM_CREATED: {
      const auto created = body.getWorkstreamCreated();
      std::string objection = CheckMachineVersion(WorkstreamMachine(), View(created.getMachineVersion()));
      if (!objection.empty()) return objection;
      return ObjectionOf(JudgeNewWorkstream(event.run_id, ws_id, created.getDependsOn(), rows));
    }
    case Body::TRANSITIONED:
      return CheckTransition(event, rows);
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
    case Body::AMENDED:
    case Body::CHECKPOINT_SAVED:
    case Body::MACHINE_DEFINED:
    case Body::COMMAND_REFUSED:
    case Body::UNKNOWN:
      return "";
  }
  return "";  // a body that only a newer annals knows: the fold says so
}

}  // namespace

absl::StatusOr<std::string> FindUnlawful(std::string_view stream, const FoldedEvent& event, Rows& rows) {
  const auto body = event.event.getBody();
  if (event.event.getCausation() >= event.position.value) {
    return fmt::format("it says that position {} led to it, which does not stand before it",
                       event.event.getCausation());
  }
  static const size_t run_prefix = RunStream("").size();
  static const std::string refused_prefix = RefusedStream("");
  const bool is_of_a_run = !event.run_id.empty() && stream.size() == run_prefix + event.run_id.size();
  const bool is_refusal = stream.starts_with(refused_prefix);
  if (is_refusal != body.isCommandRefused() && !body.isContentRedacted()) {
    return is_refusal ? "a stream of refusals holds it, and it is none"
                      : "it is a refusal, but stands in another stream";
  }
  if (is_refusal || is_of_a_run || body.isContentRedacted() || (stream == kNoteStream && body.isNoted())) {
    return CheckBody(event, rows);
  }
  return fmt::format("no such event belongs into stream {}", Quoted(stream));
}

}  // namespace annals
