// Workstreams: created pending in an open run; moved along the workstream machine.
#include "commands/conditions.h"
#include "commands/decision.h"
#include "commands/entity_law.h"
#include "eventstore/event_codec.h"
#include "schemas/status.h"

namespace annals {
namespace {

Decision Create(const DecisionInput& input) {
  const auto body = input.command.getBody().getCreateWorkstream();
  const std::string_view ws_id = View(body.getWsId());
  const auto needs = body.getDependsOn();
  ASSIGN_OR_RETURN(auto refusal, JudgeNewWorkstream(input.run_id, ws_id, needs, input.rows));
  if (refusal) return refusal;
  EventDraft& draft = input.drafts.Add(ws_id);
  auto created = draft.event.initBody().initWorkstreamCreated();
  created.setMachineVersion(WorkstreamMachine().data().getVersion());
  if (needs.size() > 0) created.setDependsOn(needs);
  created.setIsCritical(body.getIsCritical());
  draft.json = View(body.getMetadata());
  return std::nullopt;
}

}  // namespace

const EntityLaw kWorkstreamLaw = {.machine = WorkstreamMachine,
                                  .stream_prefix = {},
                                  .list_command = "annals workstream list",
                                  .find = FindEntity<&Rows::workstreams, &GuardInput::workstream>};

Decision DecideWorkstream(const DecisionInput& input) {
  const auto body = input.command.getBody();
  if (body.isCreateWorkstream()) return Create(input);
  EntityCommand command = EntityCommandOf(body.getTransitionWorkstream(), body.getTransitionWorkstream().getWsId());
  return MoveEntity(kWorkstreamLaw, command, input);
}

}  // namespace annals
