// The rows deciders read and projectors write, of all tables together.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "projections/entity_tables.h"
#include "projections/row_cache.h"
#include "projections/tables.h"

namespace annals {

// By name in order. Where very many runs hold a workstream, `ended` names some of those that have ended, `open` all
// that have not.
struct RunsHolding {
  std::vector<std::string> open;
  std::vector<std::string> ended;
};

class Rows {
 public:
  Rows();

  // Where misses are looked up from now on; nullptr: nowhere, the rows here are all there are.
  void Attach(RowReader* source, TableSet set);

  RowCache<RunRow> runs{RunsTable()};
  RowCache<WorkstreamRow> workstreams{WorkstreamsTable()};
  RowCache<DependencyRow> dependencies{DependenciesTable()};
  RowCache<StepAttemptRow> step_attempts{StepAttemptsTable()};
  RowCache<ErrorRow> errors{ErrorsTable()};
  RowCache<TaskRow> tasks{TasksTable()};
  RowCache<EntityDependencyRow> entity_dependencies{EntityDependenciesTable()};
  RowCache<WorkerRow> workers{WorkersTable()};
  RowCache<PatchRow> patches{PatchesTable()};
  RowCache<TestGateRow> test_gates{TestGatesTable()};
  RowCache<CircuitBreakerRow> circuit_breakers{CircuitBreakersTable()};
  RowCache<RequestRow> requests{RequestsTable()};
  RowCache<CheckpointRow> checkpoints{CheckpointsTable()};
  RowCache<MachineRow> machines{MachinesTable()};
  RowCache<EntityRow> entities{EntitiesTable()};
  RowCache<StateTransitionRow> state_transitions{StateTransitionsTable()};
  // Whether state_transitions is kept: it is absent until somebody asks for it.
  bool keeps_state_transitions = false;

  // Shorthands for the rows everybody asks for; nullptr when there is none.
  absl::StatusOr<const RunRow*> Run(std::string_view run_id) { return runs.Find({run_id}); }
  absl::StatusOr<const WorkstreamRow*> Workstream(std::string_view run_id, std::string_view ws_id) {
    return workstreams.Find({run_id, ws_id});
  }

  // How many attempts there are at a step. The reference may be counted up, and is valid until the next call.
  absl::StatusOr<int64_t*> Attempts(std::string_view run_id, std::string_view ws_id, std::string_view step_name);

  // The newest version of a machine that a user defined; nothing where there is none.
  absl::StatusOr<std::optional<std::string>> NewestMachineVersion(std::string_view name);
  // When a worker was last heard of.
  absl::StatusOr<std::optional<Timestamp>> LeaseOf(std::string_view worker_id);

  // A task or gate of a run that needs another.
  struct Dependent {
    std::string entity_type;
    std::string entity_id;
    auto operator<=>(const Dependent&) const = default;
  };
  // Those that need the task or gate `needs`, in order.
  absl::StatusOr<std::vector<Dependent>> EntitiesNeeding(std::string_view run_id, std::string_view needs_type,
                                                         std::string_view needs);

  // The patches of a workstream that are quarantined, by name in order. Looks at all its patches.
  absl::StatusOr<std::vector<std::string>> QuarantinedPatches(std::string_view run_id, std::string_view ws_id);

  // The workstreams that need `ws_id`, by name in order.
  absl::StatusOr<std::vector<std::string>> DependentsOf(std::string_view run_id, std::string_view ws_id);
  // The runs that hold a workstream of that name. Its cost does not grow with how many runs have ended.
  absl::StatusOr<RunsHolding> FindRunsHolding(std::string_view ws_id);

  // Writes every changed row.
  absl::Status Flush(RowWriter& writer, TableSet set);
  // The same. Where the rows then take more than `max_bytes`, some are dropped: Trim().
  absl::Status Flush(RowWriter& writer, TableSet set, size_t max_bytes);
  // What the rows take that are not changed, about.
  size_t Bytes();
  // Drops the rows that nobody asked for since the last time. Only after a Flush. False: those left took more than
  // `max_bytes`, so that everything is dropped.
  bool Trim(size_t max_bytes);
  // Forgets everything: others have written, or what is here was rolled back.
  void Clear();

  // Calls `visit` with each table's cache: a table added above and here is attached, flushed, cleared and compared.
  template <class Visit>
  void ForEachTable(Visit visit) {
    ForEachTableOf(visit, *this);
  }
  // With the caches of the same table in both.
  template <class Visit>
  static void ForEachPair(Rows& left, Rows& right, Visit visit) {
    ForEachTableOf(visit, left, right);
  }

 private:
  template <class Visit, class... Sets>
  static void ForEachTableOf(Visit& visit, Sets&... rows) {
    visit(rows.runs...);
    visit(rows.workstreams...);
    visit(rows.dependencies...);
    visit(rows.step_attempts...);
    visit(rows.errors...);
    visit(rows.tasks...);
    visit(rows.entity_dependencies...);
    visit(rows.workers...);
    visit(rows.patches...);
    visit(rows.test_gates...);
    visit(rows.circuit_breakers...);
    visit(rows.requests...);
    visit(rows.checkpoints...);
    visit(rows.machines...);
    visit(rows.entities...);
    if ((rows.keeps_state_transitions && ...)) visit(rows.state_transitions...);
  }

  RowReader* source_ = nullptr;
  TableSet set_ = TableSet::kLive;
  StableTextMap<int64_t> attempts_;
  std::string attempts_key_;  // kept between calls for its memory
};

}  // namespace annals
