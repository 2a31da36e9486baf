// Errors and free notes: taken in any state, also of a run that has ended.
#include "commands/conditions.h"
#include "commands/decision.h"
#include "eventstore/event_codec.h"
#include "schemas/status.h"

namespace annals {

Decision DecideError(const DecisionInput& input) {
  const auto body = input.command.getBody().getRecordError();
  RETURN_IF_ERROR(NeedWorkstream(input.rows, input.run_id, View(body.getWsId())).status());
  EventDraft& draft = input.drafts.Add(View(body.getWsId()));
  auto recorded = draft.event.initBody().initErrorRecorded();
  SetName(recorded.getStepName(), View(body.getStepName()));
  recorded.setErrorCode(body.getErrorCode());
  recorded.setSignature(body.getSignature());
  draft.json = View(body.getContext());
  draft.text = View(body.getMessage());
  draft.origin = EventDraft::Origin::kProduced;
  return std::nullopt;
}

Decision DecideNote(const DecisionInput& input) {
  const auto body = input.command.getBody().getRecordEvent();
  const std::string_view ws_id = View(body.getWsId());
  RETURN_IF_ERROR(CheckNote(input.run_id, ws_id, input.rows));
  EventDraft& draft = input.drafts.Add(ws_id);
  draft.event.initBody().initNoted().setEventType(body.getEventType());
  draft.json = View(body.getPayload());
  draft.origin = EventDraft::Origin::kProduced;
  return std::nullopt;
}

}  // namespace annals
