// step_attempts: a row per attempt, numbered per workstream and step by the fold.
#include "projections/projector.h"
#include "schemas/status.h"
#include "schemas/step_status.h"

namespace annals {
namespace {

Timestamp TimeOr(int64_t micros, const FoldedEvent& event) {
  return micros != 0 ? Timestamp{micros} : event.time();
}

void Complete(const FoldedEvent& event, StepAttemptRow& row) {
  const auto body = event.event.getBody().getStepCompleted();
  row.status = StepStatusName(body.getStatus());
  row.completed_at = TimeOr(body.getCompletedAt(), event);
  if (body.hasExitCode()) row.exit_code = body.getExitCode().getValue();
  if (!event.json.empty()) row.result_json = event.json;
}

absl::StatusOr<StepAttemptRow*> Begin(const FoldedEvent& event, Rows& rows, std::string_view step_name,
                                      int64_t started_at) {
  const auto id = static_cast<int64_t>(event.position.value);
  ASSIGN_OR_RETURN(int64_t* const attempts, rows.Attempts(event.run_id, event.ws_id, step_name));
  StepAttemptRow& row = rows.step_attempts.Insert({id});
  row.id = id;
  row.run_id = event.run_id;
  row.ws_id = event.ws_id;
  row.step_name = step_name;
  row.attempt = ++*attempts;
  row.status = "in_progress";
  row.started_at = TimeOr(started_at, event);
  return &row;
}

}  // namespace

absl::Status ApplyToStepAttempts(const FoldedEvent& event, Rows& rows) {
  const auto body = event.event.getBody();
  if (body.isStepStarted()) {
    const auto started = body.getStepStarted();
    return Begin(event, rows, View(started.getStepName()), started.getStartedAt()).status();
  } else if (body.isStepCompleted() && body.getStepCompleted().getAttempt() == 0) {
    const auto completed = body.getStepCompleted();
    // Of an attempt that only its end is known of, nothing says that it took time.
    const int64_t started_at = completed.getStartedAt() != 0 ? completed.getStartedAt() : completed.getCompletedAt();
    ASSIGN_OR_RETURN(StepAttemptRow* const row, Begin(event, rows, View(completed.getStepName()), started_at));
    Complete(event, *row);
  } else if (body.isStepCompleted()) {
    const auto id = static_cast<int64_t>(body.getStepCompleted().getAttempt());
    ASSIGN_OR_RETURN(StepAttemptRow* const row, rows.step_attempts.FindToChange({id}));
    if (row == nullptr) return MissingRow(event, "attempt", std::to_string(id));
    Complete(event, *row);
  }
  return absl::OkStatus();
}

}  // namespace annals
