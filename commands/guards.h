// Guards: named conditions on an edge, over rows. A machine names them; this is all there are.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>
#include <absl/types/span.h>

#include "projections/rows.h"
#include "schemas/event.capnp.h"

namespace annals {

// What a guard may look at: the rows of the entity that moves (null where it is of another kind), and what the move
// carries. Of a move that is wanted, `moved` is what its event would say; of one that is checked later, what it says.
struct GuardInput {
  Rows& rows;
  Timestamp now = {};                   // when the command came, or the event was recorded
  std::string_view reason = {};         // as stated
  std::string_view operator_name = {};  // who answers for it, where somebody is named
  std::string_view to = {};
  // The move stands in the log and is judged again. Then `rows` may be those of its own stream alone, and hold what was
  // redacted since as if it had been so from the first: nothing of that counts against it.
  bool is_recorded = false;
  schema::Transitioned::Reader moved = {};
  const RunRow* run = nullptr;  // its own, or the one it is in
  const WorkstreamRow* workstream = nullptr;
  const TaskRow* task = nullptr;
  const WorkerRow* worker = nullptr;
  const PatchRow* patch = nullptr;
  const TestGateRow* test_gate = nullptr;
  const CircuitBreakerRow* circuit_breaker = nullptr;
  const RequestRow* request = nullptr;
};

struct Guard {
  std::string_view name;
  std::string_view meaning;  // one line, for the docs
  // Empty when it holds; else what it saw, to be read after "the guard NAME does not hold: ".
  absl::StatusOr<std::string> (*judge)(const GuardInput& input);
  // The machines whose entities have what it looks at; none: it looks at the command alone, and may guard any machine.
  absl::Span<const std::string_view> machines;

  bool MayGuard(std::string_view machine) const;
};

bool IsGuard(std::string_view name);
// kInvalidArgument, with the nearest right name, when there is none of that name.
absl::StatusOr<const Guard*> FindGuard(std::string_view name);

// The names of those that look at the command alone, which may guard any machine.
std::vector<std::string_view> GuardsOfCommands();

// What was seen of the circuit breaker of a patch's tool: "" where the patch names none.
absl::StatusOr<std::string> BreakerSeen(const PatchRow& patch, Rows& rows);
// The seconds that an open circuit breaker stays so at least; 0 when its cooldown is over. A clock that went back
// counts as one that ran far enough.
int64_t CooldownSecondsLeft(const CircuitBreakerRow& breaker, Timestamp now);

// Whether what began at `since` and lasts until `until` is over. A clock that went back counts as one that ran far
// enough.
inline bool IsOver(Timestamp since, Timestamp until, Timestamp now) {
  return now >= until || now < since;
}
// When two heartbeats of a worker are missing that was last heard of then.
Timestamp SecondMissedHeartbeat(const WorkerRow& worker, Timestamp heard_of);

// Why a worker can hold no more, or "".
std::string WhyFull(const WorkerRow& worker);

// The names in a column that is a JSON array of identifiers.
std::vector<std::string_view> NamesIn(std::string_view json_array);

}  // namespace annals
