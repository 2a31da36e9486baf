// circuit_breakers: how often in a row each tool failed.
#include "projections/entity_projector.h"
#include "schemas/status.h"

namespace annals {
namespace {

void Create(const FoldedEvent& event, Rows& rows) {
  const auto created = event.event.getBody().getCreated();
  const auto spec = created.getCircuitBreaker();
  CircuitBreakerRow row;
  BeginRow(event, row);
  row.tool = View(created.getEntity());
  row.failure_threshold = spec.getFailureThreshold();
  row.cooldown_seconds = spec.getCooldownSeconds();
  row.success_threshold = spec.getSuccessThreshold();
  rows.circuit_breakers.Insert({View(created.getEntity())}, std::move(row));
}

void Move(const FoldedEvent& event, CircuitBreakerRow& row) {
  MoveRow(event, row);
  row.successes = 0;
  row.opened_at.reset();
  if (row.status == "open") {
    row.opened_at = event.time();
  } else {
    row.failures = 0;
  }
}

void Count(const FoldedEvent& event, CircuitBreakerRow& row) {
  row.updated_at = event.time();
  if (event.event.getBody().getAmended().getCircuitBreaker().getOutcome() == schema::Outcome::FAILURE) {
    ++row.failures;
    row.successes = 0;
  } else {
    row.failures = 0;
    if (row.status == "half_open") ++row.successes;
  }
}

}  // namespace

absl::Status ApplyToCircuitBreakers(const FoldedEvent& event, Rows& rows) {
  const auto body = event.event.getBody();
  if (body.isCreated()) {
    Create(event, rows);
    return absl::OkStatus();
  }
  const std::string_view tool = body.isAmended() ? View(body.getAmended().getEntity()) : View(event.moved.getEntity());
  ASSIGN_OR_RETURN(CircuitBreakerRow* const row, RowToChange(event, rows.circuit_breakers, {tool}, tool));
  body.isAmended() ? Count(event, *row) : Move(event, *row);
  return absl::OkStatus();
}

}  // namespace annals
