// Checkpoints: where the work of a request or of a workstream resumes.
#include <fmt/format.h>

#include "commands/claim.h"
#include "commands/decision.h"
#include "commands/entity_law.h"
#include "eventstore/event_codec.h"
#include "schemas/status.h"

namespace annals {
namespace {

// What is against whoever saves it: a worker does so under the claim that it holds.
absl::StatusOr<std::string> AgainstSaver(schema::SaveCheckpoint::Reader body, const DecisionInput& input) {
  const StatedClaim claim = ClaimIn(body);
  const std::string_view task_id = View(body.getTaskId());
  RETURN_IF_ERROR(CheckClaim(claim, input.rows));
  if (!task_id.empty()) {
    RETURN_IF_ERROR(NeedEntity(kTaskLaw, {.id = task_id, .ws_id = View(body.getWsId())}, input).status());
  }
  return AgainstWork(task_id, claim, input.run_id, input.rows);
}

}  // namespace

Decision DecideCheckpoint(const DecisionInput& input) {
  const auto body = input.command.getBody().getSaveCheckpoint();
  const bool of_request = body.hasRequestId();
  const bool names_one = of_request ? !body.hasRunId() && !body.hasWsId() : body.hasRunId() && body.hasWsId();
  if (!names_one) {
    return absl::InvalidArgumentError(
        fmt::format("checkpoint {}: it is one of a request, or of a workstream; give request_id, or run_id and ws_id",
                    View(body.getName())));
  }
  if (of_request && body.hasTaskId()) {
    return absl::InvalidArgumentError(fmt::format(
        "checkpoint {}: task_id is given, but a request has no tasks; give run_id and ws_id, or leave it out",
        View(body.getName())));
  }
  const EntityLaw& law = of_request ? kRequestLaw : kWorkstreamLaw;
  ASSIGN_OR_RETURN(const Entity entity,
                   NeedEntity(law, {.id = View(of_request ? body.getRequestId() : body.getWsId())}, input));
  std::string objection;
  if (entity.machine.IsTerminal(entity.state.status)) {
    objection = fmt::format("it is {}, which is final; its work does not resume", entity.state.status);
  } else {
    ASSIGN_OR_RETURN(objection, AgainstSaver(body, input));
  }
  if (!objection.empty()) {
    Refusal refusal = RefuseTransition(
        {.machine = entity.machine, .entity = entity.id, .from = entity.state.status, .to = {}, .trigger = {}},
        std::move(objection));
    refusal.ws_id = entity.state.ws_id;
    return refusal;
  }
  EventDraft& draft = input.drafts.Add(entity.state.ws_id);
  draft.stream = entity.stream;
  auto saved = draft.event.initBody().initCheckpointSaved();
  saved.setName(body.getName());
  if (body.hasTaskId()) saved.setTaskId(body.getTaskId());
  saved.setEpoch(EpochToKeep(ClaimIn(body)));
  draft.json = View(body.getData());
  draft.origin = EventDraft::Origin::kProduced;
  return std::nullopt;
}

}  // namespace annals
