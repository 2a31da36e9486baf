#include "eventstore/sqlite/sqlite_backup.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>

#include "eventstore/storage.h"
#include "schemas/status.h"

namespace annals {
namespace {

// How far a restore moves the generation: so far that none who moves it meanwhile, a table at a time, gets there too.
constexpr int64_t kGenerationLeap = int64_t{1} << 32;

void RemoveDatabaseFiles(const std::string& path) {
  for (const char* const suffix : {"", "-wal", "-shm", "-journal"}) {
    std::error_code ignored;  // what is not there need not go
    std::filesystem::remove(path + suffix, ignored);
  }
}

// Where it cannot be known, writing there says why.
bool IsThere(const std::string& path) {
  return access(path.c_str(), F_OK) == 0;
}

// Removes a half-made database, unless it became a whole one.
class RemoveOnExit {
 public:
  explicit RemoveOnExit(std::string path) : path_(std::move(path)) {}
  ~RemoveOnExit() { RemoveDatabaseFiles(path_); }
  RemoveOnExit(const RemoveOnExit&) = delete;
  RemoveOnExit& operator=(const RemoveOnExit&) = delete;

 private:
  const std::string path_;
};

absl::Status Damaged(const Connection& connection, std::string_view what) {
  return absl::DataLossError(fmt::format("look over the database {}: {}; restore a backup", connection.path(), what));
}

absl::Status CheckPages(const Connection& connection) {
  std::string fault;
  // What the quick one takes for damage may be none (FindDamagedPagesOf).
  for (const char* const check : {"PRAGMA quick_check(1)", "PRAGMA integrity_check(1)"}) {
    ASSIGN_OR_RETURN(const std::optional<std::string> found, connection.QueryText(check));
    fault = found.value_or("");
    if (fault == "ok") return absl::OkStatus();
  }
  // The first line only names the database.
  return Damaged(connection, fmt::format("its pages are damaged: {}", fault.substr(fault.rfind('\n') + 1)));
}

absl::Status CheckNewestLeaf(const Connection& connection, uint64_t position) {
  ASSIGN_OR_RETURN(Statement newest,
                   connection.Prepare("SELECT streams.name, log.version, log.event, log.leaf_hash FROM log "
                                      "JOIN streams ON streams.id = log.stream WHERE position = ?"));
  newest.Bind(1, static_cast<int64_t>(position));
  ASSIGN_OR_RETURN(const bool found, newest.Step());
  if (!found) return Damaged(connection, fmt::format("there is no event at position {}, its newest", position));
  const Hash leaf = LeafHashOf({position}, newest.Text(0), {static_cast<uint64_t>(newest.Int(1))}, newest.Blob(2));
  if (IsKeptOf(leaf, newest.Blob(3))) return absl::OkStatus();
  return Damaged(connection, fmt::format("the event at position {} is not the one that was written", position));
}

absl::StatusOr<DatabaseSummary> CheckLog(const Connection& connection) {
  DatabaseSummary summary;
  ASSIGN_OR_RETURN(const std::optional<std::string> id,
                   connection.QueryText("SELECT value FROM schema_meta WHERE key = 'database_id'"));
  summary.database_id = id.value_or("");
  ASSIGN_OR_RETURN(Statement head, connection.Prepare("SELECT tree_size, recorded_at, root, frontier FROM tree_head"));
  ASSIGN_OR_RETURN(const bool found, head.Step());
  if (!found) return Damaged(connection, "it has no tree head");
  summary.events = static_cast<uint64_t>(head.Int(0));
  summary.recorded_at = {head.Int(1)};
  ASSIGN_OR_RETURN(const MerkleTree tree, MerkleTree::FromFrontier(summary.events, head.Blob(3)));
  if (head.Blob(2) != BytesOf(tree.Root())) return Damaged(connection, "the root of its tree does not fit the tree");
  ASSIGN_OR_RETURN(const std::optional<int64_t> events, connection.QueryInt("SELECT count(*) FROM log"));
  if (static_cast<uint64_t>(events.value_or(0)) != summary.events) {
    return Damaged(connection,
                   fmt::format("its log holds {} events, its head says {}", events.value_or(0), summary.events));
  }
  if (summary.events > 0) RETURN_IF_ERROR(CheckNewestLeaf(connection, summary.events));
  return summary;
}

absl::Status Sync(const std::string& path, int flags) {
  const int file = open(path.c_str(), flags | O_CLOEXEC);
  const bool synced = file >= 0 && fsync(file) == 0;
  const int error = errno;
  if (file >= 0) close(file);
  if (synced) return absl::OkStatus();
  return absl::InternalError(fmt::format("bring {} to the disk: {}", path, std::strerror(error)));
}

// Gives a finished file its name, which nothing else may have got meanwhile.
absl::Status Name(const std::string& unfinished, const std::string& target) {
  int result = renameat2(AT_FDCWD, unfinished.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE);
  if (result != 0 && (errno == EINVAL || errno == ENOSYS) && !IsThere(target)) {
    result = rename(unfinished.c_str(), target.c_str());  // a file system that cannot promise it
  }
  if (result == 0) return absl::OkStatus();
  if (errno == EEXIST) return absl::AlreadyExistsError(fmt::format("{} is already there; name a new file", target));
  return absl::InternalError(fmt::format("name the file {}: {}", target, std::strerror(errno)));
}

absl::StatusOr<DatabaseSummary> MakeCopy(const Connection& connection, const std::string& path) {
  ASSIGN_OR_RETURN(const Connection copy, Connection::Open(path, OpenMode::kCreate, 0));
  RETURN_IF_ERROR(connection.CopyInto(copy));
  return CheckDatabase(copy);
}

// The beginning of the leaf hash at `position`, which every log keeps, as text that can be compared.
absl::StatusOr<std::string> LeafAt(const Connection& connection, uint64_t position) {
  ASSIGN_OR_RETURN(const std::optional<std::string> leaf,
                   connection.QueryText(fmt::format("SELECT hex(substr(leaf_hash, 1, {})) FROM log WHERE position = {}",
                                                    kKeptLeafBytes, position)));
  return leaf.value_or("");
}

absl::StatusOr<int64_t> Ask(const Connection& connection, std::string_view sql) {
  ASSIGN_OR_RETURN(const std::optional<int64_t> number, connection.QueryInt(sql));
  return number.value_or(0);
}

// Pages as large as those of `target`: the copy goes page by page.
absl::Status FitPages(const Connection& staged, const Connection& target) {
  ASSIGN_OR_RETURN(const int64_t pages, Ask(target, "PRAGMA page_count"));
  ASSIGN_OR_RETURN(const int64_t wanted, Ask(target, "PRAGMA page_size"));
  ASSIGN_OR_RETURN(const int64_t size, Ask(staged, "PRAGMA page_size"));
  if (pages == 0 || wanted == size) return absl::OkStatus();
  // It cannot be changed while the file has a write-ahead log.
  RETURN_IF_ERROR(staged.QueryText("PRAGMA journal_mode = DELETE").status());
  RETURN_IF_ERROR(staged.Execute(fmt::format("PRAGMA page_size = {}; VACUUM;", wanted)));
  return staged.QueryText("PRAGMA journal_mode = WAL").status();
}

absl::Status MoveGeneration(const Connection& staged, const Connection& target) {
  constexpr std::string_view kGeneration = "SELECT generation FROM tree_head";
  ASSIGN_OR_RETURN(int64_t generation, Ask(staged, kGeneration));
  ASSIGN_OR_RETURN(const int64_t pages, Ask(target, "PRAGMA page_count"));
  if (pages > 0) {
    ASSIGN_OR_RETURN(const int64_t existing, Ask(target, kGeneration));
    generation = std::max(generation, existing);
  }
  return staged.Execute(fmt::format("UPDATE tree_head SET generation = {}", generation + kGenerationLeap));
}

}  // namespace

absl::StatusOr<DatabaseSummary> CheckDatabase(const Connection& connection) {
  // One moment for all of it, as others may be writing.
  RETURN_IF_ERROR(connection.Execute("BEGIN"));
  const absl::Status pages = CheckPages(connection);
  absl::StatusOr<DatabaseSummary> summary = pages.ok() ? CheckLog(connection) : pages;
  connection.Execute("ROLLBACK").IgnoreError();
  return summary;
}

absl::StatusOr<DatabaseSummary> BackUp(const Connection& connection, const std::string& target) {
  const std::string tried = fmt::format("back up {}", connection.path());
  if (IsThere(target)) {
    return absl::AlreadyExistsError(fmt::format("{}: {} is already there; name a new file", tried, target));
  }
  const std::string unfinished = fmt::format("{}.unfinished-{}", target, getpid());
  RemoveDatabaseFiles(unfinished);
  const RemoveOnExit remove(unfinished);
  const absl::StatusOr<DatabaseSummary> summary = MakeCopy(connection, unfinished);
  if (!summary.ok()) return WithContext(summary.status(), tried);
  const std::filesystem::path folder = std::filesystem::absolute(target).parent_path();
  absl::Status status = Sync(unfinished, O_RDONLY);
  if (status.ok()) status = Name(unfinished, target);
  if (status.ok()) status = Sync(folder, O_DIRECTORY);
  if (!status.ok()) return WithContext(status, tried);
  return summary;
}

absl::StatusOr<RestorePlan> PlanRestore(const Connection& file, const Connection* existing) {
  RestorePlan plan;
  ASSIGN_OR_RETURN(plan.file, CheckDatabase(file));
  if (existing == nullptr) return plan;
  absl::StatusOr<DatabaseSummary> there = CheckDatabase(*existing);
  if (!there.ok()) return WithContext(there.status(), "look at what is there (to restore over it, move it away)");
  plan.existing = *std::move(there);
  if (plan.existing->database_id != plan.file.database_id) return plan;
  // Where two logs of one origin once part they never meet again, so the last event they share is found by halving.
  uint64_t differ = std::min(plan.file.events, plan.existing->events) + 1;
  while (plan.kept + 1 < differ) {
    const uint64_t middle = plan.kept + (differ - plan.kept) / 2;
    ASSIGN_OR_RETURN(const std::string ours, LeafAt(*existing, middle));
    ASSIGN_OR_RETURN(const std::string theirs, LeafAt(file, middle));
    (ours == theirs ? plan.kept : differ) = middle;
  }
  return plan;
}

absl::Status Restore(const Connection& file, const RestorePlan& plan, const std::string& staging,
                     const Connection& target) {
  RETURN_IF_ERROR(BackUp(file, staging).status());
  const RemoveOnExit remove(staging);
  ASSIGN_OR_RETURN(const Connection staged, Connection::Open(staging, OpenMode::kReadWrite, 0));
  RETURN_IF_ERROR(FitPages(staged, target));
  RETURN_IF_ERROR(MoveGeneration(staged, target));
  if (plan.existing) {
    ASSIGN_OR_RETURN(const int64_t events, Ask(target, "SELECT tree_size FROM tree_head"));
    if (static_cast<uint64_t>(events) != plan.existing->events) {
      return absl::AbortedError(
          fmt::format("put another database in the place of {}: others have written to it "
                      "meanwhile; let them end, then try again",
                      target.path()));
    }
  }
  return staged.CopyInto(target);
}

}  // namespace annals
