#include "commands/guards.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "commands/claim.h"
#include "eventstore/event_codec.h"
#include "eventstore/event_content.h"
#include "eventstore/patch_statement.h"
#include "schemas/message_text.h"
#include "schemas/status.h"

namespace annals {
namespace {

constexpr int64_t kSecond = 1'000'000;

absl::StatusOr<std::string> AllWorkstreamsDone(const GuardInput& input) {
  const RunRow& run = *input.run;
  if (run.ws_done == run.ws_total) return "";
  return fmt::format("{} of {} workstreams are done", run.ws_done, run.ws_total);
}

absl::StatusOr<std::string> AllWorkstreamsTerminal(const GuardInput& input) {
  const RunRow& run = *input.run;
  if (run.ws_terminal == run.ws_total) return "";
  return fmt::format("{} of {} workstreams have ended", run.ws_terminal, run.ws_total);
}

absl::StatusOr<std::string> SomeDoneSomeNot(const GuardInput& input) {
  const RunRow& run = *input.run;
  if (run.ws_done > 0 && run.ws_done < run.ws_total) return "";
  return fmt::format("{} of {} workstreams are done; a partial run has at least one done and one not{}", run.ws_done,
                     run.ws_total, run.ws_done == run.ws_total ? ", this one may be completed" : "");
}

absl::StatusOr<std::string> NoCriticalFailed(const GuardInput& input) {
  if (input.run->ws_critical_failed == 0) return "";
  return fmt::format("{} critical workstream(s) failed, so the run may only fail", input.run->ws_critical_failed);
}

absl::StatusOr<std::string> DependenciesDone(const GuardInput& input) {
  std::vector<std::string> waiting;
  for (const std::string_view name : NamesIn(input.workstream->depends_on)) {
    ASSIGN_OR_RETURN(const WorkstreamRow* const needed, input.rows.Workstream(input.run->run_id, name));
    if (needed == nullptr || needed->status != "done") {
      waiting.push_back(fmt::format("{} is {}", name, needed == nullptr ? "gone" : needed->status));
    }
  }
  return waiting.empty() ? "" : fmt::format("it depends on what is not done: {}", ListedBriefly(waiting));
}

absl::StatusOr<std::string> RunIsRunning(const GuardInput& input) {
  if (input.run->status == "running") return "";
  return fmt::format("run {} is {}", input.run->run_id, input.run->status);
}

absl::StatusOr<std::string> WorkstreamIsOpen(const GuardInput& input) {
  const std::string& run_id = input.task != nullptr ? input.task->run_id : input.test_gate->run_id;
  const std::string* ws_id = nullptr;
  if (input.task != nullptr) {
    ws_id = &input.task->ws_id;
  } else if (input.test_gate->ws_id) {
    ws_id = &*input.test_gate->ws_id;
  }
  if (ws_id == nullptr) return "";  // a gate of the run
  ASSIGN_OR_RETURN(const WorkstreamRow* const workstream, input.rows.Workstream(run_id, *ws_id));
  if (workstream == nullptr || !workstream->IsFinal()) return "";
  return fmt::format("workstream {} is {}, and nothing begins in it", *ws_id, workstream->status);
}

absl::StatusOr<std::string> ReturnsToPausedState(const GuardInput& input) {
  const std::string paused_from = input.workstream->paused_from.value_or("");
  if (input.to == paused_from) return "";
  return fmt::format("it was paused in {} and resumes only there", paused_from);
}

absl::StatusOr<std::string> NoPatchQuarantined(const GuardInput& input) {
  const WorkstreamRow& workstream = *input.workstream;
  if (workstream.patches_quarantined == 0) return "";
  ASSIGN_OR_RETURN(const std::vector<std::string> patches,
                   input.rows.QuarantinedPatches(workstream.run_id, workstream.ws_id));
  return patches.size() == 1 ? fmt::format("its patch {} is quarantined", patches[0])
                             : fmt::format("its patches {} are quarantined", ListedBriefly(patches));
}

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
  // A clock that stands before the retry was decided on has gone back, and counts as one that ran far enough.
  const TaskRow& task = *input.task;
  if (!task.retry_at || input.now >= *task.retry_at || input.now < task.updated_at) return "";
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
  // A clock that went back counts as one that ran far enough.
  if (input.now >= over || input.now < since) return "";
  return fmt::format("two heartbeats of it are missing only at {}, in {} seconds", FormatTimestamp(over),
                     (over.micros - input.now.micros + kSecond - 1) / kSecond);
}

absl::StatusOr<std::string> HoldsNoTask(const GuardInput& input) {
  if (input.worker->current_load == 0) return "";
  return fmt::format("it holds {} task(s)", input.worker->current_load);
}

absl::StatusOr<std::string> PatchChecksPassed(const GuardInput& input) {
  if (!input.patch->format_passed) {
    return fmt::format("its diff is no {}: {}", input.patch->format, input.patch->format_fault.value_or(""));
  }
  const PatchStatement stated = StatementIn(input.moved, input.patch->status);
  if (!stated.scope_passed) return "nobody says that its scope passed";
  if (!*stated.scope_passed) return "it changes what it may not change";
  if (!stated.constraints_passed) return "nobody says that its constraints passed";
  if (!*stated.constraints_passed) return "it does not keep the constraints";
  return "";
}

absl::StatusOr<std::string> TestsPassed(const GuardInput& input) {
  const PatchStatement stated = StatementIn(input.moved, input.patch->status);
  if (!stated.tests_passed) return "nobody says that the tests passed with it";
  return *stated.tests_passed ? "" : "the tests did not pass with it";
}

// What is known of the breaker when a patch is judged. Nothing of a move in a log of before breakers were recorded.
absl::StatusOr<std::optional<std::string>> BreakerFor(const GuardInput& input) {
  if (input.moved.getPatch().hasBreaker()) return std::string(View(input.moved.getPatch().getBreaker()));
  if (input.is_recorded) return std::nullopt;
  ASSIGN_OR_RETURN(std::string seen, BreakerSeen(*input.patch, input.rows));
  return seen;
}

absl::StatusOr<std::string> BreakerIsClosed(const GuardInput& input) {
  ASSIGN_OR_RETURN(const std::optional<std::string> seen, BreakerFor(input));
  if (seen != "open") return "";
  const std::string& tool = *input.patch->tool;
  ASSIGN_OR_RETURN(const CircuitBreakerRow* const breaker, input.rows.circuit_breakers.Find({tool}));
  if (breaker == nullptr) return fmt::format("the circuit breaker of {} is open", tool);
  const int64_t left = CooldownSecondsLeft(*breaker, input.now);
  if (left > 0) return fmt::format("the circuit breaker of {} is open, for {} seconds more", tool, left);
  return fmt::format("the circuit breaker of {0} is open; its cooldown is over: annals breaker probe {0}", tool);
}

absl::StatusOr<std::string> BreakerIsOpen(const GuardInput& input) {
  ASSIGN_OR_RETURN(const std::optional<std::string> seen, BreakerFor(input));
  if (!seen || seen == "open") return "";
  if (seen->empty()) return "it names no tool, whose circuit breaker could hold it up";
  return fmt::format("the circuit breaker of {} is {}", *input.patch->tool, *seen);
}

absl::StatusOr<std::string> ReasonRequired(const GuardInput& input) {
  return input.reason.empty() ? "no reason is given" : "";
}

absl::StatusOr<std::string> OperatorRequired(const GuardInput& input) {
  return input.operator_name.empty() ? "nobody is named who answers for it" : "";
}

absl::StatusOr<std::string> FailuresReached(const GuardInput& input) {
  const CircuitBreakerRow& breaker = *input.circuit_breaker;
  if (breaker.failures >= breaker.failure_threshold) return "";
  return fmt::format("it failed {} times in a row, {} are needed", breaker.failures, breaker.failure_threshold);
}

absl::StatusOr<std::string> HasFailedAgain(const GuardInput& input) {
  return input.circuit_breaker->failures > 0 ? "" : "it has not failed since it is tried again";
}

absl::StatusOr<std::string> SuccessesReached(const GuardInput& input) {
  const CircuitBreakerRow& breaker = *input.circuit_breaker;
  if (breaker.successes >= breaker.success_threshold) return "";
  return fmt::format("it succeeded {} times in a row, {} are needed", breaker.successes, breaker.success_threshold);
}

absl::StatusOr<std::string> CooldownElapsed(const GuardInput& input) {
  const int64_t left = CooldownSecondsLeft(*input.circuit_breaker, input.now);
  return left == 0 ? "" : fmt::format("{} seconds of its cooldown are left", left);
}

absl::StatusOr<std::string> PlanGiven(const GuardInput& input) {
  return input.moved.getRequest().getDocument() == schema::Document::PLAN ? "" : "there is no plan to be approved";
}

absl::StatusOr<std::string> ImplementationGiven(const GuardInput& input) {
  if (input.moved.getRequest().getDocument() == schema::Document::IMPLEMENTATION) return "";
  return "there is no implementation to be approved";
}

absl::StatusOr<std::string> DigestIsCurrent(const GuardInput& input) {
  const RequestRow& request = *input.request;
  const bool is_plan = request.status == "plan_awaiting_approval";
  const std::string_view what = is_plan ? "plan" : "implementation";
  const std::string current = (is_plan ? request.plan_digest : request.implementation_digest).value_or("");
  const std::string_view named = View(input.moved.getRequest().getDigest());
  if (current.empty()) return fmt::format("there is no {} to be approved; annals request revise gives one", what);
  // What stood there when it was approved may be gone today.
  if (!input.is_recorded && IsRedacted((is_plan ? request.plan : request.implementation).value_or(""))) {
    return fmt::format("the {0} was redacted, and nobody can see what is approved; annals request revise gives another",
                       what);
  }
  if (named.empty()) return "no digest says what is approved";
  if (named == current) return "";
  return fmt::format("what waits for approval is not what that digest is of; look at it again: annals request show {}",
                     request.request_id);
}

constexpr std::string_view kRun[] = {"run"};
constexpr std::string_view kInRun[] = {"run", "workstream", "task", "patch", "test_gate"};
constexpr std::string_view kWorkstream[] = {"workstream"};
constexpr std::string_view kInWorkstream[] = {"task", "test_gate"};
constexpr std::string_view kTask[] = {"task"};
constexpr std::string_view kWorker[] = {"worker"};
constexpr std::string_view kPatch[] = {"patch"};
constexpr std::string_view kTestGate[] = {"test_gate"};
constexpr std::string_view kCircuitBreaker[] = {"circuit_breaker"};
constexpr std::string_view kRequest[] = {"request"};

constexpr Guard kGuards[] = {
    {"all_workstreams_done", "every workstream of the run is done (none at all is fine)", AllWorkstreamsDone, kRun},
    {"all_workstreams_terminal", "every workstream of the run has ended", AllWorkstreamsTerminal, kRun},
    {"some_done_some_not", "at least one workstream is done and at least one is not", SomeDoneSomeNot, kRun},
    {"no_critical_failed", "no critical workstream of the run failed", NoCriticalFailed, kRun},
    {"run_is_running", "its run is running", RunIsRunning, kInRun},
    {"workstream_is_open", "its workstream has not ended", WorkstreamIsOpen, kInWorkstream},
    {"dependencies_done", "every workstream it depends on is done", DependenciesDone, kWorkstream},
    {"no_patch_quarantined", "no patch of it is quarantined", NoPatchQuarantined, kWorkstream},
    {"returns_to_paused_state", "it goes back to the state it was paused in", ReturnsToPausedState, kWorkstream},
    {"task_dependencies_done", "every task it depends on is completed", TaskDependenciesDone, kTask},
    {"gate_dependencies_passed", "every gate it depends on passed", GateDependenciesPassed, kTask},
    {"gates_passed", "every gate it depends on or is judged by passed", GatesPassed, kTask},
    {"worker_named", "the worker who takes it is named", WorkerNamed, kTask},
    {"worker_is_free", "the worker who takes it is idle or busy, and holds fewer tasks than it may", WorkerIsFree,
     kTask},
    {"claim_is_current", "the claim under which it is said, where one is stated, is that of the task now",
     ClaimIsCurrent, kTask},
    {"retries_left", "it was retried less often than it may be", RetriesLeft, kTask},
    {"retry_is_due", "the time of its next try has come", RetryIsDue, kTask},
    {"holds_task", "it holds a task", HoldsTask, kWorker},
    {"lease_ran_out", "it was not heard of for two heartbeats", LeaseRanOut, kWorker},
    {"holds_no_task", "it holds no task any more", HoldsNoTask, kWorker},
    {"patch_checks_passed", "the diff is in its format, and it is stated that scope and constraints passed",
     PatchChecksPassed, kPatch},
    {"tests_passed", "it is stated that the tests passed with it", TestsPassed, kPatch},
    {"breaker_closed", "the circuit breaker of its tool is not open", BreakerIsClosed, kPatch},
    {"breaker_open", "the circuit breaker of its tool is open", BreakerIsOpen, kPatch},
    {"gates_before_passed", "every gate it depends on passed", GatesBeforePassed, kTestGate},
    {"failures_reached", "it failed as often in a row as it may", FailuresReached, kCircuitBreaker},
    {"has_failed_again", "it failed since it is tried again", HasFailedAgain, kCircuitBreaker},
    {"successes_reached", "it succeeded often enough since it is tried again", SuccessesReached, kCircuitBreaker},
    {"cooldown_elapsed", "its cooldown is over", CooldownElapsed, kCircuitBreaker},
    {"plan_given", "a plan comes with it", PlanGiven, kRequest},
    {"implementation_given", "an implementation comes with it", ImplementationGiven, kRequest},
    {"digest_is_current", "it names the digest of exactly what waits for approval", DigestIsCurrent, kRequest},
    {"reason_required", "a reason is given", ReasonRequired, {}},
    {"operator_required", "somebody is named who answers for it", OperatorRequired, {}},
};

}  // namespace

