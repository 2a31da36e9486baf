// annals import as a process.
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/sqlite/connection.h"
#include "tests/cli/annals_process.h"

namespace annals::testing_process {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kSchema = R"sql(
CREATE TABLE runs (run_id TEXT PRIMARY KEY, status TEXT, created_at TEXT, updated_at TEXT, metadata_json TEXT);
CREATE TABLE workstreams (ws_id TEXT PRIMARY KEY, run_id TEXT, status TEXT, depends_on TEXT, created_at TEXT,
  updated_at TEXT, metadata_json TEXT);
CREATE TABLE events (id INTEGER PRIMARY KEY, timestamp TEXT, run_id TEXT, ws_id TEXT, event_type TEXT,
  payload_json TEXT);
INSERT INTO runs VALUES ('r1', 'running', '2024-03-01T10:00:00+01:00', '2024-03-01T11:00:00Z', '{"branch": "main"}');
INSERT INTO workstreams VALUES ('a', 'r1', 'ready', NULL, '2024-03-01T10:00:00Z', '2024-03-01T10:30:00Z', NULL);
)sql";
constexpr const char* kUnlawful =
    "INSERT INTO workstreams VALUES ('b', 'r1', 'done', 'a', '2024-03-01T10:00:00Z', '2024-03-01T10:40:00Z', NULL)";

class ImportCommandTest : public testing::Test {
 protected:
  ImportCommandTest() { Sql(kSchema); }
  void Sql(const std::string& sql, const std::string& file = "old.db") const {
    const auto connection = Connection::Open(sandbox_.folder().File(file), OpenMode::kCreate, 1000);
    ASSERT_TRUE(connection.ok()) << connection.status();
    const absl::Status done = connection->Execute(sql);
    ASSERT_TRUE(done.ok()) << done;
  }
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(sandbox_.folder().File(name)) << text;
  }
  AnnalsSandbox sandbox_;
  const std::string source_ = sandbox_.folder().File("old.db");
};

