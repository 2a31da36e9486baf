// Workstreams: created pending in an open run; moved along the workstream machine; their dependents blocked when they
// fail.
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
  const auto body = command.getBody().getCreateWorkstream();
  const std::string_view ws_id = View(body.getWsId());
  const auto needs = body.getDependsOn();
  ASSIGN_OR_RETURN(auto refusal, JudgeNewWorkstream(run_id, ws_id, needs, rows));
  if (refusal) return refusal;
  EventDraft& draft = drafts.Add(ws_id);
  auto created = draft.event.initBody().initWorkstreamCreated();
  created.setMachineVersion(WorkstreamMachine().data().getVersion());
  if (needs.size() > 0) created.setDependsOn(needs);
  created.setIsCritical(body.getIsCritical());
  draft.json = View(body.getMetadata());
  return std::nullopt;
}

// What waits for `ws_id` cannot begin any more: the engine blocks it, with this move as the cause.
absl::Status BlockDependents(std::string_view run_id, std::string_view ws_id, std::string_view state, size_t cause,
                             Rows& rows, Drafts& drafts, const RunRow& run) {
  ASSIGN_OR_RETURN(const std::vector<std::string> dependents, rows.DependentsOf(run_id, ws_id));
  for (const std::string& name : dependents) {
    ASSIGN_OR_RETURN(const WorkstreamRow* const dependent, NeedWorkstream(rows, run_id, name));
    if (dependent->status != "pending" && dependent->status != "ready") continue;
    const TransitionRequest request{.machine = WorkstreamMachine(),
                                    .entity = name,
                                    .from = dependent->status,
                                    .to = "blocked",
                                    .trigger = "dependency_failed"};
    ASSIGN_OR_RETURN(const auto judged, JudgeTransition(request, rows, run, dependent));
    EventDraft& draft = DraftTransition(request, std::get<Move>(judged), name, {}, {}, drafts);
    draft.owned_text = fmt::format("{} {}", ws_id, state == "failed" ? "failed" : "was abandoned");
    draft.text = draft.owned_text;
    draft.caused_by = cause;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Refusal>> Transition(schema::Command::Reader command, std::string_view run_id, Rows& rows,
                                                  Drafts& drafts) {
  const auto body = command.getBody().getTransitionWorkstream();
  const std::string_view ws_id = View(body.getWsId());
  ASSIGN_OR_RETURN(const RunRow* const run, NeedRun(rows, run_id));
  ASSIGN_OR_RETURN(const WorkstreamRow* const workstream, NeedWorkstream(rows, run_id, ws_id));
  const TransitionRequest request{.machine = WorkstreamMachine(),
                                  .entity = ws_id,
                                  .from = workstream->status,
                                  .to = View(body.getTo()),
                                  .trigger = View(body.getTrigger()),
                                  .has_override = command.hasOverride()};
  ASSIGN_OR_RETURN(auto judged, JudgeTransition(request, rows, *run, workstream));
  if (auto refusal = RefuseInEndedRun(*run, ws_id, request.from, request.to, request.trigger)) return refusal;
  if (auto* const refusal = std::get_if<Refusal>(&judged)) {
    refusal->ws_id = ws_id;
    return std::move(*refusal);
  }
  const Move& move = std::get<Move>(judged);
  DraftTransition(request, move, ws_id, command, View(body.getReason()), drafts);
  if (move.to == "failed" || move.to == "abandoned") {
    RETURN_IF_ERROR(BlockDependents(run_id, ws_id, move.to, drafts.size() - 1, rows, drafts, *run));
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<std::optional<Refusal>> DecideWorkstream(schema::Command::Reader command, std::string_view run_id,
                                                        Rows& rows, Drafts& drafts) {
  if (command.getBody().isCreateWorkstream()) return Create(command, run_id, rows, drafts);
  return Transition(command, run_id, rows, drafts);
}

}  // namespace annals
