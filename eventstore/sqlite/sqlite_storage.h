// The log and the tables in one SQLite file: WAL, synchronous=FULL, one writer at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "eventstore/sqlite/connection.h"
#include "eventstore/sqlite/sqlite_log.h"
#include "eventstore/sqlite/sqlite_migrations.h"
#include "eventstore/sqlite/sqlite_tables.h"
#include "eventstore/sqlite/sync_guard.h"
#include "eventstore/sqlite/write_queue.h"
#include "eventstore/storage.h"

namespace annals {

struct SqliteOptions {
  std::string path;
  OpenMode mode = OpenMode::kCreate;
  int lock_timeout_ms = 10'000;  // how long Begin() waits for other writers
  // The write-ahead log is copied back when it has so many pages, 64 MiB as they are by default.
  int checkpoint_pages = 16'384;
  std::vector<const TableDef*> tables = {};
  Clock* clock = nullptr;          // for the times of migrations; not owned
  RandomSource* random = nullptr;  // for the id of a new database; not owned
};

class SqliteStorage final : public Storage {
 public:
  // Opens or makes the database and brings its schema up to date where `options.mode` allows writing.
  //   kNotFound            there is none, and the mode does not make one
  //   kInternal            a foreign file, a newer schema, or no permission
  //   kDataLoss            it is damaged
  static absl::StatusOr<std::unique_ptr<SqliteStorage>> Open(const SqliteOptions& options);

  absl::StatusOr<std::unique_ptr<Transaction>> Begin() override;
  absl::StatusOr<std::unique_ptr<Snapshot>> Read() override;
  void TidyUp() override { sync_guard_->CopyRest(); }
  absl::Status Sweep() override;

  const Connection& connection() const { return connection_; }
  const MigrationReport& migration() const { return migration_; }

 private:
  friend class SqliteTransaction;
  explicit SqliteStorage(Connection connection) : connection_(std::move(connection)) {}

  Connection connection_;
  std::unique_ptr<SyncGuard> sync_guard_;    // goes before the connection does
  std::unique_ptr<WriteQueue> write_queue_;  // this too
  MigrationReport migration_;
  std::unique_ptr<SqliteLog> log_;
  std::unique_ptr<SqliteTables> tables_;
  Statement begin_immediate_, begin_read_, commit_, rollback_;
};

}  // namespace annals
