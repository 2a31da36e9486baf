// state_transitions, on demand: a row per transition asked for, whatever the law said.
#include "projections/projector.h"
#include "schemas/status.h"

namespace annals {
namespace {

std::optional<std::string> TextOrNull(std::string_view text) {
  if (text.empty()) return std::nullopt;
  return std::string(text);
}

std::string_view NameOf(schema::Severity severity) {
  switch (severity) {
    case schema::Severity::INFO:
      return "info";
    case schema::Severity::WARNING:
      return "warning";
    case schema::Severity::ERROR:
      return "error";
    case schema::Severity::CRITICAL:
      return "critical";
  }
  return "info";
}

}  // namespace

absl::Status ApplyToStateTransitions(const FoldedEvent& event, Rows& rows) {
  const auto body = event.event.getBody();
  if (!rows.keeps_state_transitions || (!body.isTransitioned() && !body.isCommandRefused())) return absl::OkStatus();
  StateTransitionRow row;
  row.position = static_cast<int64_t>(event.position.value);
  row.run_id = TextOrNull(event.run_id);
  row.transitioned_at = event.time();
  if (body.isTransitioned()) {
    const auto moved = body.getTransitioned();
    row.entity_type = View(moved.getMachine());
    row.entity_id = row.entity_type == "run" ? event.run_id : View(event.event.getWsId());
    row.from_state = TextOrNull(View(moved.getFrom()));
    row.to_state = TextOrNull(View(moved.getTo()));
    row.trigger = TextOrNull(View(moved.getTrigger()));
    row.reason = TextOrNull(event.text);
    row.operator_name = TextOrNull(View(moved.getOperator()));
    row.severity = NameOf(moved.getSeverity());
    row.kind = moved.hasOperator() ? "override" : "lawful";
  } else {
    const auto refused = body.getCommandRefused();
    row.entity_type = View(refused.getMachine());
    row.entity_id = View(refused.getEntity());
    row.from_state = TextOrNull(View(refused.getFrom()));
    row.to_state = TextOrNull(View(refused.getTo()));
    row.trigger = TextOrNull(View(refused.getTrigger()));
    row.reason = TextOrNull(View(refused.getWhy()));
    row.operator_name = TextOrNull(View(refused.getOperator()));
    row.severity = NameOf(schema::Severity::WARNING);
    row.kind = "refused";
  }
  rows.state_transitions.Insert({row.position}, std::move(row));
  return absl::OkStatus();
}

}  // namespace annals
