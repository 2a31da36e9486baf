// sql as a process, and the loadable extension in the programs it is made for.
#include <unistd.h>

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/annals_process.h"
#include "tests/support/effort.h"

namespace annals::testing_process {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kHistory =
    R"({"command":"create_run","run_id":"r1","status":"running","sensitive":true,"metadata":{"n":1.50,"a":"ä"}}
{"command":"create_workstream","run_id":"r1","ws_id":"w"}
{"command":"record_error","run_id":"r1","ws_id":"w","step_name":"edit","error_code":"E","signature":"s","message":"m","context":{"line":7}}
{"command":"record_event","run_id":"r1","event_type":"tick","payload":{"x":"y"}}
{"command":"transition_run","run_id":"r1","to":"pending","reason":"no"}
{"command":"record_event","event_type":"tock"}
{"command":"redact_content","position":4,"reason":"x"}
)";
constexpr const char* kPayloads = "SELECT payload_json(payload) AS payload FROM events ORDER BY id";

class SqlTest : public testing::Test {
 protected:
  SqlTest() { EXPECT_EQ(sandbox_.Run({"apply", "-", "--keep-going"}, kHistory).exit, 3); }
  // The value of "payload" in each line of the log.
  std::string PayloadsOfLog() {
    std::string payloads;
    const std::string log = sandbox_.Out({"log", "--json"});
    for (size_t begin = 0; begin < log.size();) {
      const size_t end = log.find('\n', begin);
      const std::string line = log.substr(begin, end - begin);
      const size_t at = line.find(R"("payload":)") + 10;
      payloads += line.substr(at, line.size() - 1 - at) + "\n";
      begin = end + 1;
    }
    return payloads;
  }
  AnnalsSandbox sandbox_;
};

TEST_F(SqlTest, PrintsATableOrAnObjectPerRow) {
  EXPECT_EQ(
      sandbox_.Out({"sql", "SELECT status, count(*) AS n, NULL AS none FROM runs; SELECT 1.5 AS x, x'0aFF' AS b"}),
      "status   n  none\nrunning  1\n  x  b\n1.5  x'0aff'\n");
  EXPECT_EQ(sandbox_.Out({"sql", "--json", "SELECT 'a\"' AS t, 7 AS i, 0.5 AS r, NULL AS n, x'0aFF' AS b"}),
            R"({"t":"a\"","i":7,"r":0.5,"n":null,"b":"0aff"})"
            "\n");
}

TEST_F(SqlTest, GivesTheJsonOfAPayloadAsTheLogDoes) {
  const std::string rows = sandbox_.Out({"sql", kPayloads});
  EXPECT_EQ(rows.substr(rows.find('\n') + 1), PayloadsOfLog());
  EXPECT_THAT(rows, HasSubstr("\"context\":{\"redacted\":true}"));
  EXPECT_THAT(rows, HasSubstr("\"n\":1.50"));
  EXPECT_EQ(sandbox_.Out({"sql", "SELECT json_object('p', payload_json(payload)) AS o FROM events WHERE id = 5"}),
            "o\n{\"p\":{\"x\":\"y\"}}\n");
  EXPECT_EQ(sandbox_.Out({"sql", "SELECT payload_json(NULL) IS NULL AS n"}), "n\n1\n");
}

TEST_F(SqlTest, ReadsStatementsFromAPipe) {
  EXPECT_EQ(sandbox_.Out({"sql"}, "SELECT 1 AS a;\nSELECT\n  2 AS b -- without a semicolon"), "a\n1\nb\n2\n");
  EXPECT_THAT(sandbox_.Out({"sql"}, ".tables\n.schema runs\n.help\n.quit\nnonsense"),
              AllOf(HasSubstr("view   events"), HasSubstr("CREATE TABLE runs (\n"), HasSubstr(".quit"),
                    Not(HasSubstr("workstreams ("))));
  const ProcessResult result = sandbox_.Run({"sql"}, "SELECT 1 AS a;\n.nope\nSELECT 2 AS b;\n");
  EXPECT_EQ(result.exit, 2);
  EXPECT_EQ(result.out, "a\n1\n");
}

