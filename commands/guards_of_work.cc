// Guards of tasks, gates and workers.
#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "commands/claim.h"
#include "commands/guard_functions.h"
#include "eventstore/event_codec.h"
#include "schemas/message_text.h"
#include "schemas/sabotage.h"
#include "schemas/status.h"

namespace annals {

Timestamp SecondMissedHeartbeat(const WorkerRow& worker, Timestamp heard_of) {
  return {heard_of.micros + 2 * worker.heartbeat_sec * 1'000'000};
}

std::string WhyFull(const WorkerRow& worker) {
  if (worker.current_load < worker.max_concurrent_tasks) return "";
  return fmt::format("worker {} holds {} task(s), as many as it may", worker.worker_id, worker.current_load);
}

namespace guards {

namespace {

constexpr int64_t kSecond = 1'000'000;

// Those of `names` in `rows` that are not in state `wanted`, as a guard says it.
template <class RowStruct>
absl::StatusOr<std::string> NotYet(RowCache<RowStruct>& rows, std::string_view run_id, std::string_view json_array,
                                   std::string_view wanted) {
  std::vector<std::string> waiting;
  for (const std::string_view name : NamesIn(json_array)) {
    ASSIGN_OR_RETURN(const RowStruct* const needed, rows.Find({run_id, name}));
    if (needed == nullptr || needed->status != wanted) {
      waiting.push_back(fmt::format("{} is {}", name, needed == nullptr ? "gone" : needed->status));
    }
  }
  return waiting.empty() ? "" : ListedBriefly(waiting);
}

std::string After(std::string_view words, std::string listed) {
  return listed.empty() ? listed : fmt::format("{}: {}", words, listed);
}

}  // namespace

absl::StatusOr<std::string> TaskDependenciesDone(const GuardInput& input) {
  ASSIGN_OR_RETURN(std::string waiting,
                   NotYet(input.rows.tasks, input.task->run_id, input.task->depends_on, "completed"));
  return After("it depends on tasks that are not completed", std::move(waiting));
}

absl::StatusOr<std::string> GateDependenciesPassed(const GuardInput& input) {
  ASSIGN_OR_RETURN(std::string waiting,
                   NotYet(input.rows.test_gates, input.task->run_id, input.task->gate_dependencies, "passed"));
  return After("it depends on gates that did not pass", std::move(waiting));
}

absl::StatusOr<std::string> GatesPassed(const GuardInput& input) {
  ASSIGN_OR_RETURN(std::string objection, GateDependenciesPassed(input));
  if (!objection.empty()) return objection;
  ASSIGN_OR_RETURN(std::string waiting,
                   NotYet(input.rows.test_gates, input.task->run_id, input.task->validation_gates, "passed"));
  return After("gates that judge it did not pass", std::move(waiting));
}

absl::StatusOr<std::string> GatesBeforePassed(const GuardInput& input) {
  ASSIGN_OR_RETURN(std::string waiting,
                   NotYet(input.rows.test_gates, input.test_gate->run_id, input.test_gate->depends_on, "passed"));
  return After("it depends on gates that did not pass", std::move(waiting));
}

absl::StatusOr<std::string> WorkerNamed(const GuardInput& input) {
  return input.moved.getTask().hasWorkerId() ? "" : "no worker is named who takes it";
}

absl::StatusOr<std::string> WorkerIsFree(const GuardInput& input) {
  // Where the rows of workers are not at hand, as where a run's stream is judged alone, who decided had them.
  ASSIGN_OR_RETURN(const WorkerRow* const worker, input.rows.workers.Find({View(input.moved.getTask().getWorkerId())}));
  if (worker == nullptr) return "";
  if (worker->status != "idle" && worker->status != "busy") {
    return fmt::format("worker {} is {} and takes no task", worker->worker_id, worker->status);
  }
  return WhyFull(*worker);
}

absl::StatusOr<std::string> ClaimIsCurrent(const GuardInput& input) {
  const auto claim = input.moved.getTask();
  if (input.to != "running") return AgainstClaim(KeptClaim(claim.getEpoch(), View(claim.getWorkerId())), *input.task);
  // Who takes it has no claim yet: the event says the epoch after the one that was stated.
  return AgainstClaim(KeptClaim(claim.getEpoch() > 0 ? claim.getEpoch() - 1 : 0), *input.task);
}

absl::StatusOr<std::string> RetriesLeft(const GuardInput& input) {
  if (input.task->retry_count < input.task->max_retries) return "";
  return fmt::format("it was retried {} times of at most {}", input.task->retry_count, input.task->max_retries);
}

absl::StatusOr<std::string> RetryIsDue(const GuardInput& input) {
  const TaskRow& task = *input.task;
  if (!task.retry_at || IsOver(task.updated_at, *task.retry_at, input.now)) return "";
  return fmt::format("its time has not come: {} seconds are left, until {}",
                     (task.retry_at->micros - input.now.micros + kSecond - 1) / kSecond,
                     FormatTimestamp(*task.retry_at));
}

absl::StatusOr<std::string> HoldsTask(const GuardInput& input) {
  if (input.worker->current_load > 0 || input.moved.getWorker().getClaim() == schema::Claim::TAKEN) return "";
  return "it holds no task";
}

absl::StatusOr<std::string> LeaseRanOut(const GuardInput& input) {
  // As the event says, which is what its lease said when it was judged: leases have no past.
  const int64_t heard_of = input.moved.getWorker().getLastHeartbeat();
  const WorkerRow& worker = *input.worker;
  const Timestamp since = heard_of != 0 ? Timestamp{heard_of} : worker.created_at;
  const Timestamp over = SecondMissedHeartbeat(worker, since);
  if (IsOver(since, over, input.now) || IsSabotaged("leases_run_out_at_once")) return "";
  return fmt::format("two heartbeats of it are missing only at {}, in {} seconds", FormatTimestamp(over),
                     (over.micros - input.now.micros + kSecond - 1) / kSecond);
}

absl::StatusOr<std::string> HoldsNoTask(const GuardInput& input) {
  if (input.worker->current_load == 0) return "";
  return fmt::format("it holds {} task(s)", input.worker->current_load);
}

}  // namespace guards
}  // namespace annals
