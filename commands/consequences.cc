#include "commands/consequences.h"

#include <algorithm>

#include <fmt/format.h>

#include "commands/entity_law.h"
#include "commands/guards.h"
#include "eventstore/event_codec.h"
#include "eventstore/event_entity.h"
#include "schemas/sabotage.h"
#include "schemas/status.h"

namespace annals {
namespace {

// The consequences of one event.
class Finder {
 public:
  Finder(const FoldedEvent& event, Rows& rows, std::vector<Consequence>& out) : event_(event), rows_(rows), out_(out) {}

  absl::Status Find() {
    const auto body = event_.event.getBody();
    if (body.isAmended()) return OfAmended(body.getAmended());
    if (body.isCreated()) return OfWaiting(View(body.getCreated().getMachine()), View(body.getCreated().getEntity()));
    if (!body.isTransitioned()) return absl::OkStatus();
    const auto moved = body.getTransitioned();
    const std::string_view machine = View(moved.getMachine());
    if (machine == "workstream") return OfWorkstream(View(moved.getTo()));
    if (machine == "task") return OfTask(moved);
    if (machine == "test_gate") return OfTestGate(moved);
    if (machine == "patch") return OfPatch(moved);
    if (machine == "worker") return OfWorker(View(moved.getEntity()));
    return absl::OkStatus();
  }

 private:
  void Add(std::function<absl::Status(const DecisionInput&)> decide) {
    out_.push_back({event_.position, std::string(event_.run_id), std::move(decide)});
  }

  // Moves the entity by `trigger`, if its machine has an edge for it from where the entity is then.
  void Move(const EntityLaw& law, std::string_view id, std::string_view trigger, std::string reason) {
    Add([&law, id = std::string(id), trigger = std::string(trigger),
         reason = std::move(reason)](const DecisionInput& input) -> absl::Status {
      ASSIGN_OR_RETURN(Entity entity, NeedEntity(law, {.id = id}, input));
      const auto edges = entity.machine.EdgesFrom(entity.state.status);
      if (std::ranges::find(edges, trigger, &Edge::trigger) == edges.end()) return absl::OkStatus();
      const size_t before = input.drafts.size();
      RETURN_IF_ERROR(
          MoveEntity(entity, {.id = id, .trigger = trigger, .reason = reason}, input, /*by_engine=*/true).status());
      // Where the law refused it, nothing was drafted.
      if (input.drafts.size() > before) {
        EventDraft& draft = input.drafts[before];
        draft.owned_text = reason;
        draft.text = draft.owned_text;
      }
      return absl::OkStatus();
    });
  }

  // A worker takes a task, or gives it up.
  void Claim(std::string_view worker_id, schema::Claim kind, std::string_view task_id, uint32_t epoch) {
    Add([worker_id = std::string(worker_id), kind, task_id = std::string(task_id),
         epoch](const DecisionInput& input) -> absl::Status {
      ASSIGN_OR_RETURN(const WorkerRow* const worker, input.rows.workers.Find({worker_id}));
      if (worker == nullptr) return absl::OkStatus();  // one that an override named
      const auto fill = [&](schema::WorkerMove::Builder move) {
        move.setClaim(kind);
        move.setRunId(AsText(input.run_id));
        move.setTaskId(AsText(task_id));
        move.setEpoch(epoch);
      };
      if (kind == schema::Claim::TAKEN && worker->status == "idle") {
        const EntityCommand assign{.id = worker_id,
                                   .trigger = "assign",
                                   .fill = [&](schema::Transitioned::Builder moved) { fill(moved.initWorker()); }};
        return MoveEntity(kWorkerLaw, assign, input, /*by_engine=*/true).status();
      }
      EventDraft& draft = input.drafts.Add({});
      draft.stream = std::string(kWorkerLaw.stream_prefix) + worker_id;
      auto amended = draft.event.initBody().initAmended();
      SetName(amended.getMachine(), WorkerMachine().name());
      amended.setEntity(AsText(worker_id));
      fill(amended.initWorker());
      return absl::OkStatus();
    });
  }

  absl::Status OfWorkstream(std::string_view to) {
    if (to != "failed" && to != "abandoned") return absl::OkStatus();
    const std::string_view ws_id = event_.ws_id;
    ASSIGN_OR_RETURN(const std::vector<std::string> dependents, rows_.DependentsOf(event_.run_id, ws_id));
    for (const std::string& name : dependents) {
      Move(kWorkstreamLaw, name, "dependency_failed",
           fmt::format("{} {}", ws_id, to == "failed" ? "failed" : "was abandoned"));
    }
    return absl::OkStatus();
  }