bool Guard::MayGuard(std::string_view machine) const {
  return machines.empty() || std::ranges::find(machines, machine) != machines.end();
}

bool IsGuard(std::string_view name) {
  return std::ranges::any_of(kGuards, [&](const Guard& guard) { return guard.name == name; });
}

absl::StatusOr<const Guard*> FindGuard(std::string_view name) {
  for (const Guard& guard : kGuards) {
    if (guard.name == name) return &guard;
  }
  std::vector<std::string_view> names;
  for (const Guard& guard : kGuards) names.push_back(guard.name);
  return absl::InvalidArgumentError(fmt::format("{} is no guard; {}", Quoted(name), SuggestName(name, names)));
}

std::vector<std::string_view> GuardsOfCommands() {
  std::vector<std::string_view> names;
  for (const Guard& guard : kGuards) {
    if (guard.machines.empty()) names.push_back(guard.name);
  }
  return names;
}

std::vector<std::string_view> NamesIn(std::string_view json_array) {
  std::vector<std::string_view> names;  // identifiers stand in quotes, and nothing in them is escaped
  size_t at = 0;
  while ((at = json_array.find('"', at)) != std::string_view::npos) {
    const size_t end = json_array.find('"', at + 1);
    names.push_back(json_array.substr(at + 1, end - at - 1));
    at = end + 1;
  }
  return names;
}

Timestamp SecondMissedHeartbeat(const WorkerRow& worker, Timestamp heard_of) {
  return {heard_of.micros + 2 * worker.heartbeat_sec * kSecond};
}

std::string WhyFull(const WorkerRow& worker) {
  if (worker.current_load < worker.max_concurrent_tasks) return "";
  return fmt::format("worker {} holds {} task(s), as many as it may", worker.worker_id, worker.current_load);
}

absl::StatusOr<std::string> BreakerSeen(const PatchRow& patch, Rows& rows) {
  if (!patch.tool) return "";
  ASSIGN_OR_RETURN(const CircuitBreakerRow* const breaker, rows.circuit_breakers.Find({*patch.tool}));
  return breaker == nullptr ? std::string("closed") : breaker->status;
}

int64_t CooldownSecondsLeft(const CircuitBreakerRow& breaker, Timestamp now) {
  if (!breaker.opened_at || now < *breaker.opened_at) return 0;
  const int64_t left = breaker.opened_at->micros + breaker.cooldown_seconds * kSecond - now.micros;
  return left <= 0 ? 0 : (left + kSecond - 1) / kSecond;
}

}  // namespace annals
