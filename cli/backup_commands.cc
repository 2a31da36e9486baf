// annals backup and annals restore: whole databases, out and in.
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/printable.h"
#include "eventstore/sqlite/sqlite_backup.h"
#include "eventstore/sqlite/sqlite_storage.h"
#include "schemas/json_writer.h"
#include "schemas/status.h"

namespace annals {
namespace {

namespace fs = std::filesystem;

std::string EventsText(const DatabaseSummary& summary) {
  if (summary.events == 0) return "no events";
  return fmt::format("{} event{}, the newest of {}", summary.events, summary.events == 1 ? "" : "s",
                     FormatTimestamp(summary.recorded_at));
}

void WriteSummary(const DatabaseSummary& summary, JsonWriter& out) {
  out.Key("database_id").String(summary.database_id).Key("events").UInt(summary.events).Key("recorded_at");
  summary.events == 0 ? out.Null() : out.String(FormatTimestamp(summary.recorded_at));
}

absl::StatusOr<int> BackUpDatabase(Context& context, const std::optional<std::string>& file) {
  ASSIGN_OR_RETURN(const SqliteStorage* const storage, context.OpenForReading());
  const Connection& connection = storage->connection();
  const std::string target = file ? *file : DefaultBackupPath(connection.path(), context.clock().Now());
  const bool dry_run = context.options().dry_run;
  absl::StatusOr<DatabaseSummary> summary = DatabaseSummary();
  if (!dry_run) {
    summary = BackUp(connection, target);
  } else if (std::error_code unknown; fs::exists(target, unknown)) {
    summary = absl::AlreadyExistsError(fmt::format("{} is already there; name a new file", target));
  } else {
    summary = CheckDatabase(connection);
  }
  if (!summary.ok()) return summary.status();
  if (context.json()) {
    JsonWriter out;
    out.BeginObject().Key("path").String(connection.path()).Key("backup").String(target);
    WriteSummary(*summary, out);
    if (dry_run) out.Key("dry_run").Bool(true);
    context.out() << out.EndObject().text() << '\n';
  } else {
    context.out() << fmt::format("{}{}: {}{}\n", dry_run ? "dry run: would back up to " : "", Printable(target),
                                 EventsText(*summary), dry_run ? "" : "; looked over");
  }
  return kExitDone;
}

struct RestoreArguments {
  std::string file;
  bool force = false;
};

// The database in whose place it goes; nothing where there is none, or one without a schema.
absl::StatusOr<std::unique_ptr<SqliteStorage>> OpenExisting(Context& context, const std::string& path) {
  ASSIGN_OR_RETURN(const bool is_there, context.DatabaseIsThere());
  if (!is_there) return nullptr;
  absl::StatusOr<std::unique_ptr<SqliteStorage>> existing =
      SqliteStorage::Open({.path = path, .mode = OpenMode::kReadOnly});
  if (absl::IsNotFound(existing.status())) return nullptr;
  if (!existing.ok()) return WithContext(existing.status(), "look at what is there (to restore over it, move it away)");
  return existing;
}

// What of the existing database would be no more.
std::string LossText(const RestorePlan& plan) {
  const DatabaseSummary& existing = *plan.existing;
  if (existing.database_id != plan.file.database_id) {
    return fmt::format("another database ({}) with {}", existing.database_id, EventsText(existing));
  }
  return fmt::format("{} event{} after position {}", plan.lost(), plan.lost() == 1 ? "" : "s", plan.kept);
}

void PrintRestored(Context& context, const std::string& path, const std::string& file, const RestorePlan& plan,
                   const std::string& backup) {
  const bool dry_run = context.options().dry_run;
  if (context.json()) {
    JsonWriter out;
    out.BeginObject().Key("path").String(path).Key("from").String(file);
    WriteSummary(plan.file, out);
    out.Key("lost_events").UInt(plan.lost()).Key("kept_events").UInt(plan.kept).Key("backup");
    backup.empty() ? out.Null() : out.String(backup);
    if (dry_run) out.Key("dry_run").Bool(true);
    context.out() << out.EndObject().text() << '\n';
    return;
  }
  context.out() << fmt::format("{}{} from {}: {}\n", dry_run ? "dry run: would restore " : "", Printable(path),
                               Printable(file), EventsText(plan.file));
  if (plan.lost() > 0) context.out() << fmt::format("{}: {}\n", dry_run ? "would be gone" : "gone", LossText(plan));
  if (!backup.empty()) context.out() << fmt::format("what was there: {}\n", Printable(backup));
}

absl::StatusOr<int> RestoreDatabase(Context& context, const RestoreArguments& arguments) {
  ASSIGN_OR_RETURN(const std::string path, context.DatabasePath());
  std::error_code error;
  if (!fs::exists(arguments.file, error) && !error) {
    return absl::NotFoundError(fmt::format("there is no file {}; name a backup", arguments.file));
  }
  if (fs::equivalent(arguments.file, path, error)) {
    return absl::InvalidArgumentError(fmt::format("{} is the database itself; name a backup of it", arguments.file));
  }
  ASSIGN_OR_RETURN(const auto source, SqliteStorage::Open({.path = arguments.file, .mode = OpenMode::kReadOnly}));
  ASSIGN_OR_RETURN(const auto existing, OpenExisting(context, path));
  ASSIGN_OR_RETURN(const RestorePlan plan,
                   PlanRestore(source->connection(), existing == nullptr ? nullptr : &existing->connection()));
  const bool dry_run = context.options().dry_run;
  if (plan.lost() > 0 && !arguments.force && !dry_run) {
    return absl::InvalidArgumentError(fmt::format(
        "put {} in the place of {}: this would lose {}; add --force if it is meant: what is there is backed "
        "up first",
        arguments.file, path, LossText(plan)));
  }
  std::string backup;
  if (plan.existing && plan.existing->events > 0) {
    backup = DefaultBackupPath(path, context.clock().Now());
    if (!dry_run) RETURN_IF_ERROR(BackUp(existing->connection(), backup).status());
  }
  if (!dry_run) {
    if (const fs::path folder = fs::path(path).parent_path(); !folder.empty()) fs::create_directories(folder, error);
    ASSIGN_OR_RETURN(const Connection target,
                     Connection::Open(path, OpenMode::kCreate, static_cast<int>(context.options().lock_timeout_ms)));
    RETURN_IF_ERROR(Restore(source->connection(), plan, fmt::format("{}.restoring-{}", path, getpid()), target));
  }
  PrintRestored(context, path, arguments.file, plan, backup);
  return kExitDone;
}

}  // namespace

Command BackupCommand() {
  const auto file = std::make_shared<std::optional<std::string>>();
  return {.name = "backup",
          .summary = "Copy the database to a file, while others write",
          .details =
              "FILE must not be there yet; without it the copy goes beside the database, named for the time. It is the "
              "database as of one moment, and is looked over before it gets its name.",
          .example = "annals backup\nannals backup /mnt/backups/pipeline.db",
          .arguments = {FileNamed(Place("FILE", file.get(), "where to (default: DATABASE_backup_TIME.db)"))},
          .run = [file](Context& context) { return BackUpDatabase(context, *file); }};
}

Command RestoreCommand() {
  const auto arguments = std::make_shared<RestoreArguments>();
  return {
      .name = "restore",
      .summary = "Put a backup in the database's place",
      .details =
          "FILE is looked over first. What is there is backed up, and replaced in one step: processes that have it "
          "open go on with the one or the other, never with a mix. Where events would be lost it is refused without "
          "--force.",
      .example = "annals restore state/pipeline_state_backup_2026-11-20T211625.123456Z.db --dry-run",
      .arguments = {FileNamed(Place("FILE", &arguments->file, "a backup, or any other database of Annals")),
                    Flag("--force", &arguments->force, "also where events are lost that the backup does not have")},
      .run = [arguments](Context& context) { return RestoreDatabase(context, *arguments); }};
}

}  // namespace annals
