#include "projections/rows.h"

#include <algorithm>

#include <absl/container/btree_set.h>

namespace annals {
namespace {

// What one counter of attempts takes, about: its key and the map's own.
constexpr size_t kAttemptsBytes = 112;

}  // namespace

Rows::Rows() = default;

void Rows::Attach(RowReader* source, TableSet set) {
  source_ = source;
  set_ = set;
  ForEachTable([&](auto& cache) { cache.Attach(source, set); });
}

absl::StatusOr<int64_t*> Rows::Attempts(std::string_view run_id, std::string_view ws_id, std::string_view step_name) {
  attempts_key_.assign(run_id);
  attempts_key_ += '\x1f';
  attempts_key_ += ws_id;
  attempts_key_ += '\x1f';
  attempts_key_ += step_name;
  const auto [entry, is_new] = attempts_.FindOrAdd(attempts_key_);
  int64_t* const attempts = &entry->value;
  if (!is_new || source_ == nullptr || workstreams.BornHere({run_id, ws_id})) return attempts;
  const TableDef& table = StepAttemptsTable().table();
  const RowQuery newest{
      .table = &table, .equals = {{1, run_id}, {2, ws_id}, {3, step_name}}, .descending = true, .limit = 1};
  RETURN_IF_ERROR(source_->ReadRows(newest, set_, [attempts](Row row) {
    *attempts = StepAttemptsTable().FromValues(row).attempt;
    return absl::OkStatus();
  }));
  return attempts;
}

absl::StatusOr<std::vector<std::string>> Rows::DependentsOf(std::string_view run_id, std::string_view ws_id) {
  std::vector<std::string> dependents;
  if (source_ != nullptr) {
    const RowQuery query{.table = &DependenciesTable().table(), .equals = {{0, run_id}, {2, ws_id}}};
    RETURN_IF_ERROR(source_->ReadRows(query, set_, [&](Row row) {
      dependents.push_back(DependenciesTable().FromValues(row).ws_id);
      return absl::OkStatus();
    }));
  }
  dependencies.ForEachDirty([&](const DependencyRow& row) {
    if (row.run_id == run_id && row.needs == ws_id) dependents.push_back(row.ws_id);
  });
  std::ranges::sort(dependents);
  return dependents;
}

absl::StatusOr<std::optional<std::string>> Rows::NewestMachineVersion(std::string_view name) {
  std::optional<MachineRow> newest;
  const auto take = [&](const MachineRow& row) {
    if (row.name == name && (!newest || row.position > newest->position)) newest = row;
  };
  if (source_ != nullptr) {
    const RowQuery query{
        .table = &MachinesTable().table(), .equals = {{0, name}}, .order = {3}, .descending = true, .limit = 1};
    RETURN_IF_ERROR(source_->ReadRows(query, set_, [&](Row row) {
      take(MachinesTable().FromValues(row));
      return absl::OkStatus();
    }));
  }
  machines.ForEach(take);
  if (!newest) return std::nullopt;
  return std::move(newest->version);
}

absl::StatusOr<std::optional<Timestamp>> Rows::LeaseOf(std::string_view worker_id) {
  std::optional<Timestamp> renewed_at;
  if (source_ == nullptr) return renewed_at;
  RETURN_IF_ERROR(
      source_->ReadRows({.table = &LeasesTable(), .equals = {{0, worker_id}}}, TableSet::kLive, [&](Row row) {
        renewed_at = std::get<Timestamp>(row[1]);
        return absl::OkStatus();
      }));
  return renewed_at;
}

absl::StatusOr<std::vector<Rows::Dependent>> Rows::EntitiesNeeding(std::string_view run_id, std::string_view needs_type,
                                                                   std::string_view needs) {
  absl::btree_set<Dependent> dependents;
  if (source_ != nullptr) {
    const RowQuery query{.table = &EntityDependenciesTable().table(),
                         .equals = {{0, run_id}, {3, needs_type}, {4, needs}}};
    RETURN_IF_ERROR(source_->ReadRows(query, set_, [&](Row row) {
      dependents.insert(
          {std::string(std::get<std::string_view>(row[1])), std::string(std::get<std::string_view>(row[2]))});
      return absl::OkStatus();
    }));
  }
  entity_dependencies.ForEachDirty([&](const EntityDependencyRow& row) {
    if (row.run_id == run_id && row.needs_type == needs_type && row.needs == needs) {
      dependents.insert({row.entity_type, row.entity_id});
    }
  });
  return std::vector<Dependent>(dependents.begin(), dependents.end());
}

absl::StatusOr<std::vector<std::string>> Rows::QuarantinedPatches(std::string_view run_id, std::string_view ws_id) {
  // Those in storage may have moved here since.
  absl::btree_set<std::string> candidates;
  if (source_ != nullptr) {
    const TableDef& table = PatchesTable().table();
    const RowQuery query{.table = &table, .equals = {{0, run_id}, {table.ColumnIndex("ws_id"), ws_id}}};
    RETURN_IF_ERROR(source_->ReadRows(query, set_, [&](Row row) {
      candidates.insert(PatchesTable().FromValues(row).patch_id);
      return absl::OkStatus();
    }));
  }
  patches.ForEach([&](const PatchRow& row) {
    if (row.run_id == run_id && row.ws_id == ws_id) candidates.insert(row.patch_id);
  });
  std::vector<std::string> quarantined;
  for (const std::string& patch_id : candidates) {
    ASSIGN_OR_RETURN(const PatchRow* const patch, patches.Find({run_id, std::string_view(patch_id)}));
    if (patch != nullptr && patch->status == "quarantined") quarantined.push_back(patch_id);
  }
  return quarantined;
}

absl::StatusOr<RunsHolding> Rows::FindRunsHolding(std::string_view ws_id) {
  absl::btree_set<std::string> candidates;
  if (source_ != nullptr) {
    // The same bundle runs again in run after run: past some number it is cheaper to look through the runs that are
    // open.
    constexpr uint64_t kFewRuns = 64;
    const RowQuery few{.table = &WorkstreamsTable().table(), .equals = {{1, ws_id}}, .limit = kFewRuns};
    RETURN_IF_ERROR(source_->ReadRows(few, set_, [&](Row row) {
      candidates.emplace(std::get<std::string_view>(row[0]));
      return absl::OkStatus();
    }));
    if (candidates.size() == kFewRuns) {
      for (const std::string_view status : {"pending", "running", "paused"}) {
        RETURN_IF_ERROR(source_->ReadRows({.table = &RunsTable().table(), .equals = {{1, status}}}, set_, [&](Row row) {
          candidates.emplace(std::get<std::string_view>(row[0]));
          return absl::OkStatus();
        }));
      }
    }
  }
  workstreams.ForEachDirty([&](const WorkstreamRow& row) {
    if (row.ws_id == ws_id) candidates.insert(row.run_id);
  });
  RunsHolding holding;
  for (const std::string& run_id : candidates) {
    ASSIGN_OR_RETURN(const WorkstreamRow* const workstream, Workstream(run_id, ws_id));
    ASSIGN_OR_RETURN(const RunRow* const run, Run(run_id));
    if (workstream == nullptr || run == nullptr) continue;
    (run->IsFinal() ? holding.ended : holding.open).push_back(run_id);
  }
  return holding;
}

absl::Status Rows::Flush(RowWriter& writer, TableSet set) {
  absl::Status status;
  ForEachTable([&](auto& cache) {
    if (status.ok()) status = cache.Flush(writer, set);
  });
  return status;
}

absl::Status Rows::Flush(RowWriter& writer, TableSet set, size_t max_bytes) {
  RETURN_IF_ERROR(Flush(writer, set));
  // What is left, and the counters, take half of the room, so that this does not happen at every commit.
  if (Bytes() > max_bytes) Trim(max_bytes / 2);
  return absl::OkStatus();
}

size_t Rows::Bytes() {
  size_t bytes = attempts_.size() * kAttemptsBytes;
  ForEachTable([&](const auto& cache) { bytes += cache.bytes(); });
  return bytes;
}

bool Rows::Trim(size_t max_bytes) {
  ForEachTable([](auto& cache) { cache.EvictUnused(); });
  if (Bytes() <= max_bytes) return true;
  Clear();
  return false;
}

void Rows::Clear() {
  ForEachTable([](auto& cache) { cache.Clear(); });
  attempts_.Clear();
}

}  // namespace annals
