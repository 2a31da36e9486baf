// Tasks: taken by a worker under an epoch that counts the claims, given back, judged by their gates.
#include <algorithm>

#include <fmt/format.h>

#include "commands/claim.h"
#include "commands/conditions.h"
#include "commands/decision.h"
#include "commands/entity_law.h"
#include "eventstore/event_codec.h"
#include "schemas/status.h"

namespace annals {
namespace {

constexpr uint32_t kUsualRetries = 3;
constexpr uint32_t kUsualTimeoutSec = 1800;

absl::StatusOr<std::string> Check(std::string_view run_id, schema::Created::Reader created, Rows& rows) {
  const auto spec = created.getTask();
  RETURN_IF_ERROR(CheckNeeds(kTaskLaw, View(created.getEntity()),
                             {{"depends_on", kTaskLaw, spec.getDependsOn()},
                              {"gate_dependencies", kTestGateLaw, spec.getGateDependencies()},
                              {"validation_gates", kTestGateLaw, spec.getValidationGates()}},
                             run_id, rows));
  return "";
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

// What not even an override may do: give a task to a worker that is gone, or holds as many as it may.
absl::StatusOr<std::string> AgainstOverride(std::string_view worker_id, Rows& rows) {
  ASSIGN_OR_RETURN(const WorkerRow* const worker, rows.workers.Find({worker_id}));
  if (worker->IsFinal()) return fmt::format("worker {} is {} and takes no task", worker_id, worker->status);
  return WhyFull(*worker);
}

absl::StatusOr<std::string> Carry(const DecisionInput& input, bool by_engine, const GuardInput& seen,
                                  std::string_view to, schema::Transitioned::Builder moved, EventDraft&) {
  const TaskRow& task = *seen.task;
  const auto body = by_engine ? schema::TransitionTask::Reader() : input.command.getBody().getTransitionTask();
  // An override takes the task from whoever holds it, whatever claim it names.
  const StatedClaim stated = input.command.hasOverride() ? StatedClaim() : ClaimIn(body);
  const uint32_t epoch = stated.epoch ? EpochToKeep(stated) : static_cast<uint32_t>(task.epoch);
  if (to == "running") {
    auto claim = moved.initTask();
    claim.setEpoch(epoch + 1);
    if (!body.hasWorkerId()) return "";
    claim.setWorkerId(body.getWorkerId());
    return input.command.hasOverride() ? AgainstOverride(View(body.getWorkerId()), input.rows) : "";
  }
  // Nobody ever held it. An operator may have it tried again all the same, and then it waits like any other.
  if (task.epoch == 0 && stated.IsEmpty() && to != "retrying") return "";
  auto claim = moved.initTask();
  if (!stated.worker_id.empty()) {
    claim.setWorkerId(AsText(stated.worker_id));
  } else if (task.worker_id) {
    claim.setWorkerId(AsText(*task.worker_id));
  }
  // Where nobody holds it, a worker shows by the epoch that the claim was its own.
  if (stated.worker_id.empty() || stated.epoch || task.worker_id) claim.setEpoch(epoch);
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
  RETURN_IF_ERROR(CheckClaim(ClaimIn(move), input.rows));
  return MoveEntity(kTaskLaw, EntityCommandOf(move, move.getTaskId()), input);
}

}  // namespace annals
