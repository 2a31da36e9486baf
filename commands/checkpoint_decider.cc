// Checkpoints: where the work of a request or of a workstream resumes.
#include <fmt/format.h>

#include "commands/decision.h"
#include "commands/entity_law.h"
#include "eventstore/event_codec.h"
#include "schemas/status.h"

namespace annals {

Decision DecideCheckpoint(const DecisionInput& input) {
  const auto body = input.command.getBody().getSaveCheckpoint();
  const bool of_request = body.hasRequestId();
  const bool names_one = of_request ? !body.hasRunId() && !body.hasWsId() : body.hasRunId() && body.hasWsId();
  if (!names_one) {
    return absl::InvalidArgumentError(
        fmt::format("checkpoint {}: it is one of a request, or of a workstream; give request_id, or run_id and ws_id",
                    View(body.getName())));
  }
  const EntityLaw& law = of_request ? kRequestLaw : kWorkstreamLaw;
  ASSIGN_OR_RETURN(const Entity entity,
                   NeedEntity(law, {.id = View(of_request ? body.getRequestId() : body.getWsId())}, input));
  if (entity.machine.IsTerminal(entity.state.status)) {
    Refusal refusal = RefuseTransition(
        {.machine = entity.machine, .entity = entity.id, .from = entity.state.status, .to = {}, .trigger = {}},
        fmt::format("it is {}, which is final; its work does not resume", entity.state.status));
    refusal.ws_id = entity.state.ws_id;
    return refusal;
  }
  EventDraft& draft = input.drafts.Add(entity.state.ws_id);
  draft.stream = entity.stream;
  draft.event.initBody().initCheckpointSaved().setName(body.getName());
  draft.json = View(body.getData());
  draft.origin = EventDraft::Origin::kProduced;
  return std::nullopt;
}

}  // namespace annals
