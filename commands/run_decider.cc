// Runs: created pending, or pending and at once running; moved along the run machine.
#include <fmt/format.h>

#include "commands/conditions.h"
#include "commands/decision.h"
#include "commands/transition.h"
#include "eventstore/event_codec.h"
#include "schemas/status.h"

namespace annals {
namespace {

absl::StatusOr<std::optional<Refusal>> Create(schema::Command::Reader command, std::string_view run_id, Rows& rows,
                                              Drafts& drafts) {
  const auto body = command.getBody().getCreateRun();
  const Machine& machine = RunMachine();
  const std::string_view status = body.hasStatus() ? View(body.getStatus()) : machine.initial();
  if (status != "pending" && status != "running") {
    return absl::InvalidArgumentError(fmt::format(
        "run {}: status {} is not one a run can begin in; leave it out, or say pending or running", run_id, status));
  }
  ASSIGN_OR_RETURN(auto refusal, JudgeNewRun(run_id, status, rows));
  if (refusal) return refusal;
  EventDraft& draft = drafts.Add({});
  draft.event.initBody().initRunCreated().setMachineVersion(machine.data().getVersion());
  draft.json = View(body.getMetadata());
  if (status != machine.initial()) {
    const TransitionRequest start{
        .machine = machine, .entity = run_id, .from = machine.initial(), .to = status, .trigger = "start"};
    RunRow created;
    created.run_id = run_id;
    created.status = machine.initial();
    ASSIGN_OR_RETURN(const auto judged, JudgeTransition(start, rows, created, nullptr));
    DraftTransition(start, std::get<Move>(judged), {}, command, {}, drafts);
  }
  return std::nullopt;
}

absl::StatusOr<std::optional<Refusal>> Transition(schema::Command::Reader command, std::string_view run_id, Rows& rows,
                                                  Drafts& drafts) {
  const auto body = command.getBody().getTransitionRun();
  ASSIGN_OR_RETURN(const RunRow* const run, NeedRun(rows, run_id));
  const TransitionRequest request{.machine = RunMachine(),
                                  .entity = run_id,
                                  .from = run->status,
                                  .to = View(body.getTo()),
                                  .trigger = View(body.getTrigger()),
                                  .has_override = command.hasOverride()};
  ASSIGN_OR_RETURN(auto judged, JudgeTransition(request, rows, *run, nullptr));
  if (auto* const refusal = std::get_if<Refusal>(&judged)) return std::move(*refusal);
  DraftTransition(request, std::get<Move>(judged), {}, command, View(body.getReason()), drafts);
  return std::nullopt;
}

}  // namespace

absl::StatusOr<std::optional<Refusal>> DecideRun(schema::Command::Reader command, std::string_view run_id, Rows& rows,
                                                 Drafts& drafts) {
  if (command.getBody().isCreateRun()) return Create(command, run_id, rows, drafts);
  return Transition(command, run_id, rows, drafts);
}

}  // namespace annals