  absl::Status OfTask(schema::Transitioned::Reader moved) {
    const std::string_view task_id = View(moved.getEntity());
    const std::string_view from = View(moved.getFrom());
    const std::string_view to = View(moved.getTo());
    const auto claim = moved.getTask();
    if (claim.hasWorkerId() && to == "running") {
      Claim(View(claim.getWorkerId()), schema::Claim::TAKEN, task_id, claim.getEpoch());
    } else if (claim.hasWorkerId() && from == "running") {
      Claim(View(claim.getWorkerId()), schema::Claim::RELEASED, task_id, claim.getEpoch());
    }
    if (to == "pending") return OfWaiting("task", task_id);
    if (to == "validating") return FailIfGateFailed(task_id);
    if (to != "failed" && to != "cancelled") return absl::OkStatus();
    ASSIGN_OR_RETURN(const TaskRow* const task, rows_.tasks.Find({event_.run_id, task_id}));
    if (task != nullptr && task->is_critical && to == "failed") {
      Move(kWorkstreamLaw, task->ws_id, "fail", fmt::format("its critical task {} failed", task_id));
    }
    return BlockThoseNeeding("task", task_id, ReasonOf(kTaskLaw, task_id, to));
  }

  // The first of `names`, in the JSON array of a column, that can be waited for no more, as a reason: "gate g1 failed".
  absl::StatusOr<std::string> FirstFailed(const EntityLaw& law, std::string_view names) {
    for (const std::string_view name : NamesIn(names)) {
      GuardInput seen{.rows = rows_};
      ASSIGN_OR_RETURN(const std::optional<EntityState> state, law.find(event_.run_id, name, seen));
      if (state && (state->status == "failed" || state->status == "cancelled")) {
        return ReasonOf(law, name, state->status);
      }
    }
    return "";
  }

  static std::string ReasonOf(const EntityLaw& law, std::string_view id, std::string_view status) {
    return fmt::format("{} {} {}", &law == &kTaskLaw ? "task" : "gate", id,
                       status == "failed" ? "failed" : "was cancelled");
  }

  // Why a gate of the task's failed it.
  absl::StatusOr<std::string> FailedGateOf(const TaskRow& task) {
    ASSIGN_OR_RETURN(std::string reason, FirstFailed(kTestGateLaw, task.gate_dependencies));
    return reason.empty() ? FirstFailed(kTestGateLaw, task.validation_gates) : reason;
  }

  absl::Status FailIfGateFailed(std::string_view task_id) {
    ASSIGN_OR_RETURN(const TaskRow* const task, rows_.tasks.Find({event_.run_id, task_id}));
    if (task == nullptr) return absl::OkStatus();
    ASSIGN_OR_RETURN(std::string reason, FailedGateOf(*task));
    if (!reason.empty()) Move(kTaskLaw, task_id, "fail", std::move(reason));
    return absl::OkStatus();
  }

  // What comes to wait for something that has failed already waits in vain.
  absl::Status OfWaiting(std::string_view machine, std::string_view id) {
    std::string reason;
    if (machine == "task") {
      ASSIGN_OR_RETURN(const TaskRow* const task, rows_.tasks.Find({event_.run_id, id}));
      ASSIGN_OR_RETURN(reason, FirstFailed(kTaskLaw, task->depends_on));
      if (reason.empty()) {
        ASSIGN_OR_RETURN(reason, FailedGateOf(*task));
      }
    } else if (machine == "test_gate") {
      ASSIGN_OR_RETURN(const TestGateRow* const gate, rows_.test_gates.Find({event_.run_id, id}));
      ASSIGN_OR_RETURN(reason, FirstFailed(kTestGateLaw, gate->depends_on));
    }
    if (!reason.empty()) Move(machine == "task" ? kTaskLaw : kTestGateLaw, id, "dependency_failed", std::move(reason));
    return absl::OkStatus();
  }

  absl::Status OfTestGate(schema::Transitioned::Reader moved) {
    const std::string_view gate_id = View(moved.getEntity());
    if (View(moved.getTo()) == "pending") return OfWaiting("test_gate", gate_id);
    if (View(moved.getTo()) != "failed") return absl::OkStatus();
    return BlockThoseNeeding("test_gate", gate_id, ReasonOf(kTestGateLaw, gate_id, "failed"));
  }

