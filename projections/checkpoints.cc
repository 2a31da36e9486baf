// checkpoints of requests and workstreams, and machines that users defined: a row per event.
#include "eventstore/event_entity.h"
#include "projections/entity_projector.h"
#include "schemas/status.h"

namespace annals {

absl::Status ApplyToCheckpoints(const FoldedEvent& event, Rows& rows) {
  CheckpointRow row;
  row.id = static_cast<int64_t>(event.position.value);
  if (event.run_id.empty()) {
    row.request_id = EntityOf(event.event, event.stream).id;
  } else {
    row.run_id = event.run_id;
    row.ws_id = event.ws_id;
  }
  row.name = View(event.event.getBody().getCheckpointSaved().getName());
  row.data_json = TextOrNull(event.json);
  row.saved_at = event.time();
  rows.checkpoints.Insert({row.id}, std::move(row));
  return absl::OkStatus();
}

absl::Status ApplyToMachines(const FoldedEvent& event, Rows& rows) {
  const auto defined = event.event.getBody().getMachineDefined();
  const std::string_view name = EntityOf(event.event, event.stream).id;
  const std::string_view version = View(defined.getVersion());
  const auto position = static_cast<int64_t>(event.position.value);
  ASSIGN_OR_RETURN(MachineRow* const known, rows.machines.FindToChange({name, version}));
  if (known != nullptr) {
    known->position = position;
    known->defined_at = event.time();
    return absl::OkStatus();
  }
  rows.machines.Insert({name, version}, MachineRow{std::string(name), std::string(version),
                                                   std::string(View(defined.getDefinition())), position, event.time()});
  return absl::OkStatus();
}

}  // namespace annals
