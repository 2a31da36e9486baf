// SPEC: `annals rebuild --check` names the first position where a table and its fold part.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/sqlite/sqlite_storage.h"
#include "projections/rebuild.h"
#include "tests/support/commands.h"
#include "tests/support/must.h"
#include "tests/support/session.h"
#include "tests/support/store.h"

namespace annals {
namespace {

using namespace annals::support;
using testing::IsEmpty;
using testing::SizeIs;

constexpr auto kQuiet = [](uint64_t, uint64_t) {};

struct PartingCase {
  const char* name;
  const char* sql;
  std::optional<uint64_t> position;  // none: no event made what the table shows
};
void PrintTo(const PartingCase& test, std::ostream* out) {
  *out << test.name;
}

// 1 r1, 2 it runs, 3 a, 4 b, 5 a ready, 6 a editing, 7 an attempt, 8 its end, 9 and 10 an error twice, 11 the run
// paused, 12 it runs again, 13 a failed, 14 b blocked.
const PartingCase kPartings[] = {
    {"AStatusThatWasRightOnce", "UPDATE workstreams SET status = 'ready' WHERE ws_id = 'a'", 6},
    {"AStatusFromTheStart", "UPDATE workstreams SET status = 'pending' WHERE ws_id = 'a'", 5},
    {"AStatusThatNeverWas", "UPDATE workstreams SET status = 'done' WHERE ws_id = 'a'", 13},
    {"AStatusThatWasRightTwice", "UPDATE runs SET status = 'paused'", 12},
    {"ANullThatWasRight", "UPDATE workstreams SET completed_at = NULL WHERE ws_id = 'a'", 13},
    {"ATextForANull", "UPDATE workstreams SET metadata_json = '{}' WHERE ws_id = 'a'", 3},
    {"ACounterThatIsBehind", "UPDATE runs SET ws_total = 1", 4},
    {"ACounterThatIsAhead", "UPDATE runs SET ws_total = 9", 4},
    {"ACountThatIsBehind", "UPDATE errors SET count = 1", 10},
    {"AnAttemptThatDidNotEnd", "UPDATE step_attempts SET completed_at = NULL", 8},
    {"ATimeThatIsNone", "UPDATE step_attempts SET started_at = 'soon'", 7},
    {"AnIdThatIsAnothers", "UPDATE errors SET id = 99", 9},
    {"AMissingRow", "DELETE FROM errors", 9},
    {"AMissingDependency", "DELETE FROM dependencies", 4},
    {"ARowThatNoEventMade", "INSERT INTO dependencies VALUES ('r1', 'a', 'b')", std::nullopt},
    {"ARowOfARunThatIsNot", "INSERT INTO dependencies VALUES ('r9', 'a', 'b')", std::nullopt},
};

class PartingTest : public testing::TestWithParam<PartingCase> {
 protected:
  PartingTest() {
    Session session(store_.storage());
    for (const std::string& command :
         {CreateRun("r1", "running"), CreateWorkstream("a"), CreateWorkstream("b", {"a"}), MoveWorkstream("a", "ready"),
          MoveWorkstream("a", "editing"), StartStep("a", "edit"), FinishStep(7, "success"),
          RecordError("a", "edit", "sig"), RecordError("a", "edit", "sig"), MoveRun("paused"), MoveRun("running"),
          MoveWorkstream("a", "failed")}) {
      session.Accept(command);
    }
  }
  CheckReport CheckAfter(const std::string& sql) {
    Must(dynamic_cast<SqliteStorage&>(store_.storage())
             .connection()
             .Execute("PRAGMA ignore_check_constraints = ON;" + sql));
    return Must(CheckTables(store_.storage(), kQuiet));
  }
  Store store_{Backend::kSqlite};
};

TEST_P(PartingTest, IsNamedByTheFirstEventTheTableDoesNotShow) {
  EXPECT_THAT(CheckAfter("SELECT 1").differences, IsEmpty());
  const CheckReport report = CheckAfter(GetParam().sql);
  ASSERT_THAT(report.differences, SizeIs(1));
  const std::optional<Position> position = report.differences[0].position;
  EXPECT_EQ(position ? std::optional(position->value) : std::nullopt, GetParam().position)
      << report.differences[0].detail;
  EXPECT_EQ(report.first_position, position);
}
INSTANTIATE_TEST_SUITE_P(Columns, PartingTest, testing::ValuesIn(kPartings),
                         [](const auto& test) { return test.param.name; });

using CheckTablesTest = PartingTest;
INSTANTIATE_TEST_SUITE_P(Once, CheckTablesTest, testing::Values(PartingCase{"All", "", {}}),
                         [](const auto& test) { return test.param.name; });

TEST_P(CheckTablesTest, TheFirstPositionIsTheLeastOfAllDifferences) {
  const CheckReport report =
      CheckAfter("UPDATE errors SET count = 1; UPDATE runs SET ws_total = 1; DELETE FROM step_attempts");
  EXPECT_EQ(report.difference_count, 3u);
  EXPECT_EQ(report.first_position, Position{4});
}

TEST_P(CheckTablesTest, RowsThatMovedToAnotherRunAreFoundAtBothEnds) {
  const CheckReport report = CheckAfter("UPDATE step_attempts SET run_id = 'r9'");
  ASSERT_EQ(report.difference_count, 2u);
  EXPECT_EQ(report.differences[0].detail, "run_id is r9, the log says r1");
  EXPECT_EQ(report.differences[0].position, Position{7});
  EXPECT_EQ(report.differences[1].detail, "the log says there is no such row");
}

}  // namespace
}  // namespace annals
