// A bundle as an SQLite file of its own.
#pragma once

#include <memory>
#include <string>

#include <absl/status/statusor.h>

#include "eventstore/bundle.h"
#include "eventstore/sqlite/sqlite_storage.h"

namespace annals {

class SqliteBundle final : public BundleWriter {
 public:
  // Makes the file options.path, which is not there. The other options are as for a new log.
  static absl::StatusOr<std::unique_ptr<SqliteBundle>> Create(SqliteOptions options);
  ~SqliteBundle() override;

  absl::Status Add(const RecordView& record, const std::vector<Hash>& audit_path) override;
  absl::Status PutRow(const TableDef& table, TableSet set, Row row) override { return tables_->Put(table, set, row); }
  absl::Status PutNewRows(const TableDef& table, TableSet set, absl::Span<const Value> cells) override {
    return tables_->PutNew(table, set, cells);
  }
  absl::Status Finish(const BundleHeader& header, const Head& head, const std::string& database_id) override;

 private:
  SqliteBundle() = default;
  const Connection& connection() const { return storage_->connection(); }

  std::unique_ptr<SqliteStorage> storage_;
  std::unique_ptr<SqliteLog> log_;
  std::unique_ptr<SqliteTables> tables_;
};

}  // namespace annals
