// What a stranger finds in the file: its kind, its safety, its refusals.
#include <sys/stat.h>

#include <filesystem>

#include <capnp/message.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/event_codec.h"
#include "eventstore/sqlite/index_check.h"
#include "eventstore/sqlite/sqlite_backup.h"
#include "eventstore/sqlite/sqlite_log.h"
#include "eventstore/sqlite/sqlite_storage.h"

namespace annals {
namespace {

using testing::HasSubstr;

class SqliteFileTest : public testing::Test {
 protected:
  SqliteFileTest() : path_(Path("database")) {
    Remove();
    storage_ = Open(OpenMode::kCreate).value();
    capnp::MallocMessageBuilder message;
    auto event = message.initRoot<schema::Event>();
    event.setRecordedAt(1'767'268'800'123'456);
    event.initBody().initNoted().setEventType("note");
    std::string bytes;
    EncodeEvent(event.asReader(), bytes);
    const NewEvent record{
        .event = bytes, .event_type = "my note", .ws_id = "a", .recorded_at = {1'767'268'800'123'456}, .content = {}};
    auto transaction = storage_->Begin().value();
    EXPECT_TRUE(transaction->Append("refused/run/r1", {0}, {&record, 1}).ok());
    EXPECT_TRUE(transaction->Commit().ok());
  }
  ~SqliteFileTest() override {
    storage_.reset();
    Remove();
  }
  // Tests run beside each other, each in a process of its own.
  static std::string Path(std::string_view name) {
    return testing::TempDir() + "/" + testing::UnitTest::GetInstance()->current_test_info()->name() + "." +
           std::string(name);
  }
  absl::StatusOr<std::unique_ptr<SqliteStorage>> Open(OpenMode mode) {
    return SqliteStorage::Open(
        {.path = path_, .mode = mode, .lock_timeout_ms = 50, .tables = {}, .clock = &clock_, .random = &random_});
  }
  void Remove() const {
    for (const char* const suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + suffix);
  }
  std::string Query(std::string_view sql) { return storage_->connection().QueryText(sql).value().value_or("NULL"); }

  std::string path_;
  SimulatedClock clock_{Timestamp{1'767'268'800'000'000}};
  SeededRandom random_{1};
  std::unique_ptr<SqliteStorage> storage_;
};

TEST_F(SqliteFileTest, GivesTheKeysOfItsLogToAWholeWalkAlone) {
  const NewEvent record{.event = "x", .event_type = "note", .ws_id = "", .recorded_at = {1}, .content = {}};
  auto transaction = storage_->Begin().value();
  ASSERT_TRUE(transaction->Append("note", {0}, {&record, 1}).ok());
  ASSERT_TRUE(transaction->Append("refused/run/r1", {1}, {&record, 1}).ok());
  ASSERT_TRUE(transaction->Commit().ok());
  SqliteLog log = SqliteLog::Prepare(storage_->connection()).value();
  ASSERT_TRUE(log.ReadHead().ok());
  const auto keys_after = [&](const LogRange& range, int records) {
    EntrySum keys;
    const auto cursor = log.Read(range, keys).value();
    for (int i = 0; i < records; ++i) EXPECT_NE(cursor->Next().value(), nullptr);
    EXPECT_EQ(keys, std::nullopt);
    EXPECT_EQ(cursor->Next().value(), nullptr);
    return keys;
  };
  EXPECT_EQ(keys_after({.for_check = true}, 3),
            HashOfEntry({1, 1, 1}) + HashOfEntry({2, 1, 2}) + HashOfEntry({1, 2, 3}));
  EXPECT_EQ(keys_after({}, 3), std::nullopt);
  EXPECT_EQ(keys_after({.for_fold = true}, 3), std::nullopt);
  EXPECT_EQ(keys_after({.first = {2}, .for_check = true}, 2), std::nullopt);
  EXPECT_EQ(keys_after({.last = {2}, .for_check = true}, 2), std::nullopt);
  EXPECT_EQ(keys_after({.stream = "refused/run/r1", .for_check = true}, 2), std::nullopt);
}

// Else each update would write to the index of columns that never change.
TEST_F(SqliteFileTest, WritingARowAgainLeavesItsConstantColumnsAlone) {
  const TableDef table = {
      .name = "parts",
      .meaning = "Parts.",
      .columns = {{.name = "id", .type = ColumnType::kInteger}, {.name = "place"}, {.name = "note"}},
      .indexes = {{1}},
      .constant_columns = {1}};
  storage_.reset();
  Remove();
  storage_ = SqliteStorage::Open(
                 {.path = path_, .mode = OpenMode::kCreate, .tables = {&table}, .clock = &clock_, .random = &random_})
                 .value();
  const auto put = [&](std::string_view note) {
    auto transaction = storage_->Begin().value();
    const Value row[] = {int64_t{1}, std::string_view("shelf"), note};
    ASSERT_TRUE(transaction->PutRow(table, TableSet::kLive, row).ok());
    ASSERT_TRUE(transaction->Commit().ok());
  };
  put("new");
  ASSERT_TRUE(storage_->connection()
                  .Execute("CREATE TRIGGER t BEFORE UPDATE OF place ON parts BEGIN SELECT RAISE(ABORT, 'moved'); END")
                  .ok());
  put("worn");
  EXPECT_EQ(Query("SELECT place || ' ' || note FROM parts"), "shelf worn");
}

TEST_F(SqliteFileTest, SaysWhatItIs) {
  EXPECT_EQ(Query("PRAGMA application_id"), "1095650892");  // "ANNL"
  EXPECT_EQ(Query("PRAGMA user_version"), "1");
  EXPECT_EQ(Query("SELECT value FROM schema_meta WHERE key = 'schema_version'"), "1");
  EXPECT_EQ(Query("SELECT name || ' at ' || applied_at FROM migrations"), "the ledger at 2026-01-01T12:00:00.000000Z");
}

// SPEC §2.1: with NORMAL a power cut loses what was acknowledged.
TEST_F(SqliteFileTest, IsDurableAtCommit) {
  EXPECT_EQ(Query("PRAGMA synchronous"), "2");
  EXPECT_EQ(Query("PRAGMA journal_mode"), "wal");
}

TEST_F(SqliteFileTest, BelongsToItsOwnerAlone) {
  for (const char* const suffix : {"", "-wal", "-shm"}) {
    struct stat info {};
    ASSERT_EQ(stat((path_ + suffix).c_str(), &info), 0) << suffix;
    EXPECT_EQ(info.st_mode & 0777, 0600) << suffix;
  }
}

// SPEC §2.3
TEST_F(SqliteFileTest, RefusesEveryChangeToTheLog) {
  for (const char* const sql : {"UPDATE log SET version = 2", "UPDATE log SET content = NULL", "DELETE FROM log",
                                "UPDATE streams SET name = 'x'", "DELETE FROM streams",
                                "UPDATE event_types SET name = 'x'", "DELETE FROM event_types"}) {
    const absl::Status status = storage_->connection().Execute(sql);
    EXPECT_FALSE(status.ok()) << sql;
    EXPECT_THAT(std::string(status.message()), HasSubstr("the log is append-only")) << sql;
  }
  EXPECT_EQ(Query("SELECT count(*) FROM log"), "1");
}

TEST_F(SqliteFileTest, ShowsTheEventsToAnyReaderOfSql) {
  EXPECT_EQ(Query("SELECT id || '|' || timestamp || '|' || run_id || '|' || ws_id || '|' || event_type FROM events"),
            "1|2026-01-01T12:00:00.123456Z|r1|a|my note");
}

TEST_F(SqliteFileTest, TablesAreStrict) {
  EXPECT_FALSE(
      storage_->connection().Execute("INSERT INTO log VALUES ('x', 1, 1, 1, 1, NULL, x'00', x'00', NULL, NULL)").ok());
  EXPECT_EQ(Query("SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0 AND "
                  "name NOT LIKE 'sqlite_%'"),
            "0");
}

TEST_F(SqliteFileTest, ANewerSchemaIsRefusedWithoutATouch) {
  EXPECT_TRUE(storage_->connection().Execute("PRAGMA user_version = 2").ok());
  for (const OpenMode mode : {OpenMode::kReadOnly, OpenMode::kReadWrite, OpenMode::kCreate}) {
    const absl::Status status = Open(mode).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("it has schema version 2, this annals knows versions up to 1"));
  }
}

TEST_F(SqliteFileTest, AForeignDatabaseIsRefused) {
  EXPECT_TRUE(storage_->connection().Execute("PRAGMA application_id = 7").ok());
  EXPECT_THAT(std::string(Open(OpenMode::kCreate).status().message()), HasSubstr("it belongs to another program"));
}

TEST_F(SqliteFileTest, ATreeWithHolesIsDataLoss) {
  const auto read = [&](uint64_t first, uint64_t last) {
    return storage_->Read().value()->ReadSubtrees(first, last, [](const Hash&) { return absl::OkStatus(); });
  };
  ASSERT_TRUE(storage_->connection()
                  .Execute("INSERT INTO tree_nodes VALUES (0, zeroblob(32)), (2, zeroblob(32)), (3, zeroblob(31))")
                  .ok());
  EXPECT_TRUE(read(0, 0).ok());
  EXPECT_TRUE(read(2, 2).ok());
  const absl::Status hole = read(0, 2);
  EXPECT_EQ(hole.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(hole.message()), HasSubstr("over positions 257 to 512 is not there"));
  const absl::Status cut = read(3, 3);
  EXPECT_EQ(cut.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(cut.message()), HasSubstr("has 31 bytes, not 32"));
}

TEST_F(SqliteFileTest, ADatabaseWithoutItsIdIsDataLoss) {
  EXPECT_EQ(storage_->Read().value()->DatabaseId().value(),
            Query("SELECT value FROM schema_meta WHERE key = 'database_id'"));
  ASSERT_TRUE(storage_->connection().Execute("DELETE FROM schema_meta WHERE key = 'database_id'").ok());
  EXPECT_EQ(storage_->Read().value()->DatabaseId().status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(SqliteFileTest, AnotherWriterMakesBeginWaitAndThenSayBusy) {
  const auto other = Open(OpenMode::kReadWrite).value();
  const auto transaction = storage_->Begin().value();
  const absl::Status status = other->Begin().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("another process holds the write lock"));
  EXPECT_TRUE(other->Read().ok()) << "readers do not wait";
}

TEST_F(SqliteFileTest, ABackupIsWholeAndOverwritesNothing) {
  const std::string copy = Path("copy");
  std::filesystem::remove(copy);
  ASSERT_TRUE(BackUp(storage_->connection(), copy).ok());
  EXPECT_EQ(BackUp(storage_->connection(), copy).status().code(), absl::StatusCode::kAlreadyExists);
  storage_.reset();
  Remove();
  std::filesystem::rename(copy, path_);
  storage_ = Open(OpenMode::kReadOnly).value();
  EXPECT_EQ(storage_->Read().value()->head().position.value, 1u);
}

TEST_F(SqliteFileTest, DefaultBackupsAreNamedByTime) {
  EXPECT_EQ(DefaultBackupPath("/data/state.db", {1'767'268'800'123'456}),
            "/data/state_backup_2026-01-01T120000.123456Z.db");
  EXPECT_EQ(DefaultBackupPath("ledger", {1'767'268'800'000'000}), "ledger_backup_2026-01-01T120000.000000Z.db");
}

}  // namespace
}  // namespace annals
