// What the disk sees of a commit that is gathered, and that it makes no difference but in the number of writes.
#include "eventstore/sqlite/wal_writer.h"

#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "eventstore/sqlite/connection.h"
#include "schemas/status.h"
#include "tests/crash/recording_vfs.h"
#include "tests/crash/reference_run.h"
#include "tests/support/effort.h"
#include "tests/support/must.h"

namespace annals::crash {
namespace {

using namespace annals::support;

constexpr const char* kLog = "a.db-wal";

// Each row of `t` takes a page of its own: 4,096 bytes.
Connection Open(const Folder& folder) {
  Connection connection = Must(Connection::Open(folder.database(), OpenMode::kCreate, 0));
  Must(
      connection.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;"
                         "CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, text TEXT NOT NULL);"));
  return connection;
}

std::string Insert(int rows, char letter) {
  return fmt::format(
      "INSERT INTO t (text) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) "
      "SELECT '{}' FROM n;",
      rows, std::string(3000, letter));
}

absl::Status Commit(const Connection& connection, const std::string& sql) {
  RETURN_IF_ERROR(connection.Execute("BEGIN IMMEDIATE;" + sql));
  const GatheredCommit gathered(connection.handle());
  return connection.Execute("COMMIT");
}

std::string Letters(const Connection& connection) {
  return Must(connection.QueryText("SELECT group_concat(substr(text, 1, 1), '') FROM (SELECT text FROM t ORDER BY id)"))
      .value_or("");
}

std::string Damage(const Connection& connection) {
  const std::string found = Must(connection.QueryText("PRAGMA integrity_check")).value_or("");
  return found == "ok" ? "" : found;
}

class WalWriterTest : public testing::Test {
 protected:
  // What was done to the write-ahead log since the last call.
  std::vector<DiskStep> NewSteps() {
    std::vector<DiskStep> found;
    for (; seen_ < recorder_.steps().size(); ++seen_) {
      if (const DiskStep& step = recorder_.steps()[seen_]; step.file == kLog) found.push_back(step);
    }
    return found;
  }

