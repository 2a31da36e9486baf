#include "bench/raw_sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>

namespace annals::bench {
namespace {

// As many bytes as our events have on average, and as long a key as our rows'.
constexpr size_t kEventBytes = 110;
constexpr uint64_t kEventsPerStream = 222;
constexpr uint64_t kEventsPerRow = 11;

constexpr const char* kSchema =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = "
    "16384;"
    "CREATE TABLE log (position INTEGER PRIMARY KEY, stream INTEGER NOT NULL, version INTEGER NOT NULL, event BLOB NOT "
    "NULL,"
    " UNIQUE (stream, version)) STRICT;"
    "CREATE TABLE projection (id TEXT PRIMARY KEY, status TEXT NOT NULL, version INTEGER NOT NULL) WITHOUT ROWID, "
    "STRICT;";

struct Closer {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct Finalizer {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using StatementHandle = std::unique_ptr<sqlite3_stmt, Finalizer>;

class RawSqliteImpl final : public RawSqlite {
 public:
  absl::Status Open(const std::string& path) {
    sqlite3* handle = nullptr;
    const int opened = sqlite3_open_v2(path.c_str(), &handle,
                                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    database_.reset(handle);
    if (opened != SQLITE_OK || sqlite3_exec(handle, kSchema, nullptr, nullptr, nullptr) != SQLITE_OK) return Failure();
    const std::pair<StatementHandle*, const char*> statements[] = {
        {&begin_, "BEGIN IMMEDIATE"},
        {&insert_, "INSERT INTO log VALUES (?, ?, ?, ?)"},
        {&upsert_,
         "INSERT INTO projection VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET status = excluded.status, version = "
         "excluded.version"},
        {&commit_, "COMMIT"}};
    for (const auto& [statement, sql] : statements) {
      sqlite3_stmt* prepared = nullptr;
      if (sqlite3_prepare_v2(handle, sql, -1, &prepared, nullptr) != SQLITE_OK) return Failure();
      statement->reset(prepared);
    }
    return absl::OkStatus();
  }

  absl::Status Commit(uint64_t rows) override {
    if (!Run(begin_)) return Failure();
    for (uint64_t i = 0; i < rows; ++i) {
      ++position_;
      const auto stream = static_cast<int64_t>(position_ / kEventsPerStream);
      const auto version = static_cast<int64_t>(position_ % kEventsPerStream);
      sqlite3_bind_int64(insert_.get(), 1, static_cast<int64_t>(position_));
      sqlite3_bind_int64(insert_.get(), 2, stream);
      sqlite3_bind_int64(insert_.get(), 3, version);
      sqlite3_bind_blob(insert_.get(), 4, event_.data(), static_cast<int>(event_.size()), SQLITE_STATIC);
      const std::string id =
          fmt::format("01JCRUN{:019}/ws-{:03}", stream, position_ % kEventsPerStream / kEventsPerRow);
      sqlite3_bind_text(upsert_.get(), 1, id.data(), static_cast<int>(id.size()), SQLITE_STATIC);
      sqlite3_bind_text(upsert_.get(), 2, "static_check", -1, SQLITE_STATIC);
      sqlite3_bind_int64(upsert_.get(), 3, version);
      if (!Run(insert_) || !Run(upsert_)) return Failure();
    }
    return Run(commit_) ? absl::OkStatus() : Failure();
  }

 private:
  static bool Run(const StatementHandle& statement) {
    const bool done = sqlite3_step(statement.get()) == SQLITE_DONE;
    sqlite3_reset(statement.get());
    return done;
  }
  absl::Status Failure() const {
    return absl::InternalError(fmt::format("run the bare SQLite comparison: {}", sqlite3_errmsg(database_.get())));
  }

  std::unique_ptr<sqlite3, Closer> database_;
  StatementHandle begin_, insert_, upsert_, commit_;
  std::string event_ = std::string(kEventBytes, '\x5a');
  uint64_t position_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<RawSqlite>> RawSqlite::Create(const std::string& path) {
  auto raw = std::make_unique<RawSqliteImpl>();
  if (const absl::Status status = raw->Open(path); !status.ok()) return status;
  return raw;
}

}  // namespace annals::bench
