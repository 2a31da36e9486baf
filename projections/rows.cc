#include "projections/rows.h"

#include <algorithm>

namespace annals {
namespace {

// What one counter of attempts takes, about: its key and the map's own.
constexpr size_t kAttemptsBytes = 112;

}  // namespace

Rows::Rows() = default;

void Rows::Attach(Snapshot* source, TableSet set) {
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
  const auto [it, inserted] = attempts_.try_emplace(attempts_key_, 0);
  if (!inserted || source_ == nullptr || workstreams.BornHere({run_id, ws_id})) return &it->second;
  const TableDef& table = StepAttemptsTable().table();
  const RowQuery newest{.table = &table,
                        .equals = {{1, run_id}, {2, ws_id}, {3, step_name}},
                        .descending = true,
                        .limit = 1};
  RETURN_IF_ERROR(source_->ReadRows(newest, set_, [&](Row row) {
    it->second = StepAttemptsTable().FromValues(row).attempt;
    return absl::OkStatus();
  }));
  return &it->second;
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

absl::StatusOr<std::vector<std::string>> Rows::RunsHolding(std::string_view ws_id) {
  std::vector<std::string> run_ids;
  if (source_ != nullptr) {
    const RowQuery query{.table = &WorkstreamsTable().table(), .equals = {{1, ws_id}}};
    RETURN_IF_ERROR(source_->ReadRows(query, set_, [&](Row row) {
      run_ids.push_back(WorkstreamsTable().FromValues(row).run_id);
      return absl::OkStatus();
    }));
  }
  workstreams.ForEachDirty([&](const WorkstreamRow& row) {
    if (row.ws_id == ws_id) run_ids.push_back(row.run_id);
  });
  std::ranges::sort(run_ids);
  const auto repeats = std::ranges::unique(run_ids);
  run_ids.erase(repeats.begin(), repeats.end());
  return run_ids;
}

absl::Status Rows::Flush(Transaction& transaction, TableSet set, size_t max_bytes) {
  size_t bytes = attempts_.size() * kAttemptsBytes;
  absl::Status status;
  ForEachTable([&](auto& cache) {
    if (status.ok()) status = cache.Flush(transaction, set);
    bytes += cache.bytes();
  });
  if (!status.ok() || bytes <= max_bytes) return status;
  bytes = attempts_.size() * kAttemptsBytes;
  ForEachTable([&](auto& cache) {
    cache.EvictFinal();
    bytes += cache.bytes();
  });
  // What is left, and the counters, still have to fit; half of the room, so that this does not happen at every commit.
  if (bytes > max_bytes / 2) Clear();
  return status;
}

void Rows::Clear() {
  ForEachTable([](auto& cache) { cache.Clear(); });
  attempts_.clear();
}

}  // namespace annals
