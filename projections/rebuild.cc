#include "projections/rebuild.h"

#include <algorithm>
#include <future>

#include <fmt/format.h>

#include "projections/projector.h"
#include "projections/row_buffer.h"
#include "schemas/status.h"

namespace annals {
namespace {

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

// The shadows of a rebuild being filled, chunk by chunk. With a second storage one chunk is folded, which is half of
// the work, while the one before is written.
class ShadowFiller {
 public:
  ShadowFiller(Storage& storage, uint64_t generation, const RebuildOptions& options)
      : storage_(storage),
        reader_(options.second == nullptr ? storage : *options.second),
        generation_(generation),
        options_(options) {}

  // Folds on to the end of the log as it is by then. Returns how many events are folded by now.
  absl::StatusOr<uint64_t> Fill(Rows& rows, FoldProgress progress) {
    uint64_t done = 0;
    bool is_behind = true;
    while (is_behind) {
      if (must_wait_) RETURN_IF_ERROR(Wait());
      {
        ASSIGN_OR_RETURN(const auto snapshot, reader_.Read());
        rows.Attach(snapshot.get(), TableSet::kShadow);
        const absl::StatusOr<uint64_t> folded =
            FoldLog(*snapshot, {done + 1}, {done + options_.chunk_events}, rows, progress);
        rows.Attach(nullptr, TableSet::kShadow);
        RETURN_IF_ERROR(folded.status());
        done += *folded;
        const uint64_t end = snapshot->head().position.value;
        is_behind = done < end;
        if (*folded == 0) RETURN_IF_ERROR(CheckEventCount(done, end));
      }
      RETURN_IF_ERROR(Wait());
      RETURN_IF_ERROR(StartWriting(rows));
    }
    RETURN_IF_ERROR(Wait());
    return done;
  }

 private:
  // What the next chunk's fold finds in its snapshot is without this chunk's rows: they have to be held.
  absl::Status StartWriting(Rows& rows) {
    storage_.TidyUp();  // now that nobody here reads, and before somebody does
    RowBuffer buffer;
    RETURN_IF_ERROR(rows.Flush(buffer, TableSet::kShadow));
    const bool holds_chunk = rows.Bytes() <= options_.cache_bytes / 2 || rows.Trim(options_.cache_bytes);
    must_wait_ = &reader_ == &storage_ || !holds_chunk;
    ASSIGN_OR_RETURN(auto transaction, Continue(storage_, generation_));
    writing_ = std::async(must_wait_ ? std::launch::deferred : std::launch::async, Write, std::move(transaction),
                          std::move(buffer));
    return absl::OkStatus();
  }

  static absl::Status Write(std::unique_ptr<Transaction> transaction, RowBuffer buffer) {
    RETURN_IF_ERROR(buffer.WriteInto(*transaction));
    return transaction->Commit();
  }

  absl::Status Wait() { return writing_.valid() ? writing_.get() : absl::OkStatus(); }

  Storage& storage_;
  Storage& reader_;
  const uint64_t generation_;
  const RebuildOptions& options_;
  bool must_wait_ = false;  // for the chunk that is being written, before the next is folded
  std::future<absl::Status> writing_;
};

}  // namespace

absl::StatusOr<uint64_t> FoldLog(Snapshot& snapshot, Position first, Position last, Rows& rows, FoldProgress progress) {
  const uint64_t total = std::min(last, snapshot.head().position).value;
  RecordFolder folder;
  uint64_t events = 0;
  RETURN_IF_ERROR(snapshot.VisitLog({.first = first, .last = last, .for_fold = true}, [&](const RecordView& record) {
    if (++events % kProgressEvery == 0) progress(record.position.value, total);
    return folder.Fold(record, rows);
  }));
  return events;
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

absl::StatusOr<RebuildReport> Rebuild(Storage& storage, const TableDef* wanted, FoldProgress progress,
                                      const RebuildOptions& options) {
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
  ASSIGN_OR_RETURN(report.events, ShadowFiller(storage, generation, options).Fill(rows, progress));
  ASSIGN_OR_RETURN(const auto transaction, Continue(storage, generation));
  rows.Attach(transaction.get(), TableSet::kShadow);
  ASSIGN_OR_RETURN(const uint64_t last, FoldLog(*transaction, {report.events + 1}, {INT64_MAX}, rows, progress));
  report.events += last;
  RETURN_IF_ERROR(CheckEventCount(report.events, transaction->head().position.value));
  RETURN_IF_ERROR(rows.Flush(*transaction, TableSet::kShadow));
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
