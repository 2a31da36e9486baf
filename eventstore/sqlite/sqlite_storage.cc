#include "eventstore/sqlite/sqlite_storage.h"

#include <fmt/format.h>

#include "eventstore/sqlite/file_check.h"
#include "eventstore/sqlite/wal_writer.h"
#include "schemas/sabotage.h"
#include "schemas/status.h"

namespace annals {
namespace {

// Durable at commit (SPEC §2.1): with NORMAL a power cut loses acknowledged rows. The page cache takes the right edge
// of the log's index and the tables' hot rows. Renaming a rebuilt table into place must not fail over a view of the
// user's that names the table, which the newer rules for ALTER TABLE would have it do.
constexpr const char* kPragmas =
    "PRAGMA synchronous = FULL; PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY;"
    "PRAGMA trusted_schema = OFF; PRAGMA legacy_alter_table = ON;";

// Readers map the first 64 MiB of the file: a walk over a small log then copies no pages, some 6 % of a fold's time.
// What is mapped counts as memory of the process, so a large log is not mapped whole.
constexpr const char* kReaderPragmas = "PRAGMA mmap_size = 67108864;";

absl::StatusOr<std::string> ReadDatabaseId(const Connection& connection) {
  ASSIGN_OR_RETURN(std::optional<std::string> id,
                   connection.QueryText("SELECT value FROM schema_meta WHERE key = 'database_id'"));
  if (id) return *std::move(id);
  return absl::DataLossError(
      fmt::format("read the id of the database {}: it is not there; restore a backup", connection.path()));
}

}  // namespace

class SqliteTransaction final : public Transaction {
 public:
  SqliteTransaction(SqliteStorage& storage, Head head) : storage_(storage), head_(std::move(head)) {}

  ~SqliteTransaction() override {
    if (done_) return;
    // Nothing can be done about a rollback that fails: SQLite rolls back when the connection closes.
    storage_.rollback_.Run().IgnoreError();
    if (wrote_) storage_.log_->Forget();
    storage_.write_queue_->Leave();
  }

  const Head& head() const override { return head_; }
  absl::StatusOr<StreamVersion> VersionOf(std::string_view stream) override { return storage_.log_->VersionOf(stream); }
  absl::StatusOr<std::unique_ptr<RecordCursor>> ReadLog(const LogRange& range) override {
    return storage_.log_->Read(range, log_keys_);
  }
  absl::Status VisitLog(const LogRange& range, absl::FunctionRef<absl::Status(const RecordView&)> visit) override {
    ASSIGN_OR_RETURN(const bool can_visit, storage_.log_->CanVisit());
    return can_visit && range.stream.empty() ? storage_.log_->Visit(range, log_keys_, visit)
                                             : Snapshot::VisitLog(range, visit);
  }
  absl::Status ReadRows(const RowQuery& query, TableSet set, absl::FunctionRef<absl::Status(Row)> visit) override {
    return storage_.tables_->Read(query, set, visit);
  }
  absl::StatusOr<uint64_t> CountRows(const RowQuery& query) override { return storage_.tables_->Count(query); }
  absl::StatusOr<bool> HasTable(const TableDef& table) override { return storage_.tables_->Has(table); }
  absl::StatusOr<uint64_t> SumRows(const TableDef& table) override { return SumOfRows(storage_.connection_, table); }
  absl::Status ReadSubtrees(uint64_t first, uint64_t last,
                            absl::FunctionRef<absl::Status(const Hash&)> visit) override {
    return storage_.log_->ReadSubtrees(first, last, visit);
  }
  absl::StatusOr<Hash> StoredRoot() override { return storage_.log_->ReadRoot(); }
  absl::Status FindDamage(absl::Span<const TableDef* const> tables,
                          absl::FunctionRef<void(std::string)> visit) override {
    return FindDamageOf(storage_.connection_, tables, log_keys_, visit);
  }
  absl::Status FindDamagedPages(absl::FunctionRef<void(std::string)> visit) override {
    return FindDamagedPagesOf(storage_.connection_, log_keys_, visit);
  }
  absl::StatusOr<std::string> DatabaseId() override { return ReadDatabaseId(storage_.connection_); }

  absl::StatusOr<StreamVersion> Append(std::string_view stream, StreamVersion expected,
                                       absl::Span<const NewEvent> events) override {
    ASSIGN_OR_RETURN(StreamVersion version, storage_.log_->VersionOf(stream));
    if (version != expected && !IsSabotaged("appends_at_any_version")) {
      return absl::AbortedError(
          fmt::format("append {} event(s) to {}: expected version {}, it is at {}; read the stream and decide again",
                      events.size(), stream, expected.value, version.value));
    }
    wrote_ = true;
    for (const NewEvent& event : events) {
      ++version.value;
      ++head_.position.value;
      ASSIGN_OR_RETURN(const Hash leaf, storage_.log_->Insert(head_.position, stream, version, event));
      head_.recorded_at = event.recorded_at;
      if (const std::optional<Hash> subtree = head_.tree.Append(leaf)) {
        RETURN_IF_ERROR(storage_.log_->InsertSubtree(head_.tree.size() / MerkleTree::kSubtreeLeaves - 1, *subtree));
      }
    }
    return version;
  }

  absl::Status PutRow(const TableDef& table, TableSet set, Row row) override {
    return storage_.tables_->Put(table, set, row);
  }
  absl::Status PutNewRows(const TableDef& table, TableSet set, absl::Span<const Value> cells) override {
    return storage_.tables_->PutNew(table, set, cells);
  }
  absl::Status CreateShadow(const TableDef& table) override {
    wrote_ = true;
    ++head_.generation;
    return storage_.tables_->CreateShadow(table);
  }
  absl::Status SwapShadow(const TableDef& table) override {
    wrote_ = true;
    ++head_.generation;
    return storage_.tables_->SwapShadow(table);
  }

