// test_gates, and what they wait for.
#include "projections/entity_projector.h"
#include "schemas/enum_names.h"
#include "schemas/status.h"

namespace annals {
namespace {

void Create(const FoldedEvent& event, Rows& rows) {
  const auto created = event.event.getBody().getCreated();
  const auto spec = created.getTestGate();
  const std::string_view gate_id = View(created.getEntity());
  TestGateRow row;
  BeginRow(event, row);
  row.run_id = event.run_id;
  row.gate_id = gate_id;
  row.ws_id = TextOrNull(event.ws_id);
  row.type = EnumName(spec.getType());
  row.depends_on = JsonArrayOf(spec.getDependsOn());
  row.timeout_sec = spec.getTimeoutSec();
  AddDependencies(event, "test_gate", gate_id, "test_gate", spec.getDependsOn(), rows);
  rows.test_gates.Insert({event.run_id, gate_id}, std::move(row));
}

void Move(const FoldedEvent& event, TestGateRow& row) {
  const auto moved = event.moved;
  MoveRow(event, row);
  if (row.status == "running" && !row.started_at) row.started_at = event.time();
  if (moved.getTestGate().hasExitCode()) row.exit_code = moved.getTestGate().getExitCode().getValue();
  if (!event.json.empty()) row.result_json = event.json;
}

}  // namespace

absl::Status ApplyToTestGates(const FoldedEvent& event, Rows& rows) {
  const auto body = event.event.getBody();
  if (body.isCreated()) {
    Create(event, rows);
  } else if (body.isTransitioned()) {
    const std::string_view gate_id = View(event.moved.getEntity());
    ASSIGN_OR_RETURN(TestGateRow* const row, RowToChange(event, rows.test_gates, {event.run_id, gate_id}, gate_id));
    Move(event, *row);
  }
  return absl::OkStatus();
}

}  // namespace annals
