#include "commands/guards.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "commands/guard_functions.h"
#include "schemas/message_text.h"
#include "schemas/status.h"

namespace annals {
namespace {

using namespace guards;

absl::StatusOr<std::string> ReasonRequired(const GuardInput& input) {
  return input.reason.empty() ? "no reason is given" : "";
}

absl::StatusOr<std::string> OperatorRequired(const GuardInput& input) {
  return input.operator_name.empty() ? "nobody is named who answers for it" : "";
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

absl::StatusOr<std::string> BreakerSeen(const PatchRow& patch, Rows& rows) {
  if (!patch.tool) return "";
  ASSIGN_OR_RETURN(const CircuitBreakerRow* const breaker, rows.circuit_breakers.Find({*patch.tool}));
  return breaker == nullptr ? std::string("closed") : breaker->status;
}

int64_t CooldownSecondsLeft(const CircuitBreakerRow& breaker, Timestamp now) {
  constexpr int64_t kSecond = 1'000'000;
  if (!breaker.opened_at || now < *breaker.opened_at) return 0;
  const int64_t left = breaker.opened_at->micros + breaker.cooldown_seconds * kSecond - now.micros;
  return left <= 0 ? 0 : (left + kSecond - 1) / kSecond;
}

}  // namespace annals
