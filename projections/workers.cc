// workers: who there is, and how many tasks each holds.
#include "projections/entity_projector.h"
#include "schemas/status.h"

namespace annals {
namespace {

void Create(const FoldedEvent& event, Rows& rows) {
  const auto created = event.event.getBody().getCreated();
  const auto spec = created.getWorker();
  WorkerRow row;
  BeginRow(event, row);
  row.worker_id = View(created.getEntity());
  row.capabilities = JsonArrayOf(spec.getCapabilities());
  row.affinity = JsonArrayOf(spec.getAffinity());
  row.max_concurrent_tasks = spec.getMaxConcurrentTasks();
  row.heartbeat_sec = spec.getHeartbeatSec();
  rows.workers.Insert({View(created.getEntity())}, std::move(row));
}

void Change(const FoldedEvent& event, schema::WorkerMove::Reader move, WorkerRow& row) {
  row.updated_at = event.time();
  if (move.getClaim() == schema::Claim::TAKEN) ++row.current_load;
  if (move.getClaim() == schema::Claim::RELEASED && row.current_load > 0) --row.current_load;
  if (move.getLastHeartbeat() != 0) row.last_heartbeat_at = Timestamp{move.getLastHeartbeat()};
}

}  // namespace

absl::Status ApplyToWorkers(const FoldedEvent& event, Rows& rows) {
  const auto body = event.event.getBody();
  if (body.isCreated()) {
    Create(event, rows);
    return absl::OkStatus();
  }
  const std::string_view worker_id =
      body.isAmended() ? View(body.getAmended().getEntity()) : View(event.moved.getEntity());
  ASSIGN_OR_RETURN(WorkerRow* const row, RowToChange(event, rows.workers, {worker_id}, worker_id));
  if (body.isTransitioned()) MoveRow(event, *row);
  Change(event, body.isAmended() ? body.getAmended().getWorker() : event.moved.getWorker(), *row);
  return absl::OkStatus();
}

}  // namespace annals
