#include "commands/why_evidence.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "commands/entity_law.h"
#include "schemas/status.h"

namespace annals::why {
namespace {

// Where a guard looks.
enum class Scope {
  kCommand,
  kItself,
  kItsRun,
  kItsWorkstream,
  kDependencies,
  kWorkstreamsOfRun,
  kTasksNeeded,
  kGatesNeeded,
  kPatches,
  kTool
};

// Which of those it looks at are in its way. The guard alone judges; this only finds what its words are about.
using Stands = bool (*)(const WorkstreamRow& workstream, const RunRow& run);

bool IsNotDone(const WorkstreamRow& workstream, const RunRow&) {
  return workstream.status != "done";
}
bool IsNotTerminal(const WorkstreamRow& workstream, const RunRow&) {
  return !workstream.IsFinal();
}
// Where none is done those that are not are in the way, and where all are, those.
bool IsLikeTheOthers(const WorkstreamRow& workstream, const RunRow& run) {
  return (workstream.status == "done") == (run.ws_done > 0);
}
bool IsCriticalAndFailed(const WorkstreamRow& workstream, const RunRow&) {
  return workstream.is_critical && workstream.status == "failed";
}

struct Sight {
  std::string_view guard;
  Scope scope;
  Stands stands_in_the_way = nullptr;
};
constexpr Sight kSights[] = {
    {"all_workstreams_done", Scope::kWorkstreamsOfRun, IsNotDone},
    {"all_workstreams_terminal", Scope::kWorkstreamsOfRun, IsNotTerminal},
    {"some_done_some_not", Scope::kWorkstreamsOfRun, IsLikeTheOthers},
    {"no_critical_failed", Scope::kWorkstreamsOfRun, IsCriticalAndFailed},
    {"dependencies_done", Scope::kDependencies, IsNotDone},
    {"run_is_running", Scope::kItsRun},
    {"workstream_is_open", Scope::kItsWorkstream},
    {"returns_to_paused_state", Scope::kItself},
    {"no_patch_quarantined", Scope::kPatches},
    {"task_dependencies_done", Scope::kTasksNeeded},
    {"gate_dependencies_passed", Scope::kGatesNeeded},
    {"gates_passed", Scope::kGatesNeeded},
    {"gates_before_passed", Scope::kGatesNeeded},
    {"worker_named", Scope::kCommand},
    {"worker_is_free", Scope::kItself},
    {"claim_is_current", Scope::kCommand},
    {"retries_left", Scope::kItself},
    {"retry_is_due", Scope::kItself},
    {"holds_task", Scope::kItself},
    {"lease_ran_out", Scope::kItself},
    {"holds_no_task", Scope::kItself},
    {"patch_checks_passed", Scope::kItself},
    {"tests_passed", Scope::kCommand},
    {"breaker_closed", Scope::kTool},
    {"breaker_open", Scope::kTool},
    {"failures_reached", Scope::kItself},
    {"has_failed_again", Scope::kItself},
    {"successes_reached", Scope::kItself},
    {"cooldown_elapsed", Scope::kItself},
    {"plan_given", Scope::kCommand},
    {"implementation_given", Scope::kCommand},
    {"digest_is_current", Scope::kCommand},
    {"reason_required", Scope::kCommand},
    {"operator_required", Scope::kCommand},
};

const Sight* FindSight(std::string_view guard) {
  const auto* const found = std::ranges::find(kSights, guard, &Sight::guard);
  return found == std::end(kSights) ? nullptr : found;
}

void AddIfInTheWay(const WorkstreamRow& workstream, const Sight& sight, const RunRow& run, Evidence& evidence) {
  if (!sight.stands_in_the_way(workstream, run)) return;
  if (evidence.entities.size() < kMaxEvidence) {
    evidence.entities.push_back(WorkstreamName(workstream.run_id, workstream.ws_id));
  } else {
    ++evidence.more;
  }
}

absl::Status LookAtWorkstreams(const Sight& sight, const GuardInput& input, Snapshot& snapshot, Evidence& evidence) {
  const RowQuery query{.table = &WorkstreamsTable().table(), .equals = {{0, std::string_view(input.run->run_id)}}};
  return snapshot.ReadRows(query, TableSet::kLive, [&](Row row) {
    AddIfInTheWay(WorkstreamsTable().FromValues(row), sight, *input.run, evidence);
    return absl::OkStatus();
  });
}

absl::Status LookAtDependencies(const Sight& sight, const GuardInput& input, Snapshot& snapshot, Evidence& evidence) {
  const WorkstreamRow& workstream = *input.workstream;
  const RowQuery query{.table = &DependenciesTable().table(),
                       .equals = {{0, std::string_view(workstream.run_id)}, {1, std::string_view(workstream.ws_id)}}};
  std::vector<std::string> needs;
  RETURN_IF_ERROR(snapshot.ReadRows(query, TableSet::kLive, [&](Row row) {
    needs.push_back(DependenciesTable().FromValues(row).needs);
    return absl::OkStatus();
  }));
  for (const std::string& name : needs) {
    ASSIGN_OR_RETURN(const WorkstreamRow* const needed, input.rows.Workstream(workstream.run_id, name));
    if (needed != nullptr) AddIfInTheWay(*needed, sight, *input.run, evidence);
  }
  return absl::OkStatus();
}

void Add(EntityName name, Evidence& evidence) {
  if (evidence.entities.size() < kMaxEvidence) {
    evidence.entities.push_back(std::move(name));
  } else {
    ++evidence.more;
  }
}

// What a task or a gate waits for and did not get.
absl::Status LookAtNeeds(std::string_view needs_type, const EntityName& self, Rows& rows, Snapshot& snapshot,
                         Evidence& evidence) {
  const TableDef& table = EntityDependenciesTable().table();
  const RowQuery query{.table = &table,
                       .equals = {{0, std::string_view(self.run_id)},
                                  {1, std::string_view(self.kind)},
                                  {2, std::string_view(self.id)},
                                  {3, needs_type}}};
  std::vector<std::string> needs;
  RETURN_IF_ERROR(snapshot.ReadRows(query, TableSet::kLive, [&](Row row) {
    needs.push_back(EntityDependenciesTable().FromValues(row).needs);
    return absl::OkStatus();
  }));
  const EntityLaw& law = needs_type == "task" ? kTaskLaw : kTestGateLaw;
  for (std::string& name : needs) {
    GuardInput seen{.rows = rows};
    ASSIGN_OR_RETURN(const std::optional<EntityState> state, law.find(self.run_id, name, seen));
    if (!state || state->status == "completed" || state->status == "passed") continue;
    Add({std::string(needs_type), self.run_id, std::move(name)}, evidence);
  }
  return absl::OkStatus();
}

absl::Status LookAtPatches(const WorkstreamRow& workstream, Snapshot& snapshot, Evidence& evidence) {
  const TableDef& table = PatchesTable().table();
  const RowQuery query{.table = &table,
                       .equals = {{0, std::string_view(workstream.run_id)},
                                  {table.ColumnIndex("ws_id"), std::string_view(workstream.ws_id)},
                                  {table.ColumnIndex("status"), std::string_view("quarantined")}}};
  return snapshot.ReadRows(query, TableSet::kLive, [&](Row row) {
    Add({"patch", workstream.run_id, PatchesTable().FromValues(row).patch_id}, evidence);
    return absl::OkStatus();
  });
}

// The circuit breaker of its tool, if there is one yet.
absl::Status LookAtTool(const PatchRow& patch, Rows& rows, Evidence& evidence) {
  if (!patch.tool) return absl::OkStatus();
  ASSIGN_OR_RETURN(const CircuitBreakerRow* const breaker, rows.circuit_breakers.Find({*patch.tool}));
  if (breaker != nullptr) Add({"circuit_breaker", "", *patch.tool}, evidence);
  return absl::OkStatus();
}

}  // namespace

bool HasEvidence(std::string_view guard) {
  return FindSight(guard) != nullptr;
}

bool LooksAtCommandAlone(const Guard* guard) {
  const Sight* const sight = FindSight(guard->name);
  return sight != nullptr && sight->scope == Scope::kCommand;
}

absl::StatusOr<Evidence> EvidenceOf(const Guard& guard, const GuardInput& input, Snapshot& snapshot,
                                    const EntityName& self) {
  Evidence evidence;
  const Sight* const sight = FindSight(guard.name);
  if (sight != nullptr) {
    switch (sight->scope) {
      case Scope::kCommand:
      case Scope::kItself:
        break;
      case Scope::kItsRun:
        evidence.entities.push_back(RunName(input.run->run_id));
        break;
      case Scope::kItsWorkstream:
        evidence.entities.push_back(WorkstreamName(input.workstream->run_id, input.workstream->ws_id));
        break;
      case Scope::kDependencies:
        RETURN_IF_ERROR(LookAtDependencies(*sight, input, snapshot, evidence));
        break;
      case Scope::kWorkstreamsOfRun:
        RETURN_IF_ERROR(LookAtWorkstreams(*sight, input, snapshot, evidence));
        break;
      case Scope::kTasksNeeded:
        RETURN_IF_ERROR(LookAtNeeds("task", self, input.rows, snapshot, evidence));
        break;
      case Scope::kGatesNeeded:
        RETURN_IF_ERROR(LookAtNeeds("test_gate", self, input.rows, snapshot, evidence));
        break;
      case Scope::kPatches:
        RETURN_IF_ERROR(LookAtPatches(*input.workstream, snapshot, evidence));
        break;
      case Scope::kTool:
        RETURN_IF_ERROR(LookAtTool(*input.patch, input.rows, evidence));
        break;
    }
  }
  if (evidence.entities.empty()) evidence.entities.push_back(self);
  return evidence;
}

absl::StatusOr<Sentence> WithEvidence(std::string_view saw, const Evidence& evidence, const Story& story) {
  Sentence sentence;
  std::vector<std::string> named;
  for (const EntityName& entity : evidence.entities) {
    ASSIGN_OR_RETURN(const Position since, story.LastOf(entity));
    sentence.rests_on.push_back(since);
    named.push_back(evidence.entities.size() == 1 ? fmt::format("{}", since.value)
                                                  : fmt::format("{} {}", entity.id, since.value));
  }
  std::ranges::sort(sentence.rests_on);
  const std::string more = evidence.more == 0 ? "" : fmt::format(" and {} more", evidence.more);
  sentence.text = fmt::format("{} ({}{})", saw, fmt::join(named, ", "), more);
  return sentence;
}

}  // namespace annals::why