  // What waits cannot begin; a task that a gate judges has failed with it.
  absl::Status BlockThoseNeeding(std::string_view needs_type, std::string_view needs, const std::string& reason) {
    ASSIGN_OR_RETURN(const auto dependents, rows_.EntitiesNeeding(event_.run_id, needs_type, needs));
    for (const Rows::Dependent& dependent : dependents) {
      const bool is_task = dependent.entity_type == "task";
      Move(is_task ? kTaskLaw : kTestGateLaw, dependent.entity_id, "dependency_failed", reason);
      if (!is_task || needs_type != "test_gate") continue;
      ASSIGN_OR_RETURN(const TaskRow* const task, rows_.tasks.Find({event_.run_id, dependent.entity_id}));
      if (task != nullptr && task->status == "validating") Move(kTaskLaw, dependent.entity_id, "fail", reason);
    }
    return absl::OkStatus();
  }

  absl::Status OfPatch(schema::Transitioned::Reader moved) {
    if (View(moved.getTo()) != "validating") return absl::OkStatus();
    const std::string_view patch_id = View(moved.getEntity());
    ASSIGN_OR_RETURN(const PatchRow* const patch, rows_.patches.Find({event_.run_id, patch_id}));
    if (patch == nullptr || !patch->format_fault) return absl::OkStatus();
    Move(kPatchLaw, patch_id, "quarantine", fmt::format("no {}: {}", patch->format, *patch->format_fault));
    return absl::OkStatus();
  }

  // How it stands follows from what it holds.
  absl::Status OfWorker(std::string_view worker_id) {
    ASSIGN_OR_RETURN(const WorkerRow* const worker, rows_.workers.Find({worker_id}));
    if (worker == nullptr) return absl::OkStatus();
    if (worker->status == "idle" && worker->current_load > 0) Move(kWorkerLaw, worker_id, "assign", "it holds tasks");
    return absl::OkStatus();
  }

  absl::Status OfAmended(schema::Amended::Reader amended) {
    const std::string_view entity = View(amended.getEntity());
    if (amended.hasWorker() && amended.getWorker().getClaim() == schema::Claim::RELEASED) {
      ASSIGN_OR_RETURN(const WorkerRow* const worker, rows_.workers.Find({entity}));
      if (worker == nullptr || worker->current_load > 0) return absl::OkStatus();
      if (worker->status == "busy") Move(kWorkerLaw, entity, "release", "");
      if (worker->status == "draining") Move(kWorkerLaw, entity, "drained", "it holds no task any more");
    }
    if (amended.hasCircuitBreaker()) {
      ASSIGN_OR_RETURN(const CircuitBreakerRow* const breaker, rows_.circuit_breakers.Find({entity}));
      if (breaker == nullptr) return absl::OkStatus();
      const bool failed = breaker->failures > 0;
      const std::string times = fmt::format("{} {} in a row", failed ? breaker->failures : breaker->successes,
                                            failed ? "failure(s)" : "success(es)");
      if (breaker->status == "closed" && breaker->failures >= breaker->failure_threshold) {
        Move(kCircuitBreakerLaw, entity, "failures_reached", times);
      } else if (breaker->status == "half_open") {
        if (failed) {
          Move(kCircuitBreakerLaw, entity, "failed_again", times);
        } else if (breaker->successes >= breaker->success_threshold) {
          Move(kCircuitBreakerLaw, entity, "successes_reached", times);
        }
      }
    }
    return absl::OkStatus();
  }

  const FoldedEvent& event_;
  Rows& rows_;
  std::vector<Consequence>& out_;
};

}  // namespace

absl::Status FindConsequences(const FoldedEvent& event, Rows& rows, std::vector<Consequence>& out) {
  if (IsSabotaged("nothing_follows_from_events")) return absl::OkStatus();
  return Finder(event, rows, out).Find();
}

absl::Status Settle(const DecisionInput& input,
                    absl::FunctionRef<absl::StatusOr<FoldedEvent>(EventDraft& draft)> place) {
  std::vector<Consequence> waiting;  // no deque, which takes memory although nearly always nothing follows
  size_t first_waiting = 0;
  Drafts& drafts = input.drafts;
  while (true) {
    for (size_t i = 0; i < drafts.size(); ++i) {
      ASSIGN_OR_RETURN(const FoldedEvent event, place(drafts[i]));
      RETURN_IF_ERROR(Fold(event, input.rows));
      RETURN_IF_ERROR(FindConsequences(event, input.rows, waiting));
    }
    drafts.Clear();
    if (first_waiting == waiting.size()) return absl::OkStatus();
    const Consequence next = std::move(waiting[first_waiting++]);
    RETURN_IF_ERROR(next.decide({.command = input.command,
                                 .run_id = next.run_id,
                                 .new_id = {},
                                 .now = input.now,
                                 .rows = input.rows,
                                 .machines = input.machines,
                                 .drafts = drafts}));
    for (size_t i = 0; i < drafts.size(); ++i) drafts[i].cause = next.cause;
  }
}

}  // namespace annals
