// Steps: an attempt starts in an open workstream of an open run, and finishes once.
#include <fmt/format.h>

#include "commands/decision.h"
#include "eventstore/event_codec.h"
#include "schemas/status.h"
#include "schemas/step_status.h"

namespace annals {
namespace {

// Why no attempt may start here, or nothing.
absl::StatusOr<std::optional<Refusal>> RefuseStart(std::string_view run_id, std::string_view ws_id,
                                                   std::string_view step_name, Rows& rows) {
  ASSIGN_OR_RETURN(const RunRow* const run, NeedRun(rows, run_id));
  ASSIGN_OR_RETURN(const WorkstreamRow* const workstream, NeedWorkstream(rows, run_id, ws_id));
  std::string why;
  if (run->IsFinal()) {
    why =
        fmt::format("run {} is {}; nothing is created, moved or started in a run that has ended", run_id, run->status);
  } else if (workstream->IsFinal()) {
    why = fmt::format("workstream {} is {}, which is final; no step starts in it", ws_id, workstream->status);
  } else {
    return std::nullopt;
  }
  return Refusal{.machine = "step",
                 .entity = fmt::format("{}/{}", ws_id, step_name),
                 .from = {},
                 .to = "in_progress",
                 .trigger = {},
                 .why = std::move(why),
                 .legal = {},
                 .ws_id = std::string(ws_id)};
}

void DraftStart(std::string_view ws_id, std::string_view step_name, int64_t started_at, Drafts& drafts) {
  auto started = drafts.Add(ws_id).event.initBody().initStepStarted();
  SetName(started.getStepName(), step_name);
  started.setStartedAt(started_at);
}

absl::StatusOr<std::optional<Refusal>> Start(schema::StartStep::Reader body, std::string_view run_id, Rows& rows,
                                             Drafts& drafts) {
  ASSIGN_OR_RETURN(auto refusal, RefuseStart(run_id, View(body.getWsId()), View(body.getStepName()), rows));
  if (!refusal) DraftStart(View(body.getWsId()), View(body.getStepName()), 0, drafts);
  return refusal;
}

absl::StatusOr<std::optional<Refusal>> Finish(schema::FinishStep::Reader body, Rows& rows, Drafts& drafts) {
  const int64_t id = body.getAttemptId().getValue();
  if (body.getStatus() == schema::StepStatus::IN_PROGRESS) {
    return absl::InvalidArgumentError(
        fmt::format("attempt {}: in_progress is no end; say success, failure or skipped", id));
  }
  ASSIGN_OR_RETURN(const StepAttemptRow* const attempt, rows.step_attempts.Find({id}));
  if (attempt == nullptr) {
    return absl::NotFoundError(fmt::format("there is no attempt {}; annals step list shows those there are", id));
  }
  if (attempt->IsFinal()) {
    return Refusal{.machine = "step",
                   .entity = fmt::format("{}", id),
                   .from = attempt->status,
                   .to = std::string(StepStatusName(body.getStatus())),
                   .trigger = {},
                   .why = fmt::format("attempt {} of step {} is finished already, and an attempt finishes once",
                                      attempt->attempt, attempt->step_name),
                   .legal = {},
                   .ws_id = attempt->ws_id};
  }
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
  ASSIGN_OR_RETURN(auto refusal, RefuseStart(run_id, ws_id, View(body.getStepName()), rows));
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

absl::StatusOr<std::optional<Refusal>> DecideStep(schema::Command::Reader command, std::string_view run_id, Rows& rows,
                                                  Drafts& drafts) {
  const auto body = command.getBody();
  if (body.isStartStep()) return Start(body.getStartStep(), run_id, rows, drafts);
  if (body.isFinishStep()) return Finish(body.getFinishStep(), rows, drafts);
  return Record(body.getRecordStepAttempt(), run_id, rows, drafts);
}

}  // namespace annals
