#include "cli/context.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "cli/database_path.h"
#include "cli/fold_progress.h"
#include "commands/engine.h"
#include "eventstore/memory/memory_storage.h"
#include "eventstore/sqlite/sqlite_row_store.h"
#include "eventstore/sqlite/sqlite_storage.h"
#include "projections/as_of.h"
#include "projections/tables.h"
#include "schemas/status.h"

namespace annals {
namespace {

namespace fs = std::filesystem;

absl::Status MakeFolderOf(const std::string& path) {
  const fs::path folder = fs::path(path).parent_path();
  if (folder.empty()) return absl::OkStatus();
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error) return absl::OkStatus();
  return absl::InternalError(fmt::format("make the folder {}: {}; choose a place you may write to with --db",
                                         folder.string(), error.message()));
}

}  // namespace

std::vector<Argument> GlobalArguments(GlobalOptions& options) {
  return {
      FileNamed(Option("--db", "PATH", &options.db, "the database file")),
      Flag("--json", &options.json, "answer in JSON: one object, or one a line for lists"),
      Option("--actor", "NAME", &options.actor, "who issues the command (default: $USER)"),
      Option("--command-id", "ID", &options.command_id,
             "idempotency key: a second use appends nothing and gives the first answer"),
      Option("--expect-version", "N", &options.expect_version,
             "fail with exit code 5 unless the stream is at this version"),
      Flag("--dry-run", &options.dry_run, "judge and show, append nothing"),
      Option("--at", "POINT", &options.at,
             "answer as of then: a position, or a time such as 2026-11-20T21:16, -2h or yesterday"),
      Option("--lock-timeout", "MS", &options.lock_timeout_ms,
             "how long to wait for other writers, in milliseconds (default: 10000)"),
      Flag("--no-color", &options.no_color, "no colour, as with NO_COLOR=1"),
  };
}

// Gone when the fold is done, since what asked for it goes on.
struct Context::FoldProgressErased {
  mutable FoldProgressLine line;  // absl::FunctionRef calls what is const
  void operator()(uint64_t done, uint64_t total) const {
    if (done < total) {
      line(done, total);
    } else {
      line.Erase();
    }
  }
};

Context::Context(Host& host, GlobalOptions options)
    : host_(host),
      options_(std::move(options)),
      colour_(options_.no_color ? ColourMode::kOff : ColourModeFor(host.out_is_terminal, host.environment)) {}

Context::~Context() = default;

std::string Context::Actor() const {
  if (options_.actor) return *options_.actor;
  const char* const user = host_.environment("USER");
  if (user != nullptr && *user != '\0') return user;
  passwd entry = {};
  passwd* found = nullptr;
  char buffer[4096];
  if (getpwuid_r(getuid(), &entry, buffer, sizeof(buffer), &found) == 0 && found != nullptr) return entry.pw_name;
  return "unknown";
}

absl::StatusOr<std::string> Context::DatabasePath() {
  if (!path_.empty()) return path_;
  std::error_code error;
  const fs::path directory = fs::current_path(error);
  ASSIGN_OR_RETURN(path_, FindDatabasePath(options_.db, host_.environment, directory));
  return path_;
}

absl::StatusOr<bool> Context::DatabaseIsThere() {
  ASSIGN_OR_RETURN(const std::string path, DatabasePath());
  std::error_code error;
  const bool there = fs::exists(path, error);  // that a folder above it is missing is no error
  if (!error) return there;
  return absl::InternalError(
      fmt::format("open the database {}: {}; check the permissions of the folders above it", path, error.message()));
}

absl::StatusOr<SqliteStorage*> Context::Open(bool may_write) {
  if (storage_ != nullptr && (opened_for_writing_ || !may_write)) return storage_.get();
  storage_.reset();
  ASSIGN_OR_RETURN(storage_, OpenNew(may_write));
  opened_for_writing_ = may_write;
  return storage_.get();
}

absl::StatusOr<std::unique_ptr<SqliteStorage>> Context::OpenNew(bool may_write) {
  ASSIGN_OR_RETURN(const std::string path, DatabasePath());
  if (may_write) RETURN_IF_ERROR(MakeFolderOf(path));
  return SqliteStorage::Open({.path = path,
                              .mode = may_write ? OpenMode::kCreate : OpenMode::kReadOnly,
                              .lock_timeout_ms = static_cast<int>(options_.lock_timeout_ms),
                              .tables = ProjectedTables(),
                              .clock = &host_.clock,
                              .random = &host_.random});
}

absl::StatusOr<SqliteStorage*> Context::OpenForReading() {
  return Open(/*may_write=*/false);
}
absl::StatusOr<std::unique_ptr<Snapshot>> Context::Read() {
  ASSIGN_OR_RETURN(SqliteStorage* const storage, OpenForReading());
  ASSIGN_OR_RETURN(std::unique_ptr<Snapshot> snapshot, storage->Read());
  if (!options_.at) return snapshot;
  const Timestamp now = host_.clock.Now();
  ASSIGN_OR_RETURN(const Position last, ResolvePoint(*snapshot, *options_.at, now));
  ASSIGN_OR_RETURN(std::unique_ptr<SqliteRowStore> store, SqliteRowStore::InMemory(ProjectedTables()));
  fold_progress_.reset(new FoldProgressErased{FoldProgressLine(*this, "fold")});
  ASSIGN_OR_RETURN(std::unique_ptr<Snapshot> as_of,
                   AsOfSnapshot::Open(std::move(snapshot), last, std::move(store), *fold_progress_));
  const auto* const time = std::get_if<TimeExpression>(&*options_.at);
  as_of_time_ = time == nullptr ? as_of->head().recorded_at : std::min(time->At(now), now);
  return as_of;
}

Timestamp Context::Now() {
  return as_of_time_ ? *as_of_time_ : host_.clock.Now();
}

absl::StatusOr<std::unique_ptr<SqliteStorage>> Context::OpenAnotherForReading() {
  return OpenNew(/*may_write=*/false);
}
absl::StatusOr<SqliteStorage*> Context::OpenForWriting() {
  return Open(/*may_write=*/true);
}

absl::StatusOr<Engine*> Context::OpenEngine() {
  if (engine_ != nullptr) return engine_.get();
  bool is_there = true;
  if (options_.dry_run) {
    ASSIGN_OR_RETURN(is_there, DatabaseIsThere());
  }
  Storage* storage = nullptr;
  if (!is_there) {
    memory_ = MemoryStorage::Create(ProjectedTables());
    storage = memory_.get();
  } else {
    ASSIGN_OR_RETURN(storage, OpenForWriting());
  }
  engine_ = std::make_unique<Engine>(*storage, host_.clock, host_.random);
  return engine_.get();
}

absl::StatusOr<std::string> Context::BackUpOnStart() {
  const char* const wanted = host_.environment("ANNALS_BACKUP_ON_START");
  if (wanted == nullptr || std::string_view(wanted) != "true") return "";
  ASSIGN_OR_RETURN(const bool is_there, DatabaseIsThere());
  if (!is_there) return "";
  ASSIGN_OR_RETURN(const std::string path, DatabasePath());
  ASSIGN_OR_RETURN(const SqliteStorage* const storage, OpenForReading());
  const std::string target = DefaultBackupPath(path, host_.clock.Now());
  RETURN_IF_ERROR(storage->connection().BackUpTo(target));
  return target;
}

}  // namespace annals
