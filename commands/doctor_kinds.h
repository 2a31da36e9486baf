// The kinds of finding as a table: a new kind is a row of it and the function it names.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <absl/status/statusor.h>
#include <absl/types/span.h>

#include "commands/doctor.h"
#include "projections/rows.h"

namespace annals::doctor {

// What a look may read. `rows` are attached to `snapshot`.
struct Ward {
  Snapshot& snapshot;
  Rows& rows;
};

// What a look saw; whether it is old enough to be told is not its business.
struct Sign {
  Timestamp since;
  std::string detail;
  std::string help;
};
using Seen = absl::StatusOr<std::optional<Sign>>;

using RunLook = Seen (*)(const Ward& ward, const RunRow& run);
using WorkstreamLook = Seen (*)(const Ward& ward, const RunRow& run, const WorkstreamRow& workstream);
using AttemptLook = Seen (*)(const Ward& ward, const RunRow& run, const StepAttemptRow& attempt);

struct KindRow {
  Kind kind;
  std::string_view state;  // only what is in this state is looked at; empty: in any that is not final
  std::variant<RunLook, WorkstreamLook, AttemptLook> look;
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

}  // namespace annals::doctor
