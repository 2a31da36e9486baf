// The log and the tables as they were at an earlier position: the same fold, stopped there.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <absl/container/btree_set.h>
#include <absl/status/statusor.h>

#include "eventstore/storage.h"
#include "projections/rebuild.h"

namespace annals {

// A Snapshot that ends at `last`. Its tables are folded when they are first asked for, and no more of them than the
// question needs: one whose conditions name the stream that makes the rows (TableDef::owners: a run, a worker, …) costs
// a fold of that stream, however long the log is; one that names a workstream alone, of the runs that have it; any
// other folds the whole log up to `last`. Only live tables, and what is no fold as it is now; head().tree is not
// filled.
class AsOfSnapshot final : public Snapshot {
 public:
  // `base` is what is looked back in, `last` not behind its end; `store` has every projected table, empty. `progress`
  // is told of a fold of the whole log, its end too, and must outlive this.
  static absl::StatusOr<std::unique_ptr<AsOfSnapshot>> Open(std::unique_ptr<Snapshot> base, Position last,
                                                            std::unique_ptr<RowStore> store, FoldProgress progress);

  const Head& head() const override { return head_; }
  absl::StatusOr<StreamVersion> VersionOf(std::string_view stream) override;
  absl::StatusOr<std::unique_ptr<RecordCursor>> ReadLog(const LogRange& range) override;
  absl::Status ReadRows(const RowQuery& query, TableSet set, absl::FunctionRef<absl::Status(Row)> visit) override;
  absl::StatusOr<uint64_t> CountRows(const RowQuery& query) override;
  absl::StatusOr<bool> HasTable(const TableDef& table) override { return base_->HasTable(table); }
  // Of the whole log, as they are no part of its tables.
  absl::Status ReadSubtrees(uint64_t first, uint64_t last,
                            absl::FunctionRef<absl::Status(const Hash&)> visit) override {
    return base_->ReadSubtrees(first, last, visit);
  }
  absl::StatusOr<std::string> DatabaseId() override { return base_->DatabaseId(); }
  absl::StatusOr<Hash> StoredRoot() override { return base_->StoredRoot(); }

  // Folds all that is not folded yet.
  absl::Status FoldAll();
  RowStore& store() { return *store_; }

 private:
  AsOfSnapshot(std::unique_ptr<Snapshot> base, std::unique_ptr<RowStore> store, FoldProgress progress)
      : base_(std::move(base)), store_(std::move(store)), progress_(progress) {}

  absl::Status FoldFor(const RowQuery& query);
  absl::Status FoldOne(std::string_view stream);

  std::unique_ptr<Snapshot> base_;
  std::unique_ptr<RowStore> store_;
  FoldProgress progress_;
  Head head_;
  bool keeps_state_transitions_ = false;
  bool all_folded_ = false;
  absl::btree_set<std::string, std::less<>> folded_streams_;
};

}  // namespace annals
