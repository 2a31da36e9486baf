// The past as a process shows it: --at, replay, diff and bisect.
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/annals_process.h"

namespace annals::testing_process {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// Positions 1 to 8.
constexpr const char* kHistory =
    R"({"command":"create_run","run_id":"r1","status":"running","metadata":{"branch":"main"}}
{"command":"create_workstream","run_id":"r1","ws_id":"a"}
{"command":"create_workstream","run_id":"r1","ws_id":"b","depends_on":["a"]}
{"command":"transition_workstream","run_id":"r1","ws_id":"a","to":"ready"}
{"command":"record_error","run_id":"r1","ws_id":"a","step_name":"static","error_code":"E1","signature":"s","message":"no"}
{"command":"transition_workstream","run_id":"r1","ws_id":"a","to":"failed","reason":"no luck"}
)";

class PastCommandsTest : public testing::Test {
 protected:
  PastCommandsTest() { sandbox_.Out({"apply", "-"}, kHistory); }
  AnnalsSandbox sandbox_;
};

struct AtCase {
  const char* name;
  std::vector<std::string> arguments;
  int exit;
  const char* says;  // on stdout where the exit code is 0, else on stderr
};

class AtTest : public PastCommandsTest, public testing::WithParamInterface<AtCase> {};

TEST_P(AtTest, Answers) {
  const ProcessResult result = sandbox_.Run(GetParam().arguments);
  EXPECT_EQ(result.exit, GetParam().exit) << result.out << result.err;
  EXPECT_THAT(GetParam().exit == 0 ? result.out : result.err, HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    Past, AtTest,
    testing::Values(
        AtCase{"Workstream", {"ws", "show", "a", "--at", "5", "--json"}, 0, R"("status":"ready")"},
        AtCase{"BeforeTheCommand", {"--at", "5", "ws", "show", "a", "--run", "r1", "--json"}, 0, R"("status":"ready")"},
        AtCase{"List", {"ws", "list", "--json", "--at", "3"}, 0, R"("ws_id":"a")"},
        AtCase{"Inspect", {"inspect", "--at", "4"}, 0, "4 events"},
        AtCase{"Log", {"log", "--at", "1"}, 0, "run_created"},
        AtCase{"Why", {"why", "ws", "b", "--at", "7"}, 0, "pending"},
        AtCase{"Audit", {"audit", "r1", "--at", "7"}, 0, "ready"},
        AtCase{"Stats", {"stats", "--at", "2", "--json"}, 0, R"("total":2)"},
        AtCase{
            "Sql", {"sql", "SELECT ws_id, status FROM workstreams", "--at", "5", "--json"}, 0, R"("status":"ready")"},
        AtCase{"SqlOnlyReads", {"sql", "DELETE FROM runs", "--at", "5"}, 2, "only reads"},
        AtCase{"Now", {"ws", "show", "a", "--at", "now", "--json"}, 0, R"("status":"failed")"},
        AtCase{"NotYetThere", {"ws", "show", "b", "--run", "r1", "--at", "3"}, 4, "run r1 has no workstream b"},
        AtCase{"LongAgo", {"run", "show", "r1", "--at", "2001-01-01"}, 4, "there is no run r1"},
        AtCase{"BehindTheEnd", {"run", "list", "--at", "99"}, 4, "there is no position 99 yet: the log ends at 8"},
        AtCase{"NoPoint", {"run", "list", "--at", "soon"}, 2, "a point is a position such as 41"},
        AtCase{"OfAWriter", {"run", "create", "r9", "--at", "3"}, 2, "--at: only what reads"},
        AtCase{"AndFollow", {"log", "--follow", "--at", "3"}, 2, "leave one of the two out"},
        AtCase{"DiffOfNoTable", {"diff", "1", "--table", "runz"}, 2, "did you mean \"runs\""},
        AtCase{"DiffOfNoRun", {"diff", "1", "--run", "r9"}, 4, "there is no run \"r9\""},
        AtCase{"BisectSyntax", {"bisect", "status ="}, 2, "syntax error"},
        AtCase{"BisectOfNoTable", {"bisect", "EXISTS (SELECT 1 FROM runz)"}, 2, "no such table: runz"},
        AtCase{"BisectWrites", {"bisect", "1); DELETE FROM runs; --"}, 2, "not one statement that only reads"},
        AtCase{"BisectNever", {"bisect", "(SELECT count(*) FROM runs) > 7"}, 4, "it does not hold at position 8"},
        AtCase{"BisectAlways", {"bisect", "1 = 1"}, 3, "it holds at position 0 already"},
        AtCase{"ReplayBehindTheEnd", {"replay", "--until", "99"}, 4, "the log ends at 8"},
        AtCase{"ReplayShows", {"replay", "--until", "5"}, 0, "5 events"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST_F(PastCommandsTest, DiffShowsOldAndNew) {
  const std::string text = sandbox_.Out({"diff", "5", "--run", "r1", "--table", "workstreams"});
  EXPECT_THAT(text, AllOf(HasSubstr("~ workstreams r1 a"), HasSubstr("ready → failed"), HasSubstr("pending → blocked"),
                          HasSubstr("2 rows differ between position 5 and position 8")));
  EXPECT_EQ(
      sandbox_.Out({"diff", "4", "3", "--table", "dependencies", "--json"}),
      R"({"table":"dependencies","key":{"run_id":"r1","ws_id":"b","needs":"a"},"change":"gone","row":{"run_id":"r1","ws_id":"b","needs":"a"}})"
      "\n");
  EXPECT_THAT(sandbox_.Out({"diff", "8", "8"}), HasSubstr("no rows differ"));
}

TEST_F(PastCommandsTest, BisectShowsTheEvent) {
  const std::string predicate = "(SELECT status FROM workstreams WHERE ws_id = 'b') = 'blocked' -- a comment";
  EXPECT_THAT(sandbox_.Out({"bisect", predicate}), HasSubstr("true from position 8 on"));
  EXPECT_THAT(sandbox_.Out({"bisect", "--run", "r1", predicate, "--json"}),
              AllOf(HasSubstr(R"({"position":8,)"), HasSubstr(R"("event":{"position":8,"stream":"run/r1")")));
}

TEST_F(PastCommandsTest, ReplayWritesAFileForOthersOnce) {
  EXPECT_THAT(sandbox_.Out({"replay", "--until", "6", "--into", "then.db"}), HasSubstr("as of position 6"));
  const ProcessResult again = sandbox_.Run({"replay", "--into", "then.db"});
  EXPECT_EQ(again.exit, 5);
  EXPECT_THAT(again.err, HasSubstr("then.db: it is already there"));
  const auto query = [&](const std::string& sql) {
    const ProcessResult result =
        RunProcess({.arguments = {sandbox_.folder().File("then.db"), sql}}, "/usr/bin/sqlite3");
    EXPECT_EQ(result.exit, 0) << result.err;
    return result.out;
  };
  EXPECT_EQ(query("SELECT status FROM workstreams ORDER BY ws_id"), "ready\npending\n");
  EXPECT_EQ(query("SELECT count(*), max(id) FROM events"), "6|6\n");
  EXPECT_EQ(query("SELECT payload_json FROM events WHERE id = 6"),
            R"({"step_name":"static","error_code":"E1","signature":"s","message":"no"})"
            "\n");
  EXPECT_EQ(query("SELECT value FROM schema_meta WHERE key = 'replayed_until'"), "6\n");
  // It holds no log: nothing goes on with it.
  const ProcessResult other = sandbox_.Run({"--db", "then.db", "run", "create", "x"});
  EXPECT_EQ(other.exit, 1);
  for (const auto& entry : std::filesystem::directory_iterator(sandbox_.folder().path())) {
    EXPECT_THAT(entry.path().string(), Not(HasSubstr("partial")));
  }
}

}  // namespace
}  // namespace annals::testing_process
