// state_transitions, on demand: a row per transition asked for, whatever the law said.
#include "eventstore/event_entity.h"
#include "projections/entity_projector.h"
#include "schemas/severity.h"
#include "schemas/status.h"

namespace annals {

absl::Status ApplyToStateTransitions(const FoldedEvent& event, Rows& rows) {
  const auto body = event.event.getBody();
  if (!rows.keeps_state_transitions || (!body.isTransitioned() && !body.isCommandRefused())) return absl::OkStatus();
  StateTransitionRow row;
  row.position = static_cast<int64_t>(event.position.value);
  row.run_id = TextOrNull(event.run_id);
  row.transitioned_at = event.time();
  if (body.isTransitioned()) {
    const auto moved = event.moved;
    const EntityRef entity = EntityOf(event.event, event.stream);
    row.entity_type = entity.machine;
    row.entity_id = entity.id;
    row.from_state = TextOrNull(View(moved.getFrom()));
    row.to_state = TextOrNull(View(moved.getTo()));
    row.trigger = TextOrNull(View(moved.getTrigger()));
    row.reason = TextOrNull(event.text);
    row.operator_name = TextOrNull(View(moved.getOperator()));
    row.severity = SeverityName(moved.getSeverity());
    row.kind = IsOverride(moved) ? "override" : "lawful";
  } else {
    const auto refused = body.getCommandRefused();
    row.entity_type = View(refused.getMachine());
    row.entity_id = View(refused.getEntity());
    row.from_state = TextOrNull(View(refused.getFrom()));
    row.to_state = TextOrNull(View(refused.getTo()));
    row.trigger = TextOrNull(View(refused.getTrigger()));
    row.reason = TextOrNull(View(refused.getWhy()));
    row.operator_name = TextOrNull(View(refused.getOperator()));
    row.severity = SeverityName(schema::Severity::WARNING);
    row.kind = "refused";
  }
  rows.state_transitions.Insert({row.position}, std::move(row));
  return absl::OkStatus();
}

}  // namespace annals
