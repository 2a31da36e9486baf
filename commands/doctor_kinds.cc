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
     "",
     LookAtRunThatMustFail},
    {{"run.pending", "run", kWarning, 24h, "created, never started, and nothing is recorded of it"},
     "pending",
     LookAtQuietRun},
    {{"run.running", "run", kError, 4h, "running, but nothing is recorded of it"}, "running", LookAtQuietRun},
    {{"run.paused", "run", kWarning, 24h, "paused, and nothing is recorded of it"}, "paused", LookAtQuietRun},
    {{"run.can_end", "run", kWarning, 5min, "every workstream has ended, the run has not"},
     "running",
     LookAtRunThatMayEnd},

    {{"workstream.needs_met", "workstream", kWarning, 5min, "pending, though all it depends on is done"},
     "pending",
     LookAtNeedsMet},
    {{"workstream.pending", "workstream", kWarning, 24h, "waits for what it depends on"}, "pending", LookAtWaiting},
    {{"workstream.ready", "workstream", kWarning, 1h, "ready, and nobody begins"}, "ready", LookAtReady},
    {{"workstream.editing", "workstream", kError, 4h, "in this state for too long"}, "editing", LookAtWork},
    {{"workstream.static_check", "workstream", kError, 1h, "in this state for too long"}, "static_check", LookAtWork},
    {{"workstream.fixing", "workstream", kError, 4h, "in this state for too long"}, "fixing", LookAtWork},
    {{"workstream.runtime_check", "workstream", kError, 2h, "in this state for too long"}, "runtime_check", LookAtWork},
    {{"workstream.paused", "workstream", kWarning, 24h, "paused, while its run goes on"}, "paused", LookAtPaused},
    {{"workstream.blocked", "workstream", kWarning, 0s, "blocked: it waits for an operator"}, "blocked", LookAtBlocked},
    {{"workstream.orphaned", "workstream", kInfo, 0s, "left open by a run that has ended"}, "", LookAtOrphaned},

    {{"attempt.in_progress", "attempt", kError, 2h, "an attempt at a step that does not finish"},
     "in_progress",
     LookAtAttempt},
};

}  // namespace

absl::Span<const KindRow> AllKinds() {
  return kKinds;
}

}  // namespace annals::doctor
