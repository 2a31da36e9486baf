// Runs: created pending, or pending and at once running; moved along the run machine.
#include <fmt/format.h>

#include "commands/conditions.h"
#include "commands/decision.h"
#include "commands/entity_law.h"
#include "eventstore/event_codec.h"
#include "schemas/status.h"

namespace annals {
namespace {

Decision Create(const DecisionInput& input) {
  const auto body = input.command.getBody().getCreateRun();
  const Machine& machine = RunMachine();
  const std::string_view status = body.hasStatus() ? View(body.getStatus()) : machine.initial();
  if (status != "pending" && status != "running") {
    return absl::InvalidArgumentError(
        fmt::format("run {}: status {} is not one a run can begin in; leave it out, or say pending or running",
                    input.run_id, status));
  }
  ASSIGN_OR_RETURN(auto refusal, JudgeNewRun(input.run_id, input.rows));
  if (refusal) return refusal;
  EventDraft& draft = input.drafts.Add({});
  draft.event.initBody().initRunCreated().setMachineVersion(machine.data().getVersion());
  draft.json = View(body.getMetadata());
  if (status == machine.initial()) return std::nullopt;
  RunRow created;
  created.run_id = input.run_id;
  created.status = machine.initial();
  Entity run{.law = &kRunLaw,
             .machine = machine,
             .id = input.run_id,
             .state = {.status = created.status},
             .stream = {},
             .seen = {.rows = input.rows, .now = input.now, .run = &created}};
  return MoveEntity(run, {.id = input.run_id, .to = status, .trigger = "start"}, input, /*by_engine=*/true);
}

}  // namespace

const EntityLaw kRunLaw = {.machine = RunMachine,
                           .stream_prefix = {},
                           .list_command = "annals run list",
                           .find = FindEntity<&Rows::runs, &GuardInput::run>};

Decision DecideRun(const DecisionInput& input) {
  const auto body = input.command.getBody();
  if (body.isCreateRun()) return Create(input);
  EntityCommand command = EntityCommandOf(body.getTransitionRun(), body.getTransitionRun().getRunId());
  return MoveEntity(kRunLaw, command, input);
}

}  // namespace annals
