// tasks, and what they wait for.
#include "projections/entity_projector.h"
#include "schemas/status.h"

namespace annals {
namespace {

void Create(const FoldedEvent& event, Rows& rows) {
  const auto created = event.event.getBody().getCreated();
  const auto spec = created.getTask();
  TaskRow row;
  BeginRow(event, row);
  row.run_id = event.run_id;
  row.task_id = View(created.getEntity());
  row.ws_id = event.ws_id;
  row.is_critical = spec.getIsCritical();
  row.depends_on = JsonArrayOf(spec.getDependsOn());
  row.gate_dependencies = JsonArrayOf(spec.getGateDependencies());
  row.validation_gates = JsonArrayOf(spec.getValidationGates());
  row.max_retries = spec.getMaxRetries();
  row.timeout_sec = spec.getTimeoutSec();
  AddDependencies(event, "task", row.task_id, "task", spec.getDependsOn(), rows);
  AddDependencies(event, "task", row.task_id, "test_gate", spec.getGateDependencies(), rows);
  AddDependencies(event, "task", row.task_id, "test_gate", spec.getValidationGates(), rows);
  const std::string task_id = row.task_id;
  rows.tasks.Insert({event.run_id, task_id}, std::move(row));
}

void Move(const FoldedEvent& event, TaskRow& row) {
  const auto moved = event.moved;
  MoveRow(event, row);
  row.retry_at.reset();
  row.worker_id.reset();
  if (row.status == "running") {
    row.worker_id = TextOrNull(View(moved.getTask().getWorkerId()));
    row.epoch = moved.getTask().getEpoch();
    if (!row.started_at) row.started_at = event.time();
  } else if (row.status == "retrying") {
    ++row.retry_count;
    row.retry_at = Timestamp{moved.getTask().getRetryAt()};
  }
  if (row.status == "retrying" || row.status == "failed") row.last_error = TextOrNull(event.text);
}

}  // namespace

absl::Status ApplyToTasks(const FoldedEvent& event, Rows& rows) {
  const auto body = event.event.getBody();
  if (body.isCreated()) {
    Create(event, rows);
  } else if (body.isTransitioned()) {
    const std::string_view task_id = View(event.moved.getEntity());
    ASSIGN_OR_RETURN(TaskRow* const row, RowToChange(event, rows.tasks, {event.run_id, task_id}, task_id));
    Move(event, *row);
  }
  return absl::OkStatus();
}

}  // namespace annals
