// Workstreams: created pending in an open run; moved along the workstream machine; their dependents blocked when they
// fail.
#include <algorithm>

#include <fmt/format.h>

#include "commands/decision.h"
#include "commands/transition.h"
#include "eventstore/event_codec.h"
#include "schemas/status.h"

namespace annals {
namespace {

// They all stand in one event, which has to stay small enough to be read.
constexpr size_t kMaxDependencies = 1000;

// In a run that has ended nothing is created, moved or started, not even by an override.
std::optional<Refusal> RefuseInEndedRun(const RunRow& run, std::string_view ws_id, std::string_view from,
                                        std::string_view to, std::string_view trigger) {
  if (!run.IsFinal()) return std::nullopt;
  return Refusal{.machine = "workstream",
                 .entity = std::string(ws_id),
                 .from = std::string(from),
                 .to = std::string(to),
                 .trigger = std::string(trigger),
                 .why = fmt::format("run {} is {}; nothing is created, moved or started in a run that has ended",
                                    run.run_id, run.status),
                 .legal = {},
                 .ws_id = std::string(ws_id)};
}

absl::Status CheckDependencies(std::string_view ws_id, capnp::List<capnp::Text>::Reader needs) {
  if (needs.size() > kMaxDependencies) {
    return absl::InvalidArgumentError(fmt::format(
        "workstream {} depends on {} workstreams, the limit is {}; put one between that depends on some of them", ws_id,
        needs.size(), kMaxDependencies));
  }
  std::vector<std::string_view> names;
  for (const auto name : needs) names.push_back(View(name));
  if (std::ranges::find(names, ws_id) != names.end()) {
    return absl::InvalidArgumentError(
        fmt::format("workstream {} cannot depend on itself; leave it out of what it depends on", ws_id));
  }
  std::ranges::sort(names);
  if (const auto twice = std::ranges::adjacent_find(names); twice != names.end()) {
    return absl::InvalidArgumentError(
        fmt::format("workstream {}: depends_on names {} twice; name it once", ws_id, *twice));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Refusal>> Create(schema::Command::Reader command, std::string_view run_id, Rows& rows,
                                              Drafts& drafts) {
  const auto body = command.getBody().getCreateWorkstream();
  const std::string_view ws_id = View(body.getWsId());
  const Machine& machine = WorkstreamMachine();
  ASSIGN_OR_RETURN(const RunRow* const run, NeedRun(rows, run_id));
  const auto needs = body.getDependsOn();
  RETURN_IF_ERROR(CheckDependencies(ws_id, needs));
  if (auto refusal = RefuseInEndedRun(*run, ws_id, {}, machine.initial(), {})) return refusal;
  ASSIGN_OR_RETURN(const WorkstreamRow* const existing, rows.Workstream(run_id, ws_id));
  if (existing != nullptr) {
    return Refusal{.machine = "workstream",
                   .entity = std::string(ws_id),
                   .from = existing->status,
                   .to = std::string(machine.initial()),
                   .trigger = {},
                   .why = fmt::format("workstream {} already exists in run {}", ws_id, run_id),
                   .legal = {},
                   .ws_id = std::string(ws_id)};
  }
  for (const auto name : needs) {
    ASSIGN_OR_RETURN(const WorkstreamRow* const needed, rows.Workstream(run_id, View(name)));
    if (needed != nullptr) continue;
    return absl::NotFoundError(fmt::format(
        "workstream {} depends on {}, which run {} does not have; create that one first", ws_id, View(name), run_id));
  }
  EventDraft& draft = drafts.Add(ws_id);
  auto created = draft.event.initBody().initWorkstreamCreated();
  created.setMachineVersion(machine.data().getVersion());
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
