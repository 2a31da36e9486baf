// runs: one row per run, with counters over its workstreams so that no guard has to read them all.
#include "projections/projector.h"
#include "schemas/sabotage.h"
#include "schemas/status.h"

namespace annals {
namespace {

absl::Status Create(const FoldedEvent& event, Rows& rows) {
  RunRow row;
  row.run_id = event.run_id;
  row.status = "pending";
  row.created_at = row.updated_at = event.time();
  if (!event.json.empty()) row.metadata_json = event.json;
  rows.runs.Insert({event.run_id}, std::move(row));
  return absl::OkStatus();
}

void Move(const FoldedEvent& event, RunRow& row) {
  row.status = View(event.moved.getTo());
  row.paused_from.reset();
  if (row.status == "paused") row.paused_from = View(event.moved.getFrom());
  if (row.status == "running" && !row.started_at) row.started_at = event.time();
  if (event.moved.getFinal()) row.completed_at = event.time();
}

absl::Status Count(const FoldedEvent& event, Rows& rows, RunRow& row) {
  if (!event.moved.getFinal()) return absl::OkStatus();
  ++row.ws_terminal;
  const std::string_view to = View(event.moved.getTo());
  if (to == "done" && !IsSabotaged("done_work_is_not_counted")) ++row.ws_done;
  if (to != "failed") return absl::OkStatus();
  ++row.ws_failed;
  ASSIGN_OR_RETURN(const WorkstreamRow* const workstream, rows.Workstream(event.run_id, event.ws_id));
  if (workstream == nullptr) return MissingRow(event, "workstream", event.ws_id);
  if (workstream->is_critical) ++row.ws_critical_failed;
  return absl::OkStatus();
}

}  // namespace

absl::Status ApplyToRuns(const FoldedEvent& event, Rows& rows) {
  const auto body = event.event.getBody();
  if (body.isRunCreated()) return Create(event, rows);
  const std::string_view machine = body.isTransitioned() ? event.machine : "workstream";
  // A workstream's move changes its run's row only where a counter moves.
  if (machine == "workstream" && body.isTransitioned() && !event.moved.getFinal()) return absl::OkStatus();
  if (machine != "run" && machine != "workstream") return absl::OkStatus();
  ASSIGN_OR_RETURN(RunRow* const row, rows.runs.FindToChange({event.run_id}));
  if (row == nullptr) return MissingRow(event, "run", event.run_id);
  row->updated_at = event.time();
  if (body.isWorkstreamCreated()) {
    ++row->ws_total;
  } else if (machine == "run") {
    Move(event, *row);
  } else {
    return Count(event, rows, *row);
  }
  return absl::OkStatus();
}

}  // namespace annals
