// annals init and annals migrate: a database that has the newest schema, and every table, column and index of it.
#include <algorithm>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/fold_progress.h"
#include "cli/printable.h"
#include "eventstore/sqlite/sqlite_backup.h"
#include "eventstore/sqlite/sqlite_storage.h"
#include "projections/rebuild.h"
#include "projections/tables.h"
#include "schemas/json_writer.h"
#include "schemas/status.h"

namespace annals {
namespace {

struct Upkeep {
  std::string path;
  bool fresh = false;
  std::vector<std::string> migrations;
  std::vector<std::string> repairs;
  std::vector<std::string> refolded;  // tables
  std::string backup;
};

void AddNames(const std::vector<Repair>& repairs, std::vector<const TableDef*>& tables, Upkeep& upkeep) {
  for (const Repair& repair : repairs) {
    upkeep.repairs.push_back(repair.what);
    if (repair.refold == nullptr || std::find(tables.begin(), tables.end(), repair.refold) != tables.end()) continue;
    tables.push_back(repair.refold);
    upkeep.refolded.push_back(repair.refold->name);
  }
}

absl::StatusOr<Upkeep> BringUpToDate(Context& context) {
  ASSIGN_OR_RETURN(SqliteStorage* const storage, context.OpenForWriting());
  const Connection& connection = storage->connection();
  Upkeep upkeep{.path = connection.path(),
                .fresh = storage->migration().fresh,
                .migrations = storage->migration().applied,
                .repairs = {},
                .refolded = {},
                .backup = storage->migration().backup_path};
  ASSIGN_OR_RETURN(const std::vector<Repair> repairs, FindRepairs(connection, ProjectedTables()));
  if (repairs.empty()) return upkeep;
  if (upkeep.backup.empty()) {
    upkeep.backup = DefaultBackupPath(connection.path(), context.clock().Now());
    RETURN_IF_ERROR(BackUp(connection, upkeep.backup).status());
  }
  RETURN_IF_ERROR(ApplyRepairs(connection, repairs));
  std::vector<const TableDef*> tables;
  AddNames(repairs, tables, upkeep);
  if (tables.empty()) return upkeep;
  FoldProgressLine progress(context, "fold");
  const absl::Status refolded = Refold(*storage, tables, progress);
  progress.Erase();
  RETURN_IF_ERROR(refolded);
  return upkeep;
}

// What BringUpToDate would do, from a look at the file.
absl::StatusOr<Upkeep> LookOnly(Context& context) {
  Upkeep upkeep;
  ASSIGN_OR_RETURN(upkeep.path, context.DatabasePath());
  const int lock_timeout_ms = static_cast<int>(context.options().lock_timeout_ms);
  ASSIGN_OR_RETURN(const Connection connection, Connection::Open(upkeep.path, OpenMode::kReadOnly, lock_timeout_ms));
  ASSIGN_OR_RETURN(upkeep.migrations, FindMigrations(connection));
  // An older schema gets its tables from the migrations first.
  if (!upkeep.migrations.empty()) return upkeep;
  ASSIGN_OR_RETURN(const std::vector<Repair> repairs, FindRepairs(connection, ProjectedTables()));
  std::vector<const TableDef*> tables;
  AddNames(repairs, tables, upkeep);
  return upkeep;
}

void WriteNames(std::string_view key, const std::vector<std::string>& names, JsonWriter& out) {
  out.Key(key).BeginArray();
  for (const std::string& name : names) out.String(name);
  out.EndArray();
}

int Print(Context& context, const Upkeep& upkeep, bool dry_run) {
  if (context.json()) {
    JsonWriter out;
    out.BeginObject()
        .Key("path")
        .String(upkeep.path)
        .Key("schema_version")
        .Int(kSchemaVersion)
        .Key("fresh")
        .Bool(upkeep.fresh);
    WriteNames("migrations", upkeep.migrations, out);
    WriteNames("repairs", upkeep.repairs, out);
    WriteNames("refolded", upkeep.refolded, out);
    out.Key("backup");
    upkeep.backup.empty() ? out.Null() : out.String(upkeep.backup);
    if (dry_run) out.Key("dry_run").Bool(true);
    context.out() << out.EndObject().text() << '\n';
    return kExitDone;
  }
  std::ostream& out = context.out();
  const bool up_to_date = !upkeep.fresh && upkeep.migrations.empty() && upkeep.repairs.empty();
  out << fmt::format("database: {}\nschema:   version {}, {}\n", Printable(upkeep.path), kSchemaVersion,
                     upkeep.fresh ? "fresh schema applied"
                     : up_to_date ? "up to date"
                     : dry_run    ? "not up to date"
                                  : "brought up to date");
  const std::string_view would = dry_run ? "would " : "";
  if (!upkeep.fresh) {
    for (const std::string& name : upkeep.migrations) out << fmt::format("{}migrate {}\n", would, name);
  }
  for (const std::string& repair : upkeep.repairs) out << would << Printable(repair) << '\n';
  if (!upkeep.refolded.empty()) out << fmt::format("{}fold again: {}\n", would, fmt::join(upkeep.refolded, ", "));
  if (!upkeep.backup.empty()) out << fmt::format("backup:   {}\n", Printable(upkeep.backup));
  return kExitDone;
}

absl::StatusOr<int> Run(Context& context, bool may_look_only, bool backs_up_on_start) {
  if (context.options().dry_run) {
    ASSIGN_OR_RETURN(const bool is_there, context.DatabaseIsThere());
    if (!may_look_only && !is_there) {
      Upkeep upkeep;
      ASSIGN_OR_RETURN(upkeep.path, context.DatabasePath());
      upkeep.fresh = true;
      return Print(context, upkeep, /*dry_run=*/true);
    }
    ASSIGN_OR_RETURN(const Upkeep upkeep, LookOnly(context));
    return Print(context, upkeep, /*dry_run=*/true);
  }
  std::string backup;
  if (backs_up_on_start) {
    ASSIGN_OR_RETURN(backup, context.BackUpOnStart());
  }
  ASSIGN_OR_RETURN(Upkeep upkeep, BringUpToDate(context));
  if (upkeep.backup.empty()) upkeep.backup = backup;
  return Print(context, upkeep, /*dry_run=*/false);
}

absl::StatusOr<int> RunMigrate(Context& context) {
  // Migrating what is not there would make it: that is what init is for.
  RETURN_IF_ERROR(LookOnly(context).status());
  return Run(context, /*may_look_only=*/true, /*backs_up_on_start=*/false);
}

}  // namespace

Command InitCommand() {
  return {
      .name = "init",
      .summary = "Make the database, or bring it up to date",
      .details = "May be run any number of times. Says where the database is and whether a fresh schema was applied.",
      .example = "annals init\nannals init --db state/other.db",
      .arguments = {},
      .run = [](Context& context) { return Run(context, /*may_look_only=*/false, /*backs_up_on_start=*/true); }};
}

Command MigrateCommand() {
  return {.name = "migrate",
          .summary = "Bring an older database up to date",
          .details =
              "Backs it up, runs the numbered migrations, adds missing tables, columns and indexes, makes triggers and "
              "views of the log anew that are missing or were changed, and folds the log again into the tables that "
              "need it. With --dry-run it lists what it would do.",
          .example = "annals migrate --dry-run",
          .arguments = {},
          .run = RunMigrate};
}

}  // namespace annals
