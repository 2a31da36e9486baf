// errors: a row per (run, workstream, step, signature); a repeat is counted, not added.
#include "projections/projector.h"
#include "schemas/status.h"

namespace annals {

absl::Status ApplyToErrors(const FoldedEvent& event, Rows& rows) {
  if (!event.event.getBody().isErrorRecorded()) return absl::OkStatus();
  const auto body = event.event.getBody().getErrorRecorded();
  const std::string_view ws_id = View(event.event.getWsId());
  const std::string_view step_name = View(body.getStepName());
  const std::string_view signature = View(body.getSignature());
  const bool known_absent = rows.workstreams.BornHere({event.run_id, ws_id});
  ASSIGN_OR_RETURN(ErrorRow * row, rows.errors.FindToChange({event.run_id, ws_id, step_name, signature}, known_absent));
  if (row == nullptr) {
    ErrorRow first;
    first.id = static_cast<int64_t>(event.position.value);
    first.run_id = event.run_id;
    first.ws_id = ws_id;
    first.step_name = step_name;
    first.error_code = View(body.getErrorCode());
    first.signature = signature;
    first.message = event.text;
    if (!event.json.empty()) first.context_json = event.json;
    first.first_seen_at = event.time();
    row = &rows.errors.Insert({event.run_id, ws_id, step_name, signature}, std::move(first));
  }
  ++row->count;
  row->last_seen_at = event.time();
  return absl::OkStatus();
}

}  // namespace annals
