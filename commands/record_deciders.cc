// Errors and free notes: taken in any state, also of a run that has ended.
#include "commands/conditions.h"
#include "commands/decision.h"
#include "eventstore/event_codec.h"
#include "schemas/status.h"

namespace annals {

absl::StatusOr<std::optional<Refusal>> DecideError(schema::Command::Reader command, std::string_view run_id, Rows& rows,
                                                   Drafts& drafts) {
  const auto body = command.getBody().getRecordError();
  RETURN_IF_ERROR(NeedWorkstream(rows, run_id, View(body.getWsId())).status());
  EventDraft& draft = drafts.Add(View(body.getWsId()));
  auto recorded = draft.event.initBody().initErrorRecorded();
  SetName(recorded.getStepName(), View(body.getStepName()));
  recorded.setErrorCode(body.getErrorCode());
  recorded.setSignature(body.getSignature());
  draft.json = View(body.getContext());
  draft.text = View(body.getMessage());
  draft.origin = EventDraft::Origin::kProduced;
  return std::nullopt;
}

absl::StatusOr<std::optional<Refusal>> DecideNote(schema::Command::Reader command, std::string_view run_id, Rows& rows,
                                                  Drafts& drafts) {
  const auto body = command.getBody().getRecordEvent();
  const std::string_view ws_id = View(body.getWsId());
  RETURN_IF_ERROR(CheckNote(run_id, ws_id, rows));
  EventDraft& draft = drafts.Add(ws_id);
  draft.event.initBody().initNoted().setEventType(body.getEventType());
  draft.json = View(body.getPayload());
  draft.origin = EventDraft::Origin::kProduced;
  return std::nullopt;
}

}  // namespace annals
