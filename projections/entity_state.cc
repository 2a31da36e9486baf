#include "projections/entity_state.h"

#include "schemas/status.h"

namespace annals {
namespace {

template <class RowStruct>
absl::StatusOr<std::string> StatusIn(RowCache<RowStruct>& rows, std::initializer_list<Value> key) {
  ASSIGN_OR_RETURN(const RowStruct* const row, rows.Find(key));
  return row == nullptr ? std::string() : row->status;
}

}  // namespace

absl::StatusOr<std::string> StateOf(const EntityRef& entity, std::string_view run_id, Rows& rows) {
  if (entity.machine == "run") return StatusIn(rows.runs, {run_id});
  if (entity.machine == "workstream") return StatusIn(rows.workstreams, {run_id, entity.id});
  if (entity.machine == "task") return StatusIn(rows.tasks, {run_id, entity.id});
  if (entity.machine == "patch") return StatusIn(rows.patches, {run_id, entity.id});
  if (entity.machine == "test_gate") return StatusIn(rows.test_gates, {run_id, entity.id});
  if (entity.machine == "worker") return StatusIn(rows.workers, {entity.id});
  if (entity.machine == "circuit_breaker") return StatusIn(rows.circuit_breakers, {entity.id});
  if (entity.machine == "request") return StatusIn(rows.requests, {entity.id});
  return StatusIn(rows.entities, {entity.machine, entity.id});
}

}  // namespace annals