  absl::Status DropShadow(const TableDef& table) override {
    wrote_ = true;
    ++head_.generation;
    return storage_.tables_->DropShadow(table);
  }
  absl::Status RedactContent(Position position) override {
    wrote_ = true;
    ++head_.generation;
    return storage_.log_->RedactContent(position);
  }

  absl::Status Commit() override {
    if (wrote_) RETURN_IF_ERROR(storage_.log_->WriteHead(head_));
    absl::Status status;
    if (!IsSabotaged("acknowledges_before_it_commits")) {
      const GatheredCommit gathered(storage_.connection_.handle());
      status = storage_.commit_.Run();
    }
    done_ = status.ok();
    // Also after the copy of the write-ahead log that SyncGuard may just have made: which gets to its end while nobody
    // writes, so that the file begins anew.
    if (done_) storage_.write_queue_->Leave();
    if (!done_) storage_.sync_guard_->NoteFailure();
    return status;
  }

 private:
  SqliteStorage& storage_;
  Head head_;
  bool wrote_ = false;
  bool done_ = false;
  EntrySum log_keys_;
};

absl::StatusOr<std::unique_ptr<SqliteStorage>> SqliteStorage::Open(const SqliteOptions& options) {
  ASSIGN_OR_RETURN(Connection connection, Connection::Open(options.path, options.mode, options.lock_timeout_ms));
  auto storage = std::unique_ptr<SqliteStorage>(new SqliteStorage(std::move(connection)));
  RETURN_IF_ERROR(storage->connection_.Execute(kPragmas));
  if (IsSabotaged("commits_are_not_synced")) {
    RETURN_IF_ERROR(storage->connection_.Execute("PRAGMA synchronous = NORMAL"));
  }
  storage->sync_guard_ = std::make_unique<SyncGuard>(storage->connection_.handle(), options.checkpoint_pages);
  if (options.mode == OpenMode::kReadOnly) RETURN_IF_ERROR(storage->connection_.Execute(kReaderPragmas));
  ASSIGN_OR_RETURN(storage->migration_, Migrate(storage->connection_, options));
  storage->write_queue_ = std::make_unique<WriteQueue>(storage->connection_, options.lock_timeout_ms);
  ASSIGN_OR_RETURN(SqliteLog log, SqliteLog::Prepare(storage->connection_));
  storage->log_ = std::make_unique<SqliteLog>(std::move(log));
  storage->tables_ = std::make_unique<SqliteTables>(storage->connection_);
  const std::pair<Statement*, std::string_view> statements[] = {{&storage->begin_immediate_, "BEGIN IMMEDIATE"},
                                                                {&storage->begin_read_, "BEGIN"},
                                                                {&storage->commit_, "COMMIT"},
                                                                {&storage->rollback_, "ROLLBACK"}};
  for (const auto& [statement, sql] : statements) {
    ASSIGN_OR_RETURN(*statement, storage->connection_.Prepare(sql));
  }
  return storage;
}

absl::StatusOr<std::unique_ptr<Transaction>> SqliteStorage::Begin() {
  RETURN_IF_ERROR(sync_guard_->Check(connection_.path()));
  if (IsSabotaged("acknowledges_before_it_commits")) commit_.Run().IgnoreError();
  write_queue_->Enter();
  if (const absl::Status taken = begin_immediate_.Run(); !taken.ok()) {
    write_queue_->Leave();
    return taken;
  }
  write_queue_->NoteTaken();
  absl::StatusOr<Head> head = log_->ReadHead();
  if (!head.ok()) {
    rollback_.Run().IgnoreError();
    write_queue_->Leave();
    return head.status();
  }
  return std::make_unique<SqliteTransaction>(*this, *std::move(head));
}

absl::StatusOr<std::unique_ptr<Snapshot>> SqliteStorage::Read() {
  if (IsSabotaged("acknowledges_before_it_commits")) commit_.Run().IgnoreError();
  RETURN_IF_ERROR(begin_read_.Run());
  absl::StatusOr<Head> head = log_->ReadHead();
  if (!head.ok()) {
    rollback_.Run().IgnoreError();
    return head.status();
  }
  return std::make_unique<SqliteTransaction>(*this, *std::move(head));
}

// Where may still lie what was removed? In pages that were freed, and in the unused part of pages in use: a row that is
// written anew leaves its old bytes there, and every move of a workstream does that with its metadata, long before
// anybody thinks of redacting. `secure_delete` zeroes both as they come to be; Debian's SQLite does it always, others
// do not, and what they left it does not reach any more. So the whole file is written anew. And in the write-ahead log,
// which is cut to nothing once its pages are copied back.
absl::Status SqliteStorage::Sweep() {
  if (IsSabotaged("removed_content_is_not_swept")) return absl::OkStatus();
  const auto sweep = [&]() -> absl::Status {
    // The copy that VACUUM makes is as large as the database: not in memory. SQLite makes that file for its owner alone
    // and takes its name away at once.
    RETURN_IF_ERROR(connection_.Execute("PRAGMA temp_store = FILE; VACUUM;"));
    ASSIGN_OR_RETURN(const std::optional<int64_t> busy, connection_.QueryInt("PRAGMA wal_checkpoint(TRUNCATE)"));
    if (busy.value_or(0) == 0) return absl::OkStatus();
    return absl::UnavailableError(
        fmt::format("another process is reading {} as it was before; try again when it is done", connection_.path()));
  };
  const absl::Status swept = sweep();
  RETURN_IF_ERROR(connection_.Execute("PRAGMA temp_store = MEMORY"));
  return WithContext(swept, "sweep what was removed out of the file");
}

}  // namespace annals
