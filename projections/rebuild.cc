#include "projections/rebuild.h"

#include <algorithm>

#include <fmt/format.h>

#include "projections/projector.h"
#include "schemas/status.h"

namespace annals {
namespace {

// Events folded between two commits of a rebuild: writers wait for one such flush at a time.
constexpr uint64_t kChunkEvents = 100'000;
constexpr size_t kShadowCacheBytes = size_t{48} << 20;

absl::StatusOr<std::vector<const TableDef*>> KeptTables(Snapshot& snapshot, const TableDef* wanted) {
  std::vector<const TableDef*> kept;
  for (const TableDef* const table : ProjectedTables()) {
    ASSIGN_OR_RETURN(const bool there, snapshot.HasTable(*table));
    if (there || !table->on_demand || table == wanted) kept.push_back(table);
  }
  return kept;
}

bool Contains(const std::vector<const TableDef*>& tables, const TableDef& table) {
  return std::ranges::find(tables, &table) != tables.end();
}

// Begins a transaction that goes on with the rebuild that made the shadows at `generation`.
absl::StatusOr<std::unique_ptr<Transaction>> Continue(Storage& storage, uint64_t generation) {
  ASSIGN_OR_RETURN(std::unique_ptr<Transaction> transaction, storage.Begin());
  if (transaction->head().generation == generation) return transaction;
  return absl::AbortedError(
      "another rebuild or migration began meanwhile, or content was redacted; try again when it is done");
}

}  // namespace

absl::StatusOr<uint64_t> FoldLog(Snapshot& snapshot, Position first, Position last, Rows& rows, FoldProgress progress) {
  ASSIGN_OR_RETURN(const auto cursor, snapshot.ReadLog({.first = first, .last = last, .for_fold = true}));
  const uint64_t total = std::min(last, snapshot.head().position).value;
  RecordFolder folder;
  uint64_t events = 0;
  while (true) {
    ASSIGN_OR_RETURN(const RecordView* const record, cursor->Next());
    if (record == nullptr) return events;
    RETURN_IF_ERROR(folder.Fold(*record, rows));
    if (++events % kProgressEvery == 0) progress(record->position.value, total);
  }
}

absl::StatusOr<uint64_t> FoldStream(Snapshot& snapshot, std::string_view stream, Position first, Position last,
                                    Rows& rows, absl::FunctionRef<void(Position)> after_each) {
  std::vector<std::string> streams = {std::string(stream)};
  if (rows.keeps_state_transitions) streams.push_back(RefusedStream(stream));
  RecordFolder folder;
  uint64_t events = 0;
  for (const std::string& name : streams) {
    ASSIGN_OR_RETURN(const auto cursor,
                     snapshot.ReadLog({.first = first, .last = last, .stream = name, .for_fold = true}));
    while (true) {
      ASSIGN_OR_RETURN(const RecordView* const record, cursor->Next());
      if (record == nullptr) break;
      RETURN_IF_ERROR(folder.Fold(*record, rows));
      after_each(record->position);
      ++events;
    }
  }
  return events;
}

absl::Status CheckEventCount(uint64_t events, uint64_t head) {
  if (events == head) return absl::OkStatus();
  return absl::DataLossError(
      fmt::format("the log holds {} events, its head says {}: events were removed or added by another program; annals "
                  "verify shows what was altered",
                  events, head));
}

absl::StatusOr<RebuildReport> Rebuild(Storage& storage, const TableDef* wanted, FoldProgress progress) {
  std::vector<const TableDef*> tables;
  uint64_t generation = 0;
  {
    ASSIGN_OR_RETURN(const auto transaction, storage.Begin());
    ASSIGN_OR_RETURN(tables, KeptTables(*transaction, wanted));
    for (const TableDef* const table : tables) RETURN_IF_ERROR(transaction->CreateShadow(*table));
    generation = transaction->head().generation;
    RETURN_IF_ERROR(transaction->Commit());
  }
  Rows rows;
  rows.keeps_state_transitions = Contains(tables, StateTransitionsTable().table());
  RebuildReport report;
  while (true) {
    uint64_t behind = 0;
    {
      ASSIGN_OR_RETURN(const auto snapshot, storage.Read());
      rows.Attach(snapshot.get(), TableSet::kShadow);
      const absl::StatusOr<uint64_t> folded =
          FoldLog(*snapshot, {report.events + 1}, {report.events + kChunkEvents}, rows, progress);
      rows.Attach(nullptr, TableSet::kShadow);
      RETURN_IF_ERROR(folded.status());
      report.events += *folded;
      const uint64_t end = snapshot->head().position.value;
      behind = end - std::min(end, report.events);
      if (*folded == 0) RETURN_IF_ERROR(CheckEventCount(report.events, end));
    }
    ASSIGN_OR_RETURN(const auto transaction, Continue(storage, generation));
    RETURN_IF_ERROR(rows.Flush(*transaction, TableSet::kShadow, kShadowCacheBytes));
    RETURN_IF_ERROR(transaction->Commit());
    if (behind == 0) break;
  }
  ASSIGN_OR_RETURN(const auto transaction, Continue(storage, generation));
  rows.Attach(transaction.get(), TableSet::kShadow);
  ASSIGN_OR_RETURN(const uint64_t last, FoldLog(*transaction, {report.events + 1}, {INT64_MAX}, rows, progress));
  report.events += last;
  RETURN_IF_ERROR(CheckEventCount(report.events, transaction->head().position.value));
  RETURN_IF_ERROR(rows.Flush(*transaction, TableSet::kShadow, kShadowCacheBytes));
  for (const TableDef* const table : tables) {
    RETURN_IF_ERROR(transaction->SwapShadow(*table));
    report.tables.push_back(table->name);
  }
  RETURN_IF_ERROR(transaction->Commit());
  return report;
}

absl::Status Refold(Storage& storage, const std::vector<const TableDef*>& tables, FoldProgress progress) {
  ASSIGN_OR_RETURN(const auto transaction, storage.Begin());
  Rows rows;
  rows.keeps_state_transitions = Contains(tables, StateTransitionsTable().table());
  ASSIGN_OR_RETURN(const uint64_t events, FoldLog(*transaction, {1}, {INT64_MAX}, rows, progress));
  RETURN_IF_ERROR(CheckEventCount(events, transaction->head().position.value));
  absl::Status status;
  rows.ForEachTable([&](auto& cache) {
    if (status.ok() && Contains(tables, cache.type().table())) status = cache.Flush(*transaction, TableSet::kLive);
  });
  RETURN_IF_ERROR(status);
  return transaction->Commit();
}

}  // namespace annals
