// The kinds of finding as a table: a new kind is a row of it and the function it names.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <absl/status/statusor.h>
#include <absl/types/span.h>

#include "commands/doctor.h"
#include "commands/transition.h"
#include "projections/rows.h"

namespace annals::doctor {

// What a look may read. `rows` are attached to `snapshot`.
struct Ward {
  Snapshot& snapshot;
  Rows& rows;
  Timestamp now;
  bool knows_leases;  // the snapshot is of now: leases have no past
};

// What a look saw; whether it is old enough to be told is not its business.
struct Sign {
  Timestamp since;
  std::string detail;
  std::string help;
  Remedy remedy = nullptr;
};
using Seen = absl::StatusOr<std::optional<Sign>>;

using RunLook = Seen (*)(const Ward& ward, const RunRow& run);
using WorkstreamLook = Seen (*)(const Ward& ward, const RunRow& run, const WorkstreamRow& workstream);
using AttemptLook = Seen (*)(const Ward& ward, const RunRow& run, const StepAttemptRow& attempt);
using TaskLook = Seen (*)(const Ward& ward, const RunRow& run, const TaskRow& task);
using GateLook = Seen (*)(const Ward& ward, const RunRow& run, const TestGateRow& gate);
using PatchLook = Seen (*)(const Ward& ward, const RunRow& run, const PatchRow& patch);
using WorkerLook = Seen (*)(const Ward& ward, const WorkerRow& worker);
using BreakerLook = Seen (*)(const Ward& ward, const CircuitBreakerRow& breaker);
using RequestLook = Seen (*)(const Ward& ward, const RequestRow& request);

struct KindRow {
  Kind kind;
  // Only what is in one of these is looked at. None, of what is looked at run by run: any that is not final.
  std::array<std::string_view, 3> states;
  std::variant<RunLook, WorkstreamLook, AttemptLook, TaskLook, GateLook, PatchLook, WorkerLook, BreakerLook,
               RequestLook>
      look;
};

absl::Span<const KindRow> AllKinds();

// The looks, in a file for each kind of entity.
Seen LookAtQuietRun(const Ward& ward, const RunRow& run);
Seen LookAtRunThatMayEnd(const Ward& ward, const RunRow& run);
Seen LookAtRunThatMustFail(const Ward& ward, const RunRow& run);

Seen LookAtWaiting(const Ward& ward, const RunRow& run, const WorkstreamRow& workstream);
Seen LookAtNeedsMet(const Ward& ward, const RunRow& run, const WorkstreamRow& workstream);
Seen LookAtReady(const Ward& ward, const RunRow& run, const WorkstreamRow& workstream);
Seen LookAtWork(const Ward& ward, const RunRow& run, const WorkstreamRow& workstream);
Seen LookAtPaused(const Ward& ward, const RunRow& run, const WorkstreamRow& workstream);
Seen LookAtBlocked(const Ward& ward, const RunRow& run, const WorkstreamRow& workstream);
Seen LookAtOrphaned(const Ward& ward, const RunRow& run, const WorkstreamRow& workstream);

Seen LookAtAttempt(const Ward& ward, const RunRow& run, const StepAttemptRow& attempt);

Seen LookAtPendingTask(const Ward& ward, const RunRow& run, const TaskRow& task);
Seen LookAtTaskWhoseNeedsAreMet(const Ward& ward, const RunRow& run, const TaskRow& task);
Seen LookAtQueuedTask(const Ward& ward, const RunRow& run, const TaskRow& task);
Seen LookAtBlockedTask(const Ward& ward, const RunRow& run, const TaskRow& task);
Seen LookAtTaskOverTime(const Ward& ward, const RunRow& run, const TaskRow& task);
Seen LookAtTaskWithoutWorker(const Ward& ward, const RunRow& run, const TaskRow& task);
Seen LookAtValidatingTask(const Ward& ward, const RunRow& run, const TaskRow& task);
Seen LookAtRetry(const Ward& ward, const RunRow& run, const TaskRow& task);

Seen LookAtGateOverTime(const Ward& ward, const RunRow& run, const TestGateRow& gate);
Seen LookAtBlockedGate(const Ward& ward, const RunRow& run, const TestGateRow& gate);
Seen LookAtPatch(const Ward& ward, const RunRow& run, const PatchRow& patch);

Seen LookAtSilentWorker(const Ward& ward, const WorkerRow& worker);
Seen LookAtLingeringWorker(const Ward& ward, const WorkerRow& worker);

Seen LookAtOpenBreaker(const Ward& ward, const CircuitBreakerRow& breaker);
Seen LookAtBreakerToTryAgain(const Ward& ward, const CircuitBreakerRow& breaker);
Seen LookAtHalfOpenBreaker(const Ward& ward, const CircuitBreakerRow& breaker);

Seen LookAtApproval(const Ward& ward, const RequestRow& request);
Seen LookAtRequest(const Ward& ward, const RequestRow& request);

// What several looks ask.

// What the law has against the move: "" if nothing.
absl::StatusOr<std::string> AgainstMove(const TransitionRequest& request, const GuardInput& seen);
// When the worker's second heartbeat was missed. Nothing where it is heard of, or nobody waits to hear of it.
absl::StatusOr<std::optional<Timestamp>> SilentSince(const Ward& ward, const WorkerRow& worker);
inline Timestamp After(Timestamp time, int64_t seconds) {
  return {time.micros + seconds * 1'000'000};
}

}  // namespace annals::doctor
