// workstreams and dependencies: one row per workstream, one per edge of depends_on.
#include "projections/projector.h"
#include "schemas/status.h"

namespace annals {
namespace {

absl::Status Create(const FoldedEvent& event, Rows& rows) {
  const auto body = event.event.getBody().getWorkstreamCreated();
  const std::string_view ws_id = event.ws_id;
  WorkstreamRow& row = rows.workstreams.Insert({event.run_id, ws_id});
  row.run_id = event.run_id;
  row.ws_id = ws_id;
  row.status = "pending";
  row.is_critical = body.getIsCritical();
  row.machine_version = View(body.getMachineVersion());
  row.created_at = row.updated_at = event.time();
  if (!event.json.empty()) row.metadata_json = event.json;
  row.depends_on = '[';
  for (const auto name : body.getDependsOn()) {
    const std::string_view needs = View(name);
    if (row.depends_on.size() > 1) row.depends_on += ',';
    row.depends_on.append("\"").append(needs).append("\"");  // identifiers need no escaping
    rows.dependencies.Insert({event.run_id, ws_id, needs},
                             DependencyRow{std::string(event.run_id), std::string(ws_id), std::string(needs)});
  }
  row.depends_on += ']';
  return absl::OkStatus();
}

absl::Status Move(const FoldedEvent& event, Rows& rows) {
  const std::string_view ws_id = event.ws_id;
  ASSIGN_OR_RETURN(WorkstreamRow* const row, rows.workstreams.FindToChange({event.run_id, ws_id}));
  if (row == nullptr) return MissingRow(event, "workstream", ws_id);
  row->status = View(event.moved.getTo());
  row->updated_at = event.time();
  row->paused_from.reset();
  if (row->status == "paused") row->paused_from = View(event.moved.getFrom());
  if (event.moved.getFinal()) row->completed_at = event.time();
  return absl::OkStatus();
}

}  // namespace

absl::Status ApplyToWorkstreams(const FoldedEvent& event, Rows& rows) {
  if (event.event.getBody().isWorkstreamCreated()) return Create(event, rows);
  return event.machine == "workstream" ? Move(event, rows) : absl::OkStatus();
}

}  // namespace annals
