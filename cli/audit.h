// What happened in a run, collected from the log alone: its events in order, and what they add up to. Every renderer
// (audit_text, audit_markdown, audit_json, audit_html) prints this and asks the log nothing.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/functional/function_ref.h>
#include <absl/status/statusor.h>

#include "eventstore/storage.h"

namespace annals {

// What an event is to an audit.
enum class AuditKind {
  kCreated,
  kMoved,
  kOverridden,
  kRefused,
  kStepStarted,
  kStepCompleted,
  kError,
  kNote,
  kRedacted,
  kUnknown,  // of a kind this binary does not know
};
inline constexpr size_t kAuditKinds = static_cast<size_t>(AuditKind::kUnknown) + 1;
// "created", "moved", "overridden", "refused", "step_started", "step_completed", "error", "note", "redacted",
// "unknown".
std::string_view NameOf(AuditKind kind);
using AuditCounts = std::array<uint64_t, kAuditKinds>;

struct AuditEvent {
  AuditKind kind = AuditKind::kUnknown;
  Position position;
  Timestamp at;           // when it happened: as the event claims, else as recorded
  Timestamp recorded_at;  // never goes back
  std::string type;       // "run_transitioned"
  std::string actor, command_id;
  uint64_t causation = 0;               // position of the event that led to it; 0: a caller did
  std::string entity_type, entity_id;   // "workstream" and "parser"
  std::string ws_id;                    // empty: about no workstream
  size_t lane = 0;                      // the index in Audit::entities that it is shown with: its own, else the run's
  std::string json;                     // metadata, result, context or payload; empty when there is none
  std::string text;                     // reason or message; of a patch not its diff
  std::string carried;                  // what it says beyond all this: "worker w1, claim 2" (cli/event_summary)
  std::vector<std::string> depends_on;  // of what was created: what it waits for
  bool is_critical = false;             // of a created workstream or task
  std::string from, to, trigger;        // of moved, overridden and refused; empty where nothing was named
  std::string operator_name;            // of overridden, and of a refused override
  std::string command, why;             // of refused
  std::vector<std::string> legal;       // of refused: what would have been
  std::optional<size_t> attempt;        // of step_started and step_completed: index in Audit::attempts
  std::optional<size_t> error;          // index in Audit::errors
  uint64_t redacted = 0;                // of redacted: the position whose content went
  uint64_t repeat = 0;                  // of error: 1 for the first of its signature, 2 for the second, …
};

// An entity in one state, from one time to the next.
struct AuditStay {
  std::string state;
  Timestamp from, to;    // `to` is never before `from`
  bool is_open = false;  // it is still there; `to` is Audit::until
  Position position;     // of the event that led into the state
  int64_t Micros() const { return to.micros - from.micros; }
};

// A run, a workstream, or whatever else has states.
struct AuditEntity {
  std::string type, id;
  std::string state;  // the last it was seen in; empty where no event told
  bool is_final = false;
  bool is_critical = false;
  std::vector<std::string> depends_on;
  std::vector<AuditStay> stays;  // in order; none for a final state, where nobody stays
};

struct AuditAttempt {
  Position started;               // its id; of an attempt recorded as a whole the position of that event
  std::optional<Position> ended;  // nothing while it is open
  size_t lane = 0;
  std::string ws_id, step_name, actor;
  uint64_t number = 0;             // 1, 2, … per workstream and step
  std::string status;              // in_progress, success, failure, skipped
  Timestamp started_at, ended_at;  // of an open one `ended_at` is Audit::until
  std::optional<int64_t> exit_code;
  int64_t Micros() const { return ended_at.micros - started_at.micros; }
};

// Errors of one workstream, step and signature.
struct AuditError {
  Position first, last;
  std::string ws_id, step_name, error_code, signature;
  std::string message;  // of the first
  uint64_t count = 0;
  Timestamp first_seen_at, last_seen_at;
};

// A person's word on what a request of this run showed: the plan or the implementation with this digest.
struct AuditApproval {
  Position position;
  Timestamp at;
  std::string request_id;
  std::string what;       // plan, implementation
  std::string verdict;    // approved, rejected, or refused: the law did not take an approval
  std::string by;         // the operator, else the actor
  std::string authority;  // by which; of an approval alone
  std::string digest;     // of exactly what was shown; of an approval alone
  std::string reason;
};

struct AuditActor {
  std::string name;  // empty: the events name nobody
  AuditCounts counts = {};
  uint64_t events = 0;
};

struct Audit {
  std::string run_id;
  // What is open is measured up to here: to now, or in a run that has ended to its last event, so that its audit stays
  // as it is.
  Timestamp until;
  Timestamp first_at, last_at;  // the earliest and the latest time of the events
  Timestamp created_at;
  std::optional<Timestamp> started_at;   // when it first ran
  std::optional<Timestamp> ended_at;     // when it reached a final state
  std::vector<AuditEvent> events;        // by position, with what was refused of the run; at least one
  std::vector<AuditEntity> entities;     // the run, then the rest as they appeared
  std::vector<AuditAttempt> attempts;    // as they began
  std::vector<AuditError> errors;        // as they were first seen
  std::vector<AuditActor> actors;        // as they appeared
  std::vector<AuditApproval> approvals;  // of the requests that the run does the work of, by position
  AuditCounts counts = {};

  const AuditEntity& run() const { return entities.front(); }
  uint64_t Count(AuditKind kind) const { return counts[static_cast<size_t>(kind)]; }
  // From when it first ran (else was created) to its end, or to now.
  int64_t RunMicros() const;
};

// Reads the log of `snapshot` about `run_id` and about its requests, in time proportional to their events. `now` is
// what is open measured to. `progress` is told how many events were read and, roughly, how many there are.
//   kNotFound  no event made such a run
absl::StatusOr<Audit> CollectAudit(Snapshot& snapshot, std::string_view run_id, Timestamp now,
                                   absl::FunctionRef<void(uint64_t done, uint64_t total)> progress);

}  // namespace annals
