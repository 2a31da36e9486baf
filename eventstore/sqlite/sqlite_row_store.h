// Tables by themselves, in memory: a fold that is not the newest one, where it is to be queried like the live tables.
#pragma once

#include <memory>
#include <vector>

#include <absl/status/statusor.h>

#include "eventstore/sqlite/connection.h"
#include "eventstore/sqlite/sqlite_tables.h"
#include "eventstore/storage.h"

namespace annals {

class SqliteRowStore final : public RowStore {
 public:
  // Empty ones, the on_demand ones too. `tables` must outlive the store.
  static absl::StatusOr<std::unique_ptr<SqliteRowStore>> InMemory(const std::vector<const TableDef*>& tables);
  // The same in the database behind `connection`, which has none of them.
  static absl::StatusOr<std::unique_ptr<SqliteRowStore>> In(Connection connection,
                                                            const std::vector<const TableDef*>& tables);

  absl::Status ReadRows(const RowQuery& query, TableSet set, absl::FunctionRef<absl::Status(Row)> visit) override {
    return tables_.Read(query, set, visit);
  }
  absl::StatusOr<uint64_t> CountRows(const RowQuery& query) override { return tables_.Count(query); }
  absl::Status PutRow(const TableDef& table, TableSet set, Row row) override { return tables_.Put(table, set, row); }
  absl::Status PutNewRows(const TableDef& table, TableSet set, absl::Span<const Value> cells) override {
    return tables_.PutNew(table, set, cells);
  }

  absl::Status Mark() override;
  absl::Status ReturnToMark() override { return connection_.Execute("ROLLBACK TO mark"); }

  const Connection& connection() const { return connection_; }

 private:
  explicit SqliteRowStore(Connection connection) : connection_(std::move(connection)), tables_(connection_) {}

  Connection connection_;
  SqliteTables tables_;
  bool is_marked_ = false;
};

}  // namespace annals