  Folder folder_;
  DiskFault fault_;        // of the writes to come
  bool is_sticky_ = true;  // of all of them, else of the next one
  Recorder recorder_{{.fault =
                          [this](DiskStep::Kind kind) {
                            if (kind != DiskStep::Kind::kWrite) return DiskFault{};
                            return is_sticky_ ? fault_ : std::exchange(fault_, {});
                          }},
                     {}};
  size_t seen_ = 0;
};

TEST_F(WalWriterTest, ACommitIsOneWriteAndOneSync) {
  const Connection connection = Open(folder_);
  Must(Commit(connection, Insert(20, 'a')));
  NewSteps();
  for (int i = 0; i < 3; ++i) {
    Must(Commit(connection, Insert(10, 'b')));
    const std::vector<DiskStep> steps = NewSteps();
    ASSERT_EQ(steps.size(), 2u);
    EXPECT_EQ(steps[0].kind, DiskStep::Kind::kWrite);
    EXPECT_GE(steps[0].bytes.size(), 10u * 4120);
    EXPECT_EQ(steps[0].bytes.size() % 4120, 0u);
    EXPECT_EQ(steps[1].kind, DiskStep::Kind::kSync);
  }
}

// SQLite's own layer takes 131,071 bytes at a time: it would call the disk full at 131,072.
TEST_F(WalWriterTest, ALargeCommitIsWrittenInPartsThatTheLayerBelowCanTake) {
  const Connection connection = Open(folder_);
  NewSteps();
  for (const int rows : {29, 30, 31, 32, 33, 34, 300}) {
    Must(Commit(connection, Insert(rows, 'a')));
    std::vector<DiskStep> steps = NewSteps();
    ASSERT_EQ(steps.back().kind, DiskStep::Kind::kSync);
    steps.pop_back();
    size_t bytes = 0;
    for (const DiskStep& step : steps) {
      bytes += step.bytes.size();
      EXPECT_LE(step.bytes.size(), 131'071u);
    }
    EXPECT_GE(bytes, static_cast<size_t>(rows) * 4120);
    EXPECT_LE(steps.size(), bytes / (131'072 - 4120) + 1) << rows;
  }
  const Connection other = Open(folder_);
  EXPECT_EQ(Letters(other), std::string(29 + 30 + 31 + 32 + 33 + 34 + 300, 'a'));
  EXPECT_EQ(Damage(other), "");
}

// No sync tells of the end: others may read as soon as COMMIT returns.
TEST_F(WalWriterTest, WhatIsCommittedIsInTheFileThoughNothingIsSynced) {
  const Connection connection = Open(folder_), other = Open(folder_);
  std::string letters;
  for (const char* const level : {"OFF", "NORMAL", "FULL"}) {
    Must(connection.Execute(fmt::format("PRAGMA synchronous = {}", level)));
    for (int i = 0; i < 3; ++i) {
      Must(Commit(connection, Insert(5, 'a')));
      letters += "aaaaa";
      const absl::StatusOr<std::optional<int64_t>> seen = other.QueryInt("SELECT sum(length(text)) FROM t");
      ASSERT_TRUE(seen.ok()) << level << ": " << seen.status();
      EXPECT_EQ(*seen, 3000 * static_cast<int64_t>(letters.size())) << level;
    }
  }
}

TEST_F(WalWriterTest, AFailedWriteIsToldAndNothingOfItIsWrittenLater) {
  for (const bool is_sticky : {false, true}) {
    for (const int code : {SQLITE_FULL, SQLITE_IOERR_WRITE}) {
      for (const int rows : {3, 100}) {
        const Connection connection = Open(folder_), other = Open(folder_);
        Must(Commit(connection, "DELETE FROM t;" + Insert(1, 'a')));
        NewSteps();
        is_sticky_ = is_sticky;
        fault_ = {code};
        const absl::Status failed = Commit(connection, Insert(rows, 'x'));
        fault_ = {};
        EXPECT_EQ(failed.code(),
                  code == SQLITE_FULL ? absl::StatusCode::kResourceExhausted : absl::StatusCode::kInternal);
        connection.Execute("ROLLBACK").IgnoreError();  // SQLite may have done it
        Must(Commit(other, Insert(2, 'b')));
        Must(Commit(connection, Insert(1, 'c')));
        for (const DiskStep& step : NewSteps()) EXPECT_EQ(step.bytes.find("xxxx"), std::string::npos);
        EXPECT_EQ(Letters(connection), "abbc");
        EXPECT_EQ(Letters(Open(folder_)), "abbc");
        EXPECT_EQ(Damage(other), "");
      }
    }
  }
}

// The layer does not hear of a rollback. What waited then would be written over what the other wrote.
TEST_F(WalWriterTest, WhatIsRolledBackIsNotWrittenOverWhatAnotherCommits) {
  const Connection connection = Open(folder_), other = Open(folder_);
  Must(connection.Execute("PRAGMA cache_size = 2"));
  std::string letters;
  for (int i = 0; i < 3; ++i) {
    Must(other.Execute("PRAGMA wal_checkpoint(TRUNCATE)"));  // else the rollback reads the log
    Must(connection.Execute("BEGIN IMMEDIATE;" + Insert(15, 'x') + "ROLLBACK;"));
    Must(Commit(other, Insert(10, 'b')));
    Must(Commit(connection, Insert(1, 'a')));
    letters += "bbbbbbbbbba";
    EXPECT_EQ(Letters(Open(folder_)), letters);
  }
  EXPECT_EQ(Damage(other), "");
}

// SQLite's default is then the layer of this one's, over one that is not registered any more.
TEST(WalWriter, GoesOnWhenTheLayerBelowItIsTakenAway) {
  const Folder folder;
  {
    const Recorder recorder({}, {});
    Must(Commit(Open(folder), Insert(1, 'a')));
  }
  Must(Commit(Open(folder), Insert(1, 'b')));
  const Recorder recorder({}, {{"a.db", ""}});
  Must(Commit(Open(folder), Insert(1, 'c')));
  EXPECT_EQ(Letters(Open(folder)), "abc");
}

// SQLite's chance, of which the salts in the write-ahead log are made.
class FixedChance {
 public:
  FixedChance() { sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, 1, nullptr); }
  ~FixedChance() { sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, 0, nullptr); }
};

enum class Way { kPlain, kGathered };

// Two connections, whose caches are too small, write in turn what `seed` says. Gives all files, written and synced, and
// the number of writes.
std::pair<DiskFiles, uint64_t> Play(Way way, uint64_t seed) {
  const FixedChance fixed;
  std::mt19937_64 chance(seed);
  const auto one_of = [&](std::vector<std::string> what) { return what[chance() % what.size()]; };
  const Folder folder;
  Recorder recorder({.is_powersafe = chance() % 2 == 0}, {});
  {
    const Connection maker = Must(Connection::Open(folder.database(), OpenMode::kCreate, 0));
    Must(maker.Execute("PRAGMA page_size = " + one_of({"512", "1024", "4096", "65536"})));
    Must(maker.Execute("VACUUM"));
  }
  const Connection connections[] = {Open(folder), Open(folder)};
  for (int i = 0; i < 40; ++i) {
    const Connection& connection = connections[chance() % 2];
    Must(connection.Execute("PRAGMA cache_size = " + one_of({"1", "5", "100"})));
    Must(connection.Execute("PRAGMA synchronous = " + one_of({"OFF", "NORMAL", "FULL", "FULL", "EXTRA"})));
    Must(connection.Execute("PRAGMA journal_size_limit = " + one_of({"-1", "0", "100000"})));
    if (chance() % 4 == 0) {
      Must(connection.Execute("PRAGMA wal_checkpoint(" + one_of({"PASSIVE", "FULL", "RESTART", "TRUNCATE"}) + ")"));
    }
    Must(connection.Execute("BEGIN IMMEDIATE; SAVEPOINT s;"));
    for (uint64_t statement = 0, end = chance() % 12; statement < end; ++statement) {
      const std::string id = fmt::format("(SELECT max(id) FROM t) - {}", chance() % 10);
      const std::string text = fmt::format("hex(zeroblob({})) || '{}'", chance() % 2000, chance());
      switch (chance() % 6) {
        case 0:
          Must(connection.Execute(fmt::format("DELETE FROM t WHERE id = {}", id)));
          break;
        case 1:
          Must(connection.Execute(fmt::format("UPDATE t SET text = {} WHERE id >= {}", text, id)));
          break;
        case 2:
          Must(connection.Execute(one_of({"ROLLBACK TO s", "RELEASE s; SAVEPOINT s"})));
          break;
        default:
          Must(connection.Execute(fmt::format("INSERT INTO t (text) VALUES ({})", text)));
      }
    }
    if (chance() % 5 == 0) {
      Must(connection.Execute("ROLLBACK"));
      continue;
    }
    std::optional<GatheredCommit> gathered;
    if (way == Way::kGathered) gathered.emplace(connection.handle());
    Must(connection.Execute("COMMIT"));
  }
  for (const Connection& connection : connections) EXPECT_EQ(Damage(connection), "");
  Disk disk;
  uint64_t writes = 0;
  for (const DiskStep& step : recorder.steps()) {
    disk.Do(step);
    if (step.kind == DiskStep::Kind::kWrite && step.file == kLog) ++writes;
  }
  return {disk.Cut({.rule = CutRule::kKeepAll}, chance), writes};
}

TEST(WalWriterProperty, TheFilesAreByteForByteWhatSqliteAloneWrites) {
  const uint64_t first = SeedOr(1), count = IsFullEffort() ? 2'000 : 40;
  uint64_t plain_writes = 0, gathered_writes = 0;
  for (uint64_t seed = first; seed < first + count; ++seed) {
    const auto [plain, more] = Play(Way::kPlain, seed);
    const auto [gathered, fewer] = Play(Way::kGathered, seed);
    plain_writes += more;
    gathered_writes += fewer;
    ASSERT_FALSE(plain.at(kLog).empty() && plain.at("a.db").empty()) << "seed " << seed;
    for (const auto& [name, bytes] : plain) {
      ASSERT_TRUE(gathered.contains(name) && gathered.at(name) == bytes) << name << " differs, seed " << seed;
    }
    ASSERT_EQ(gathered.size(), plain.size()) << "seed " << seed;
  }
  EXPECT_LT(gathered_writes, plain_writes);
  Tried(count, "plays of gathered commits");
}

}  // namespace
}  // namespace annals::crash
