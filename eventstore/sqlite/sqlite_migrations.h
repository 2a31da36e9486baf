// What schema a database file has, and how it comes to have the newest one.
#pragma once

#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "eventstore/sqlite/connection.h"
#include "eventstore/table.h"
#include "schemas/timestamp.h"

namespace annals {

struct SqliteOptions;

// The schema this binary writes; `user_version` in the file, `schema_version` in schema_meta.
inline constexpr int64_t kSchemaVersion = 1;

struct MigrationReport {
  int64_t schema_version = kSchemaVersion;
  bool fresh = false;                // the schema was laid into a new file
  std::vector<std::string> applied;  // names of the numbered migrations that ran
  std::string backup_path;           // of the backup made before them; empty when none ran
};

// Brings the file to kSchemaVersion where `options.mode` allows writing: each migration in a transaction of its own,
// after a backup.
//   kNotFound  the file is empty and may not be written
//   kInvalidArgument  a bundle, which is not written to
//   kInternal  a foreign file, or a schema newer than this binary; or older, and it may not be written
absl::StatusOr<MigrationReport> Migrate(const Connection& connection, const SqliteOptions& options);

// The migrations that Migrate would run, as "1: the ledger"; of an empty file all of them. Changes nothing. Its errors,
// but for kNotFound.
absl::StatusOr<std::vector<std::string>> FindMigrations(const Connection& connection);

// A table, column or index that a descriptor asks for and the file does not have; a trigger or view of the log's that
// the file does not have, or has otherwise.
struct Repair {
  std::string what;                  // "add column runs.paused_from"
  std::string sql;                   // how
  const TableDef* refold = nullptr;  // the table whose rows must be folded again afterwards, if any
};
// What `tables`, leases and the log's triggers and views lack in the file.
absl::StatusOr<std::vector<Repair>> FindRepairs(const Connection& connection,
                                                const std::vector<const TableDef*>& tables);
// All of them in one transaction.
absl::Status ApplyRepairs(const Connection& connection, const std::vector<Repair>& repairs);

// "<db>_backup_<UTC time>.db" beside `path` (without its own ".db").
std::string DefaultBackupPath(const std::string& path, Timestamp now);

}  // namespace annals
