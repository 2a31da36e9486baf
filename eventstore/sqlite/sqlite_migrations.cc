#include "eventstore/sqlite/sqlite_migrations.h"

#include <algorithm>
#include <iterator>
#include <set>

#include <fmt/format.h>

#include "eventstore/sqlite/schema_object.h"
#include "eventstore/sqlite/sqlite_backup.h"
#include "eventstore/sqlite/sqlite_schema.h"
#include "eventstore/sqlite/sqlite_storage.h"
#include "schemas/check.h"
#include "schemas/status.h"

namespace annals {
namespace {

// From number − 1 to number. The first lays the schema into an empty file; later ones change what older binaries wrote.
struct Migration {
  int64_t number;
  std::string_view name;
  std::string (*sql)(const SqliteOptions& options);
};

std::string FreshSchemaSql(const SqliteOptions& options) {
  std::vector<const TableDef*> tables;
  std::ranges::copy_if(options.tables, std::back_inserter(tables),
                       [](const TableDef* table) { return !table->on_demand; });
  std::string sql = SchemaSql(tables);
  const Timestamp now = options.clock->Now();
  sql += fmt::format("INSERT INTO tree_head VALUES (1, 0, 0, 0, x'{}', x'');", HexOf(MerkleTree().Root()));
  sql += fmt::format(
      "INSERT INTO schema_meta VALUES ('database_id', '{}'), ('created_at', '{}'), ('schema_version', '0');",
      NewUlid(now, *options.random), FormatTimestamp(now));
  sql += fmt::format("PRAGMA application_id = {};", kApplicationId);
  return sql;
}

constexpr Migration kMigrations[] = {
    {1, kMigrationNames[0], FreshSchemaSql},
};
static_assert(std::size(kMigrations) == kSchemaVersion && std::size(kMigrationNames) == kSchemaVersion);

absl::StatusOr<int64_t> QueryNumber(const Connection& connection, std::string_view sql) {
  ASSIGN_OR_RETURN(const auto number, connection.QueryInt(sql));
  return number.value_or(0);
}

absl::Status RunMigration(const Connection& connection, const Migration& migration, const SqliteOptions& options) {
  RETURN_IF_ERROR(connection.Execute("BEGIN IMMEDIATE"));
  // Another process may have done it while this one waited for the lock.
  const absl::StatusOr<int64_t> at = QueryNumber(connection, "PRAGMA user_version");
  absl::Status status = at.status();
  if (status.ok() && *at < migration.number) {
    status = connection.Execute(migration.sql(options) +
                                fmt::format("INSERT INTO migrations VALUES ({0}, '{1}', '{2}');"
                                            "UPDATE schema_meta SET value = '{0}' WHERE key = 'schema_version';"
                                            "PRAGMA user_version = {0};",
                                            migration.number, migration.name, FormatTimestamp(options.clock->Now())));
  }
  if (status.ok()) status = connection.Execute("COMMIT");
  if (!status.ok()) connection.Execute("ROLLBACK").IgnoreError();
  return WithContext(status, fmt::format("bring it to schema version {}", migration.number));
}

absl::Status ForeignFile(const Connection& connection) {
  return absl::InternalError(fmt::format(
      "open the database {}: it belongs to another program (no Annals log in it); name another file with --db",
      connection.path()));
}

absl::Status BundleIsToRead(const Connection& connection) {
  return absl::InvalidArgumentError(
      fmt::format("open the database {}: it is a bundle, a copy of one run to read; write to the log that it came from",
                  connection.path()));
}

absl::Status NewerSchema(const Connection& connection, int64_t version) {
  return absl::InternalError(fmt::format(
      "open the database {}: it has schema version {}, this annals knows versions up to {}; use a newer annals",
      connection.path(), version, kSchemaVersion));
}

absl::StatusOr<std::set<std::string>> NamesIn(const Connection& connection, const std::string& sql) {
  ASSIGN_OR_RETURN(Statement statement, connection.Prepare(sql));
  std::set<std::string> names;
  while (true) {
    ASSIGN_OR_RETURN(const bool row, statement.Step());
    if (!row) return names;
    names.emplace(statement.Text(0));
  }
}

}  // namespace

absl::StatusOr<MigrationReport> Migrate(const Connection& connection, const SqliteOptions& options) {
  const bool may_write = options.mode != OpenMode::kReadOnly;
  ASSIGN_OR_RETURN(const int64_t application_id, QueryNumber(connection, "PRAGMA application_id"));
  ASSIGN_OR_RETURN(int64_t version, QueryNumber(connection, "PRAGMA user_version"));
  MigrationReport report;
  if (application_id == kBundleApplicationId) {
    if (may_write) return BundleIsToRead(connection);
  } else if (application_id != kApplicationId) {
    ASSIGN_OR_RETURN(const int64_t objects, QueryNumber(connection, "SELECT count(*) FROM sqlite_schema"));
    if (application_id != 0 || version != 0 || objects > 0) {
      // Between two looks another process may have laid the schema: only then is this our file after all.
      ASSIGN_OR_RETURN(const int64_t again, QueryNumber(connection, "PRAGMA application_id"));
      if (again != kApplicationId) return ForeignFile(connection);
      ASSIGN_OR_RETURN(version, QueryNumber(connection, "PRAGMA user_version"));
    } else if (!may_write) {
      return absl::NotFoundError(
          fmt::format("open the database {}: it is empty; make it with annals init", connection.path()));
    } else {
      report.fresh = true;
      ASSIGN_OR_RETURN(const std::optional<std::string> mode, connection.QueryText("PRAGMA journal_mode = WAL"));
      // SQLite keeps the mode it had where the disk fails on the way, and does not call that an error.
      if (mode != "wal") {
        return absl::InternalError(
            fmt::format("make the database {}: the disk failed before it had a write-ahead log; look at the system's "
                        "log, and try again",
                        connection.path()));
      }
    }
  }
  if (version > kSchemaVersion) return NewerSchema(connection, version);
  if (version == kSchemaVersion) return report;
  if (!may_write) {
    return absl::InternalError(
        fmt::format("open the database {}: it has schema version {}, this annals reads {}; run annals migrate",
                    connection.path(), version, kSchemaVersion));
  }
  CHECK(options.clock != nullptr && options.random != nullptr);
  if (!report.fresh) {
    report.backup_path = DefaultBackupPath(connection.path(), options.clock->Now());
    RETURN_IF_ERROR(BackUp(connection, report.backup_path).status());
  }
  for (const Migration& migration : kMigrations) {
    if (migration.number <= version) continue;
    RETURN_IF_ERROR(RunMigration(connection, migration, options));
    report.applied.emplace_back(migration.name);
  }
  return report;
}

absl::StatusOr<std::vector<std::string>> FindMigrations(const Connection& connection) {
  ASSIGN_OR_RETURN(const int64_t application_id, QueryNumber(connection, "PRAGMA application_id"));
  ASSIGN_OR_RETURN(const int64_t version, QueryNumber(connection, "PRAGMA user_version"));
  ASSIGN_OR_RETURN(const int64_t objects, QueryNumber(connection, "SELECT count(*) FROM sqlite_schema"));
  if (application_id == kBundleApplicationId) return BundleIsToRead(connection);
  if (application_id != kApplicationId && (application_id != 0 || version != 0 || objects > 0))
    return ForeignFile(connection);
  if (version > kSchemaVersion) return NewerSchema(connection, version);
  std::vector<std::string> names;
  for (const Migration& migration : kMigrations) {
    if (migration.number > version) names.push_back(fmt::format("{}: {}", migration.number, migration.name));
  }
  return names;
}

namespace {

// What `table` lacks in the file. `refold`: what must be folded again then, if anything.
absl::Status FindRepairsOf(const TableDef& table, const TableDef* refold, const std::set<std::string>& objects,
                           const Connection& connection, std::vector<Repair>& repairs) {
  if (!objects.contains(table.name)) {
    if (!table.on_demand) {
      repairs.push_back({"create table " + table.name, CreateTableSql(table, table.name, ""), refold});
    }
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const auto columns,
                   NamesIn(connection, fmt::format("SELECT name FROM pragma_table_info('{}')", table.name)));
  for (const ColumnDef& column : table.columns) {
    if (columns.contains(column.name)) continue;
    repairs.push_back({fmt::format("add column {}.{}", table.name, column.name),
                       fmt::format("ALTER TABLE {} ADD COLUMN {};", table.name, AddedColumnSql(column)), refold});
  }
  for (const auto& index : table.indexes) {
    const std::string plain = IndexNameOf(table, index, "");
    if (objects.contains(plain) || objects.contains(IndexNameOf(table, index, "_2"))) continue;
    std::string names;
    for (const size_t column : index) names += (names.empty() ? "" : ", ") + table.columns[column].name;
    repairs.push_back({fmt::format("add index {}", plain),
                       fmt::format("CREATE INDEX {} ON {} ({});", plain, table.name, names), nullptr});
  }
  return absl::OkStatus();
}

// Triggers and views hold no data, so one that was changed can be made anew too.
absl::Status FindDefinitionRepairs(const Connection& connection, std::vector<Repair>& repairs) {
  ASSIGN_OR_RETURN(const std::vector<SchemaObject> made, SchemaAsMade({}));
  ASSIGN_OR_RETURN(const std::vector<SchemaObject> there, ReadSchema(connection));
  for (const SchemaObject& object : made) {
    if (object.type != "trigger" && object.type != "view") continue;
    // A trigger may have the name of something else.
    const auto found = std::ranges::find_if(there, [&](const SchemaObject& other) {
      return other.name == object.name && (other.type == "trigger") == (object.type == "trigger");
    });
    if (found != there.end() && found->type != object.type) continue;  // there is no room for it
    if (found == there.end()) {
      repairs.push_back({fmt::format("add {} {}", object.type, object.name), object.sql + ";", nullptr});
    } else if (found->tokens != object.tokens || found->table != object.table) {
      repairs.push_back({fmt::format("make {} {} anew", object.type, object.name),
                         fmt::format("DROP {} {}; {};", object.type, object.name, object.sql), nullptr});
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<Repair>> FindRepairs(const Connection& connection,
                                                const std::vector<const TableDef*>& tables) {
  std::vector<Repair> repairs;
  ASSIGN_OR_RETURN(const auto objects, NamesIn(connection, "SELECT name FROM sqlite_schema"));
  for (const TableDef* const table : tables) {
    RETURN_IF_ERROR(FindRepairsOf(*table, table, objects, connection, repairs));
  }
  // Empty leases are right: a worker is heard of again at its next heartbeat. Without the ids of commands, or the
  // places of sources, what was done would be done again.
  RETURN_IF_ERROR(FindRepairsOf(LeasesTable(), nullptr, objects, connection, repairs));
  RETURN_IF_ERROR(FindDefinitionRepairs(connection, repairs));
  return repairs;
}

absl::Status ApplyRepairs(const Connection& connection, const std::vector<Repair>& repairs) {
  std::string sql = "BEGIN IMMEDIATE;";
  for (const Repair& repair : repairs) sql += repair.sql;
  const absl::Status status = connection.Execute(sql + "COMMIT;");
  if (!status.ok()) connection.Execute("ROLLBACK").IgnoreError();
  return WithContext(status, "mend the tables");
}

std::string DefaultBackupPath(const std::string& path, Timestamp now) {
  std::string base = path;
  if (base.ends_with(".db")) base.resize(base.size() - 3);
  std::string time = FormatTimestamp(now);
  // "2026-11-20T21:16:25.123456Z" without the colons that other file systems refuse.
  std::erase(time, ':');
  return fmt::format("{}_backup_{}.db", base, time);
}

}  // namespace annals
