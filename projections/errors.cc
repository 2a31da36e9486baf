// errors: a row per (run, workstream, step, signature); a repeat is counted, not added.
#include "projections/projector.h"
#include "schemas/status.h"

namespace annals {

absl::Status ApplyToErrors(const FoldedEvent& event, Rows& rows) {
  const auto body = event.event.getBody().getErrorRecorded();
  const std::string_view ws_id = event.ws_id;
  const std::string_view step_name = View(body.getStepName());
  const std::string_view signature = View(body.getSignature());
  const bool known_absent = rows.workstreams.BornHere({event.run_id, ws_id});
  ASSIGN_OR_RETURN(ErrorRow * row, rows.errors.FindToChange({event.run_id, ws_id, step_name, signature}, known_absent));
  if (row == nullptr) {
    row = &rows.errors.Insert({event.run_id, ws_id, step_name, signature});
    row->id = static_cast<int64_t>(event.position.value);
    row->run_id = event.run_id;
    row->ws_id = ws_id;
    row->step_name = step_name;
    row->error_code = View(body.getErrorCode());
    row->signature = signature;
    row->message = event.text;
    if (!event.json.empty()) row->context_json = event.json;
    row->first_seen_at = event.time();
  }
  ++row->count;
  row->last_seen_at = event.time();
  return absl::OkStatus();
}

}  // namespace annals
