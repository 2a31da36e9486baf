// What the guards of the one table in guards.cc do, by what they look at. Empty when it holds; else what it saw.
#pragma once

#include <string>

#include <absl/status/statusor.h>

#include "commands/guards.h"

namespace annals::guards {

// Runs and workstreams.
absl::StatusOr<std::string> AllWorkstreamsDone(const GuardInput& input);
absl::StatusOr<std::string> AllWorkstreamsTerminal(const GuardInput& input);
absl::StatusOr<std::string> SomeDoneSomeNot(const GuardInput& input);
absl::StatusOr<std::string> NoCriticalFailed(const GuardInput& input);
absl::StatusOr<std::string> DependenciesDone(const GuardInput& input);
absl::StatusOr<std::string> RunIsRunning(const GuardInput& input);
absl::StatusOr<std::string> WorkstreamIsOpen(const GuardInput& input);
absl::StatusOr<std::string> ReturnsToPausedState(const GuardInput& input);
absl::StatusOr<std::string> NoPatchQuarantined(const GuardInput& input);

// Tasks, gates and workers.
absl::StatusOr<std::string> TaskDependenciesDone(const GuardInput& input);
absl::StatusOr<std::string> GateDependenciesPassed(const GuardInput& input);
absl::StatusOr<std::string> GatesPassed(const GuardInput& input);
absl::StatusOr<std::string> GatesBeforePassed(const GuardInput& input);
absl::StatusOr<std::string> WorkerNamed(const GuardInput& input);
absl::StatusOr<std::string> WorkerIsFree(const GuardInput& input);
absl::StatusOr<std::string> ClaimIsCurrent(const GuardInput& input);
absl::StatusOr<std::string> RetriesLeft(const GuardInput& input);
absl::StatusOr<std::string> RetryIsDue(const GuardInput& input);
absl::StatusOr<std::string> HoldsTask(const GuardInput& input);
absl::StatusOr<std::string> LeaseRanOut(const GuardInput& input);
absl::StatusOr<std::string> HoldsNoTask(const GuardInput& input);

// Patches, circuit breakers and requests.
absl::StatusOr<std::string> PatchChecksPassed(const GuardInput& input);
absl::StatusOr<std::string> TestsPassed(const GuardInput& input);
absl::StatusOr<std::string> BreakerIsClosed(const GuardInput& input);
absl::StatusOr<std::string> BreakerIsOpen(const GuardInput& input);
absl::StatusOr<std::string> FailuresReached(const GuardInput& input);
absl::StatusOr<std::string> HasFailedAgain(const GuardInput& input);
absl::StatusOr<std::string> SuccessesReached(const GuardInput& input);
absl::StatusOr<std::string> CooldownElapsed(const GuardInput& input);
absl::StatusOr<std::string> PlanGiven(const GuardInput& input);
absl::StatusOr<std::string> ImplementationGiven(const GuardInput& input);
absl::StatusOr<std::string> DigestIsCurrent(const GuardInput& input);

}  // namespace annals::guards