TEST_F(ImportCommandTest, SaysRowByRowWhatWasNotLawfulAndAddsNothingTheSecondTime) {
  Sql(kUnlawful);
  EXPECT_EQ(sandbox_.Out({"import", "old.db"}),
            "workstreams b: pending → done: no edge leads from pending to done; legal from pending: ready, blocked, "
            "failed, abandoned: imported as an override (position 6)\n"
            "source:   old.db: events 0, runs 1, workstreams 2\n"
            "lawful:   not all: 1 override and 0 notes\n"
            "imported: positions 1 to 9\n");
  EXPECT_THAT(sandbox_.Out({"log", "--json", "--full", "--type", "workstream_overridden"}),
              AllOf(HasSubstr(R"("occurred_at":"2024-03-01T10:40:00.000000Z")"), HasSubstr(R"("operator":"import")"),
                    HasSubstr("imported: the state database says done; no edge leads")));
  EXPECT_THAT(sandbox_.Out({"run", "show", "r1", "--json"}),
              HasSubstr(R"("created_at":"2024-03-01T09:00:00.000000Z")"));
  EXPECT_THAT(sandbox_.Out({"import", "old.db"}), HasSubstr("nothing to do"));
  EXPECT_THAT(sandbox_.Out({"import", "old.db", "--json"}),
              AllOf(HasSubstr(R"("imported":false)"), HasSubstr(R"("imported_before":"2)")));
  EXPECT_THAT(sandbox_.Out({"inspect", "--json"}), HasSubstr(R"("events":9)"));
  EXPECT_EQ(sandbox_.Run({"rebuild", "--check"}).exit, 0);
}

TEST_F(ImportCommandTest, StrictTakesOnlyWhatIsLawful) {
  EXPECT_THAT(sandbox_.Out({"import", "old.db", "--strict", "--dry-run"}), HasSubstr("lawful:   all of it"));
  Sql(kUnlawful);
  const ProcessResult refused = sandbox_.Run({"import", "old.db", "--strict"});
  EXPECT_EQ(refused.exit, 3);
  EXPECT_THAT(refused.out, HasSubstr("imported: nothing: --strict takes only what is lawful"));
  EXPECT_THAT(sandbox_.Out({"inspect", "--json"}), HasSubstr(R"("events":0)"));
}

TEST_F(ImportCommandTest, DryRunMakesNothing) {
  Sql(kUnlawful);
  EXPECT_THAT(sandbox_.Out({"import", "old.db", "--dry-run"}),
              AllOf(HasSubstr("imported as an override\n"), HasSubstr("imported: nothing: dry run")));
  EXPECT_THAT(sandbox_.Out({"import", "old.db", "--dry-run", "--json"}),
              AllOf(HasSubstr(R"("overrides":1)"), HasSubstr(R"("position":null)")));
  EXPECT_FALSE(std::filesystem::exists(sandbox_.db()));
}

TEST_F(ImportCommandTest, AnotherStateOfTheSameDatabaseIsAConflict) {
  sandbox_.Out({"import", "old.db"});
  Sql(kUnlawful);
  const ProcessResult conflict = sandbox_.Run({"import", "old.db"});
  EXPECT_EQ(conflict.exit, 5);
  EXPECT_THAT(conflict.err, HasSubstr("is in the log already (r1)"));
}

TEST_F(ImportCommandTest, WhatIsWrongWithTheFileIsSaidAndNoDatabaseIsMade) {
  Write("empty", "");
  Write("text", "hello\n");
  Sql("CREATE TABLE t (a)", "foreign.db");
  sandbox_.Out({"init", "--db", sandbox_.folder().File("annals2.db")});
  struct Case {
    std::vector<std::string> arguments;
    int exit;
    const char* says;
  };
  const Case cases[] = {
      {{"none"}, 4, "none: No such file or directory"},
      {{"."}, 2, "it is a folder"},
      {{"empty"}, 2, "the file is empty"},
      {{"text"}, 2, "in no format that is known"},
      {{"text", "--format", "sqlite-state"}, 2, "not in the format sqlite-state"},
      {{"foreign.db"}, 2, "none of the tables"},
      {{"annals2.db"}, 2, "it is an Annals database already; read it with --db annals2.db"},
      {{"old.db", "--db", "old.db"}, 2, "that is where the history would go"},
      {{"old.db", "--command-id", "k"}, 2, "leave them out"},
  };
  for (const Case& row : cases) {
    std::vector<std::string> arguments = {"import"};
    arguments.insert(arguments.end(), row.arguments.begin(), row.arguments.end());
    const ProcessResult result = sandbox_.Run(arguments);
    EXPECT_EQ(result.exit, row.exit) << row.says;
    EXPECT_THAT(result.err, HasSubstr(row.says));
    EXPECT_FALSE(std::filesystem::exists(sandbox_.db())) << row.says;
  }
}

TEST_F(ImportCommandTest, KilledHalfWayItLeavesNothingAndCanBeDoneAgain) {
  Sql("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO events "
      "SELECT i, '2024-03-01T10:10:00Z', 'r1', 'a', 'tick', '{\"noise\": \"' || hex(randomblob(50)) || '\"}' FROM n");
  sandbox_.Out({"init"});
  // The write that makes a file longer than this kills the process (SIGXFSZ).
  const ProcessResult killed = RunProcess({.arguments = {"import", source_, "--db", sandbox_.db()}, .in_child = [] {
                                             const rlimit limit{400'000, 400'000};
                                             if (setrlimit(RLIMIT_FSIZE, &limit) != 0) _exit(122);
                                           }});
  EXPECT_EQ(killed.exit, 128 + SIGXFSZ) << killed.err;
  EXPECT_THAT(sandbox_.Out({"inspect", "--json"}), HasSubstr(R"("events":0)"));
  EXPECT_THAT(sandbox_.Out({"import", "old.db"}), HasSubstr("lawful:   all of it"));
  EXPECT_THAT(sandbox_.Out({"import", "old.db"}), HasSubstr("nothing to do"));
  EXPECT_EQ(sandbox_.Run({"rebuild", "--check"}).exit, 0);
}

TEST_F(ImportCommandTest, WhatTheSourceWroteIsMadeSafeToPrint) {
  Sql("INSERT INTO workstreams VALUES ('\x1b[31m', 'r1', '\x1b[2J', NULL, NULL, NULL, NULL)");
  EXPECT_THAT(sandbox_.Out({"import", "old.db"}), AllOf(HasSubstr("␛"), Not(HasSubstr("\x1b"))));
}

}  // namespace
}  // namespace annals::testing_process
