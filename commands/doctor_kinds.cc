#include "commands/doctor_kinds.h"

namespace annals::doctor {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""s;

constexpr auto kInfo = schema::Severity::INFO;
constexpr auto kWarning = schema::Severity::WARNING;
constexpr auto kError = schema::Severity::ERROR;
constexpr auto kCritical = schema::Severity::CRITICAL;

constexpr KindRow kKinds[] = {
    {{"run.critical_failed", "run", kCritical, 0s, "a critical workstream failed, so the run can only fail"},
     {},
     LookAtRunThatMustFail},
    {{"run.pending", "run", kWarning, 24h, "created, never started, and nothing is recorded of it"},
     {"pending"},
     LookAtQuietRun},
    {{"run.running", "run", kError, 4h, "running, but nothing is recorded of it"}, {"running"}, LookAtQuietRun},
    {{"run.paused", "run", kWarning, 24h, "paused, and nothing is recorded of it"}, {"paused"}, LookAtQuietRun},
    {{"run.can_end", "run", kWarning, 5min, "every workstream has ended, the run has not"},
     {"running"},
     LookAtRunThatMayEnd},

    {{"workstream.needs_met", "workstream", kWarning, 5min, "pending, though all it depends on is done"},
     {"pending"},
     LookAtNeedsMet},
    {{"workstream.pending", "workstream", kWarning, 24h, "waits for what it depends on"}, {"pending"}, LookAtWaiting},
    {{"workstream.ready", "workstream", kWarning, 1h, "ready, and nobody begins"}, {"ready"}, LookAtReady},
    {{"workstream.editing", "workstream", kError, 4h, "in this state for too long"}, {"editing"}, LookAtWork},
    {{"workstream.static_check", "workstream", kError, 1h, "in this state for too long"}, {"static_check"}, LookAtWork},
    {{"workstream.fixing", "workstream", kError, 4h, "in this state for too long"}, {"fixing"}, LookAtWork},
    {{"workstream.runtime_check", "workstream", kError, 2h, "in this state for too long"},
     {"runtime_check"},
     LookAtWork},
    {{"workstream.paused", "workstream", kWarning, 24h, "paused, while its run goes on"}, {"paused"}, LookAtPaused},
    {{"workstream.blocked", "workstream", kWarning, 0s, "blocked: it waits for an operator"},
     {"blocked"},
     LookAtBlocked},
    {{"workstream.orphaned", "workstream", kInfo, 0s, "left open by a run that has ended"}, {}, LookAtOrphaned},

    {{"attempt.in_progress", "attempt", kError, 2h, "an attempt at a step that does not finish"},
     {"in_progress"},
     LookAtAttempt},

    {{"task.worker_lost", "task", kError, 0s, "running, but its worker is gone or not heard of"},
     {"running"},
     LookAtTaskWithoutWorker},
    {{"task.running", "task", kError, 0s, "running for longer than its timeout, by this much"},
     {"running"},
     LookAtTaskOverTime},
    {{"task.needs_met", "task", kWarning, 5min, "pending, though all it depends on is done"},
     {"pending"},
     LookAtTaskWhoseNeedsAreMet},
    {{"task.pending", "task", kWarning, 24h, "waits for what it depends on"}, {"pending"}, LookAtPendingTask},
    {{"task.queued", "task", kWarning, 1h, "no worker takes it"}, {"queued"}, LookAtQueuedTask},
    {{"task.blocked", "task", kWarning, 0s, "blocked: it waits for an operator"}, {"blocked"}, LookAtBlockedTask},
    {{"task.validating", "task", kWarning, 1h, "done by its worker, and not judged"},
     {"validating"},
     LookAtValidatingTask},
    {{"task.retry_due", "task", kWarning, 0s, "the time of its next try has come"}, {"retrying"}, LookAtRetry},

    {{"test_gate.running", "test_gate", kError, 0s, "running for longer than its timeout, by this much"},
     {"running"},
     LookAtGateOverTime},
    {{"test_gate.blocked", "test_gate", kWarning, 0s, "blocked: it waits for an operator"},
     {"blocked"},
     LookAtBlockedGate},
    {{"patch.quarantined", "patch", kError, 0s, "not trusted: its workstream passes no check"},
     {"quarantined"},
     LookAtPatch},
    {{"patch.blocked", "patch", kWarning, 1h, "held up by a circuit breaker"}, {"blocked"}, LookAtPatch},

    {{"worker.silent", "worker", kError, 0s, "not heard of for two heartbeats, for so long"},
     {"idle", "busy", "draining"},
     LookAtSilentWorker},
    {{"worker.unresponsive", "worker", kError, 10min, "given up, and not heard of again"},
     {"unresponsive"},
     LookAtLingeringWorker},
    {{"worker.draining", "worker", kWarning, 1h, "asked to stop, and does not"}, {"draining"}, LookAtLingeringWorker},
    {{"worker.initializing", "worker", kWarning, 10min, "registered, and does not begin"},
     {"initializing"},
     LookAtLingeringWorker},

    {{"circuit_breaker.open", "circuit_breaker", kWarning, 0s, "a tool is not used for a while"},
     {"open"},
     LookAtOpenBreaker},
    {{"circuit_breaker.cooldown_over", "circuit_breaker", kWarning, 0s, "a tool could be tried again"},
     {"open"},
     LookAtBreakerToTryAgain},
    {{"circuit_breaker.half_open", "circuit_breaker", kWarning, 1h, "nobody tries the tool again"},
     {"half_open"},
     LookAtHalfOpenBreaker},

    {{"request.plan_awaiting_approval", "request", kInfo, 0s, "a person has to approve a plan"},
     {"plan_awaiting_approval"},
     LookAtApproval},
    {{"request.implementation_awaiting_approval", "request", kInfo, 0s, "a person has to approve what was made"},
     {"implementation_awaiting_approval"},
     LookAtApproval},
    {{"request.pending", "request", kWarning, 24h, "asked for, and nobody begins"}, {"pending"}, LookAtRequest},
    {{"request.planning", "request", kWarning, 4h, "nobody moves it on"}, {"planning"}, LookAtRequest},
    {{"request.plan_approved", "request", kWarning, 1h, "nobody moves it on"}, {"plan_approved"}, LookAtRequest},
    {{"request.plan_rejected", "request", kWarning, 1h, "nobody moves it on"}, {"plan_rejected"}, LookAtRequest},
    {{"request.implementing", "request", kWarning, 24h, "nobody moves it on"}, {"implementing"}, LookAtRequest},
    {{"request.implementation_approved", "request", kWarning, 1h, "nobody moves it on"},
     {"implementation_approved"},
     LookAtRequest},
    {{"request.implementation_rejected", "request", kWarning, 1h, "nobody moves it on"},
     {"implementation_rejected"},
     LookAtRequest},
    {{"request.reviewing", "request", kWarning, 4h, "nobody moves it on"}, {"reviewing"}, LookAtRequest},
    {{"request.verifying", "request", kWarning, 4h, "nobody moves it on"}, {"verifying"}, LookAtRequest},
};

}  // namespace

absl::Span<const KindRow> AllKinds() {
  return kKinds;
}

}  // namespace annals::doctor
