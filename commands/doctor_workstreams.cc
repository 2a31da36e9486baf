// Workstreams that nobody moves on, and attempts that do not finish.
#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "commands/decision.h"
#include "commands/doctor_kinds.h"
#include "schemas/message_text.h"
#include "schemas/status.h"

namespace annals::doctor {
namespace {

// What a workstream depends on, as it stands.
struct Needs {
  std::vector<std::string> open;  // "a, which is editing"
  std::vector<std::string> dead;  // "a, which is failed": they will never be done
  Timestamp last_done;            // 1970 where none is
};

absl::StatusOr<Needs> NeedsOf(const Ward& ward, const WorkstreamRow& workstream) {
  std::vector<std::string> names;
  const RowQuery query{.table = &DependenciesTable().table(),
                       .equals = {{0, std::string_view(workstream.run_id)}, {1, std::string_view(workstream.ws_id)}}};
  RETURN_IF_ERROR(ward.snapshot.ReadRows(query, TableSet::kLive, [&](Row row) {
    names.push_back(DependenciesTable().FromValues(row).needs);
    return absl::OkStatus();
  }));
  Needs needs;
  for (const std::string& name : names) {
    ASSIGN_OR_RETURN(const WorkstreamRow* const needed, NeedWorkstream(ward.rows, workstream.run_id, name));
    if (needed->status == "done") {
      needs.last_done = std::max(needs.last_done, needed->completed_at.value_or(needed->updated_at));
    } else {
      (needed->IsFinal() ? needs.dead : needs.open).push_back(fmt::format("{}, which is {}", name, needed->status));
    }
  }
  return needs;
}

std::string MoveLine(const WorkstreamRow& workstream, std::string_view to) {
  return fmt::format("annals workstream transition {} {} --run {}", workstream.ws_id, to, workstream.run_id);
}
std::string WhyLine(const WorkstreamRow& workstream) {
  return fmt::format("annals why workstream {} --run {}", workstream.ws_id, workstream.run_id);
}

// What waits in a run that does not run is held by the run, of which there is something to say then.
bool IsHeld(const RunRow& run) {
  return run.status != "running";
}

}  // namespace

Seen LookAtWaiting(const Ward& ward, const RunRow& run, const WorkstreamRow& workstream) {
  if (IsHeld(run)) return std::nullopt;
  ASSIGN_OR_RETURN(Needs needs, NeedsOf(ward, workstream));
  needs.open.insert(needs.open.begin(), needs.dead.begin(), needs.dead.end());
  if (needs.open.empty()) return std::nullopt;  // workstream.needs_met
  return Sign{workstream.updated_at, fmt::format("it needs {}", ListedBriefly(needs.open)), WhyLine(workstream)};
}

Seen LookAtNeedsMet(const Ward& ward, const RunRow& run, const WorkstreamRow& workstream) {
  if (IsHeld(run)) return std::nullopt;
  ASSIGN_OR_RETURN(const Needs needs, NeedsOf(ward, workstream));
  if (!needs.open.empty() || !needs.dead.empty()) return std::nullopt;
  return Sign{std::max(workstream.updated_at, needs.last_done),
              needs.last_done.micros == 0 ? "it depends on nothing" : "all it depends on is done",
              MoveLine(workstream, "ready")};
}

Seen LookAtReady(const Ward&, const RunRow& run, const WorkstreamRow& workstream) {
  if (IsHeld(run)) return std::nullopt;
  return Sign{workstream.updated_at, "nobody began to edit", MoveLine(workstream, "editing")};
}

Seen LookAtWork(const Ward& ward, const RunRow& run, const WorkstreamRow& workstream) {
  if (run.IsFinal()) return std::nullopt;
  const TableDef& table = StepAttemptsTable().table();
  const RowQuery in_progress{.table = &table,
                             .equals = {{table.ColumnIndex("run_id"), std::string_view(workstream.run_id)},
                                        {table.ColumnIndex("ws_id"), std::string_view(workstream.ws_id)},
                                        {table.ColumnIndex("status"), std::string_view("in_progress")}}};
  std::string detail = "no attempt is in progress";
  RETURN_IF_ERROR(ward.snapshot.ReadRows(in_progress, TableSet::kLive, [&](Row row) {
    const StepAttemptRow attempt = StepAttemptsTable().FromValues(row);
    detail = fmt::format("attempt {} at {} is in progress", attempt.attempt, attempt.step_name);
    return absl::OkStatus();
  }));
  return Sign{workstream.updated_at, std::move(detail), WhyLine(workstream)};
}

Seen LookAtPaused(const Ward&, const RunRow& run, const WorkstreamRow& workstream) {
  if (IsHeld(run)) return std::nullopt;
  const std::string from = workstream.paused_from.value_or("");
  return Sign{workstream.updated_at, fmt::format("it was paused while {}", from), MoveLine(workstream, from)};
}

Seen LookAtBlocked(const Ward& ward, const RunRow& run, const WorkstreamRow& workstream) {
  if (run.IsFinal()) return std::nullopt;
  ASSIGN_OR_RETURN(const Needs needs, NeedsOf(ward, workstream));
  if (needs.dead.empty()) {
    return Sign{workstream.updated_at, "nothing it depends on has failed; it may wait again",
                MoveLine(workstream, "pending")};
  }
  return Sign{workstream.updated_at,
              fmt::format("it needs {}; only an override brings it on", ListedBriefly(needs.dead)),
              fmt::format("{} --reason '{}'", MoveLine(workstream, "abandoned"), "what it needs has failed")};
}

Seen LookAtOrphaned(const Ward&, const RunRow& run, const WorkstreamRow& workstream) {
  if (!run.IsFinal()) return std::nullopt;
  return Sign{*run.completed_at, fmt::format("its run ended as {} before it did; it stays as it is", run.status),
              WhyLine(workstream)};
}

Seen LookAtAttempt(const Ward&, const RunRow&, const StepAttemptRow& attempt) {
  return Sign{attempt.started_at,
              fmt::format("attempt {} at {} of workstream {} has not finished", attempt.attempt, attempt.step_name,
                          attempt.ws_id),
              fmt::format("annals step finish {} --status failure", attempt.id)};
}

}  // namespace annals::doctor
