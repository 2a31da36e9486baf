// Every machine beyond run and workstream: whose row an event changes. Those that users define share the table
// entities.
#include "eventstore/event_entity.h"
#include "projections/entity_projector.h"
#include "schemas/json_writer.h"
#include "schemas/status.h"

namespace annals {

std::string JsonArrayOf(capnp::List<capnp::Text>::Reader texts) {
  JsonWriter out;
  out.BeginArray();
  for (const auto text : texts) out.String(View(text));
  out.EndArray();
  return out.Take();
}

void AddDependencies(const FoldedEvent& event, std::string_view entity_type, std::string_view entity_id,
                     std::string_view needs_type, capnp::List<capnp::Text>::Reader needs, Rows& rows) {
  for (const auto name : needs) {
    rows.entity_dependencies.Insert(
        {event.run_id, entity_type, entity_id, needs_type, View(name)},
        EntityDependencyRow{std::string(event.run_id), std::string(entity_type), std::string(entity_id),
                            std::string(needs_type), std::string(View(name))});
  }
}

absl::Status ApplyToUsersEntities(const FoldedEvent& event, Rows& rows) {
  const auto body = event.event.getBody();
  const EntityRef entity = EntityOf(event.event, event.stream);
  if (body.isCreated()) {
    EntityRow row;
    row.machine = entity.machine;
    row.entity_id = entity.id;
    BeginRow(event, row);
    rows.entities.Insert({entity.machine, entity.id}, std::move(row));
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(EntityRow* const row, RowToChange(event, rows.entities, {entity.machine, entity.id}, entity.id));
  if (body.isTransitioned()) MoveRow(event, *row);
  return absl::OkStatus();
}

absl::Status ApplyToEntities(const FoldedEvent& event, Rows& rows) {
  const auto body = event.event.getBody();
  struct MachineProjector {
    std::string_view machine;
    absl::Status (*apply)(const FoldedEvent&, Rows&);
  };
  static constexpr MachineProjector kProjectors[] = {
      {"task", ApplyToTasks},
      {"worker", ApplyToWorkers},
      {"patch", ApplyToPatches},
      {"test_gate", ApplyToTestGates},
      {"circuit_breaker", ApplyToCircuitBreakers},
      {"request", ApplyToRequests},
  };
  const std::string_view machine = body.isTransitioned() ? event.machine : MachineOf(body);
  if (machine == "workstream" || machine == "run") return absl::OkStatus();
  for (const MachineProjector& projector : kProjectors) {
    if (projector.machine == machine) return projector.apply(event, rows);
  }
  return ApplyToUsersEntities(event, rows);
}

}  // namespace annals