struct RefusedCase {
  const char* name;
  const char* sql;
  const char* message;
};
class SqlRefusalTest : public SqlTest, public testing::WithParamInterface<RefusedCase> {};
constexpr const char* kOnlyReads = "SQL only reads";
INSTANTIATE_TEST_SUITE_P(
    Sql, SqlRefusalTest,
    testing::Values(RefusedCase{"Insert", "INSERT INTO runs DEFAULT VALUES", kOnlyReads},
                    RefusedCase{"Update", "UPDATE runs SET status = 'failed'", kOnlyReads},
                    RefusedCase{"Delete", "DELETE FROM apply_sources", kOnlyReads},
                    RefusedCase{"Drop", "SELECT 1; DROP TABLE runs", kOnlyReads},
                    RefusedCase{"Temporary", "CREATE TEMP TABLE t (a)", kOnlyReads},
                    RefusedCase{"Attach", "ATTACH 'x.db' AS x", kOnlyReads},
                    RefusedCase{"Begin", "BEGIN IMMEDIATE", kOnlyReads},
                    RefusedCase{"Vacuum", "VACUUM INTO 'x.db'", kOnlyReads},
                    RefusedCase{"JournalMode", "PRAGMA journal_mode = DELETE", kOnlyReads},
                    RefusedCase{"QueryOnly", "PRAGMA query_only = 0", kOnlyReads},
                    RefusedCase{"WritableSchema", "PRAGMA writable_schema = 1", kOnlyReads},
                    RefusedCase{"Checkpoint", "PRAGMA wal_checkpoint(TRUNCATE)", kOnlyReads},
                    RefusedCase{"Extension", "SELECT load_extension('x')", kOnlyReads},
                    RefusedCase{"Syntax", "SELECT *\nFRM runs", "near \"FRM\": syntax error (line 2, byte 1)"},
                    RefusedCase{"Column", "SELECT nope FROM runs", "no such column: nope (line 1, byte 8)"},
                    RefusedCase{"NoPayload", "SELECT payload_json(x'00')", "no event's payload"},
                    RefusedCase{"NoBlob", "SELECT payload_json('x')", "it takes a blob"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST_P(SqlRefusalTest, IsUsageAndChangesNothing) {
  const std::string before = sandbox_.Out({"log", "--json"});
  const ProcessResult result = sandbox_.Run({"sql", GetParam().sql});
  EXPECT_EQ(result.exit, 2);
  EXPECT_THAT(result.err, HasSubstr(GetParam().message));
  EXPECT_EQ(sandbox_.Out({"log", "--json"}), before);
  EXPECT_EQ(sandbox_.Run({"rebuild", "--check"}).exit, 0);
  EXPECT_FALSE(std::filesystem::exists(sandbox_.folder().File("x.db")));
}

TEST_F(SqlTest, AnswersWhatOnlyTells) {
  for (const char* const sql :
       {"PRAGMA journal_mode", "PRAGMA table_info(runs)", "PRAGMA quick_check",
        "SELECT * FROM pragma_table_info('runs')", "SELECT * FROM json_each('[1,2]')", "EXPLAIN SELECT 1",
        "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c "
        "WHERE x < 3) SELECT * FROM c",
        "", "-- nothing"}) {
    EXPECT_EQ(sandbox_.Run({"sql", sql}).exit, 0) << sql;
  }
}

TEST_F(SqlTest, MakesNoDatabase) {
  EXPECT_EQ(sandbox_.Run({"--db", sandbox_.folder().File("none.db"), "sql", "SELECT 1"}).exit, 4);
  EXPECT_FALSE(std::filesystem::exists(sandbox_.folder().File("none.db")));
}

class SqliteExtensionTest : public SqlTest {
 protected:
  void SetUp() override {
    if (support::kIsSanitized) GTEST_SKIP() << "other programs have no sanitizer, which the extension asks for";
  }
  static bool Runs(const std::string& program) { return access(program.c_str(), X_OK) == 0; }
};

TEST_F(SqliteExtensionTest, GivesPayloadJsonToPython) {
  const std::string python = "/usr/bin/python3";
  if (!Runs(python)) GTEST_SKIP() << "there is no " << python;
  const std::string script = R"(
import sqlite3, sys
connection = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
if not hasattr(connection, "enable_load_extension"): sys.exit(77)
connection.enable_load_extension(True)
connection.load_extension(sys.argv[2])
for (payload,) in connection.execute(sys.argv[3]): print(payload)
)";
  const ProcessResult result =
      RunProcess({.arguments = {"-c", script, sandbox_.db(), ANNALS_SQLITE_EXTENSION, kPayloads},
                  .environment = {{"PYTHONIOENCODING", "utf-8"}}},
                 python);
  if (result.exit == 77) GTEST_SKIP() << "this Python's sqlite3 loads no extensions";
  EXPECT_EQ(result.exit, 0) << result.err;
  EXPECT_EQ(result.out, PayloadsOfLog());
}

TEST_F(SqliteExtensionTest, GivesPayloadJsonToTheSqliteShell) {
  const std::string shell = "/usr/bin/sqlite3";
  if (!Runs(shell)) GTEST_SKIP() << "there is no " << shell;
  const ProcessResult result = RunProcess(
      {.arguments = {"-readonly", "-cmd", std::string(".load ") + ANNALS_SQLITE_EXTENSION, sandbox_.db(), kPayloads}},
      shell);
  EXPECT_EQ(result.exit, 0) << result.err;
  EXPECT_EQ(result.out, PayloadsOfLog());
}

}  // namespace
}  // namespace annals::testing_process
