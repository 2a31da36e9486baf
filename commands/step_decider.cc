// Steps: an attempt starts in an open workstream of an open run, and finishes once.
#include "commands/conditions.h"
#include "commands/decision.h"
#include "eventstore/event_codec.h"
#include "schemas/status.h"

namespace annals {
namespace {

void DraftStart(std::string_view ws_id, std::string_view step_name, int64_t started_at, Drafts& drafts) {
  auto started = drafts.Add(ws_id).event.initBody().initStepStarted();
  SetName(started.getStepName(), step_name);
  started.setStartedAt(started_at);
}

absl::StatusOr<std::optional<Refusal>> Start(schema::StartStep::Reader body, std::string_view run_id, Rows& rows,
                                             Drafts& drafts) {
  ASSIGN_OR_RETURN(auto refusal, JudgeStart(run_id, View(body.getWsId()), View(body.getStepName()), rows));
  if (!refusal) DraftStart(View(body.getWsId()), View(body.getStepName()), 0, drafts);
  return refusal;
}

absl::StatusOr<std::optional<Refusal>> Finish(schema::FinishStep::Reader body, Rows& rows, Drafts& drafts) {
  const int64_t id = body.getAttemptId().getValue();
  ASSIGN_OR_RETURN(auto refusal, JudgeEnd(id, body.getStatus(), rows));
  if (refusal) return refusal;
  ASSIGN_OR_RETURN(const StepAttemptRow* const attempt, rows.step_attempts.Find({id}));
  EventDraft& draft = drafts.Add(attempt->ws_id);
  auto completed = draft.event.initBody().initStepCompleted();
  completed.setAttempt(static_cast<uint64_t>(id));
  SetName(completed.getStepName(), attempt->step_name);
  completed.setStatus(body.getStatus());
  if (body.hasExitCode()) completed.setExitCode(body.getExitCode());
  draft.json = View(body.getResult());
  draft.origin = EventDraft::Origin::kProduced;
  return std::nullopt;
}

absl::StatusOr<std::optional<Refusal>> Record(schema::RecordStepAttempt::Reader body, std::string_view run_id,
                                              Rows& rows, Drafts& drafts) {
  const std::string_view ws_id = View(body.getWsId());
  const bool open = body.getStatus() == schema::StepStatus::IN_PROGRESS;
  if (open && (body.getCompletedAt() != 0 || body.hasExitCode() || body.hasResult())) {
    return absl::InvalidArgumentError(
        "an attempt in progress has no completed_at, exit_code or result yet; leave them out");
  }
  if (body.getCompletedAt() != 0 && body.getCompletedAt() < body.getStartedAt()) {
    return absl::InvalidArgumentError("completed_at is before started_at; check the two times");
  }
  ASSIGN_OR_RETURN(auto refusal, JudgeStart(run_id, ws_id, View(body.getStepName()), rows));
  if (refusal) return refusal;
  if (open) {
    DraftStart(ws_id, View(body.getStepName()), body.getStartedAt(), drafts);
    return std::nullopt;
  }
  EventDraft& draft = drafts.Add(ws_id);
  auto completed = draft.event.initBody().initStepCompleted();
  SetName(completed.getStepName(), View(body.getStepName()));
  completed.setStatus(body.getStatus());
  completed.setStartedAt(body.getStartedAt());
  completed.setCompletedAt(body.getCompletedAt());
  if (body.hasExitCode()) completed.setExitCode(body.getExitCode());
  draft.json = View(body.getResult());
  draft.origin = EventDraft::Origin::kProduced;
  return std::nullopt;
}

}  // namespace

Decision DecideStep(const DecisionInput& input) {
  const auto body = input.command.getBody();
  if (body.isStartStep()) return Start(body.getStartStep(), input.run_id, input.rows, input.drafts);
  if (body.isFinishStep()) return Finish(body.getFinishStep(), input.rows, input.drafts);
  return Record(body.getRecordStepAttempt(), input.run_id, input.rows, input.drafts);
}

}  // namespace annals
