// Tasks: taken by a worker under an epoch that counts the claims, given back, judged by their gates.
#include <algorithm>

#include <fmt/format.h>

#include "commands/conditions.h"
#include "commands/decision.h"
#include "commands/entity_law.h"
#include "eventstore/event_codec.h"
#include "schemas/status.h"

namespace annals {
namespace {

constexpr uint32_t kUsualRetries = 3;
constexpr uint32_t kUsualTimeoutSec = 1800;

template <class RowStruct>
absl::Status NeedAll(RowCache<RowStruct>& rows, std::string_view kind, std::string_view run_id,
                     std::string_view task_id, capnp::List<capnp::Text>::Reader names) {
  for (const auto name : names) {
    ASSIGN_OR_RETURN(const RowStruct* const row, rows.Find({run_id, View(name)}));
    if (row != nullptr) continue;
    return absl::NotFoundError(fmt::format("task {} depends on {} {}, which run {} does not have; make that one first",
                                           task_id, kind, View(name), run_id));
  }
  return absl::OkStatus();
}

absl::Status Check(std::string_view run_id, schema::Created::Reader created, Rows& rows) {
  const std::string_view task_id = View(created.getEntity());
  const auto spec = created.getTask();
  RETURN_IF_ERROR(CheckNeeds("task", task_id, "depends_on", spec.getDependsOn()));
  RETURN_IF_ERROR(CheckNeeds("task", {}, "gate_dependencies", spec.getGateDependencies()));
  RETURN_IF_ERROR(CheckNeeds("task", {}, "validation_gates", spec.getValidationGates()));
  RETURN_IF_ERROR(NeedAll(rows.tasks, "task", run_id, task_id, spec.getDependsOn()));
  RETURN_IF_ERROR(NeedAll(rows.test_gates, "gate", run_id, task_id, spec.getGateDependencies()));
  return NeedAll(rows.test_gates, "gate", run_id, task_id, spec.getValidationGates());
}

absl::Status Begin(const DecisionInput& input, schema::Created::Builder created, EventDraft&) {
  const auto body = input.command.getBody().getCreateTask();
  auto spec = created.initTask();
  if (body.getDependsOn().size() > 0) spec.setDependsOn(body.getDependsOn());
  if (body.getGateDependencies().size() > 0) spec.setGateDependencies(body.getGateDependencies());
  if (body.getValidationGates().size() > 0) spec.setValidationGates(body.getValidationGates());
  spec.setIsCritical(body.getIsCritical());
  ASSIGN_OR_RETURN(const uint32_t retries,
                   CountOr(body.hasMaxRetries(), body.getMaxRetries(), kUsualRetries, kMaxTaskRetries, "max_retries"));
  ASSIGN_OR_RETURN(const uint32_t timeout,
                   CountOr(body.hasTimeoutSec(), body.getTimeoutSec(), kUsualTimeoutSec, UINT32_MAX, "timeout_sec"));
  spec.setMaxRetries(retries);
  spec.setTimeoutSec(timeout);
  return absl::OkStatus();
}

// Whether the worker can take one more task: what is against it, or "".
absl::StatusOr<std::string> AgainstWorker(std::string_view worker_id, Rows& rows) {
  ASSIGN_OR_RETURN(const WorkerRow* const worker, rows.workers.Find({worker_id}));
  if (worker == nullptr) {
    return absl::NotFoundError(
        fmt::format("there is no worker {}; annals worker list shows those there are", worker_id));
  }
  if (worker->status != "idle" && worker->status != "busy") {
    return fmt::format("worker {} is {} and takes no task", worker_id, worker->status);
  }
  if (worker->current_load < worker->max_concurrent_tasks) return "";
  return fmt::format("worker {} holds {} task(s), as many as it may", worker_id, worker->current_load);
}

absl::StatusOr<std::string> Carry(const DecisionInput& input, bool by_engine, const GuardInput& seen,
                                  std::string_view to, schema::Transitioned::Builder moved, EventDraft&) {
  const TaskRow& task = *seen.task;
  const auto stated = by_engine ? schema::TransitionTask::Reader() : input.command.getBody().getTransitionTask();
  if (to == "running") {
    auto claim = moved.initTask();
    claim.setEpoch(static_cast<uint32_t>(task.epoch + 1));
    if (!stated.hasWorkerId()) return "";
    claim.setWorkerId(stated.getWorkerId());
    return AgainstWorker(View(stated.getWorkerId()), input.rows);
  }
  // Nobody ever held it. An operator may have it tried again all the same, and then it waits like any other.
  if (task.epoch == 0 && to != "retrying") return "";
  auto claim = moved.initTask();
  // An override takes the task from whoever holds it, whatever claim it names.
  const bool is_judged = !input.command.hasOverride();
  // An epoch that is too large to be one is as wrong as any other that is not the task's.
  claim.setEpoch(is_judged && stated.hasEpoch()
                     ? static_cast<uint32_t>(std::min<int64_t>(stated.getEpoch().getValue(), UINT32_MAX))
                     : static_cast<uint32_t>(task.epoch));
  if (is_judged && stated.hasWorkerId()) {
    claim.setWorkerId(stated.getWorkerId());
  } else if (task.worker_id) {
    claim.setWorkerId(AsText(*task.worker_id));
  }
  if (to == "retrying") claim.setRetryAt(input.now.micros + RetryWaitSeconds(task) * 1'000'000);
  return "";
}

}  // namespace

const EntityLaw kTaskLaw = {.machine = TaskMachine,
                            .stream_prefix = {},
                            .list_command = "annals task list",
                            .find = FindEntity<&Rows::tasks, &GuardInput::task>,
                            .begin = Begin,
                            .check = Check,
                            .carry = Carry};

Decision DecideTask(const DecisionInput& input) {
  const auto body = input.command.getBody();
  if (body.isCreateTask()) {
    return CreateEntity(kTaskLaw, EntityCommandOf(body.getCreateTask(), body.getCreateTask().getTaskId()), input);
  }
  const auto move = body.getTransitionTask();
  return MoveEntity(kTaskLaw, EntityCommandOf(move, move.getTaskId()), input);
}

}  // namespace annals
