// What the rows of a state database become, and what is said of those that were not lawful.
#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/commands/import_fixture.h"

namespace annals::support {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::StartsWith;

using Lines = std::vector<std::string>;

class ImportStateTest : public ImportFixture {
 protected:
  Lines Statuses() {
    Lines lines = RowsOf(RunsTable().table(), {"run_id", "status"});
    for (std::string& line : lines) {
      if (line.starts_with("'imported-")) line.replace(10, 12, "RUN");
    }
    for (std::string& line : RowsOf(WorkstreamsTable().table(), {"ws_id", "status"})) lines.push_back(std::move(line));
    return lines;
  }
};

TEST_F(ImportStateTest, LawfulRowsBecomeRowsWithTheirTimes) {
  StateTables tables;
  tables.Run().Workstream("a", "ready").Workstream("b", "pending", R"(["a"])").Attempt("a").Error("a", 3);
  tables.Event("r1", "a").schema_meta.rows = {{"schema_version", "3"}};
  const ImportReport report = Import(tables);
  EXPECT_TRUE(report.stands);
  EXPECT_TRUE(report.IsLawful());
  EXPECT_THAT(LinesOf(report), IsEmpty());
  EXPECT_THAT(RowsOf(RunsTable().table(), {"run_id", "status", "created_at", "started_at"}),
              ElementsAre("'r1' 'running' 2024-03-01T10:00:00.000000Z 2024-03-01T10:00:00.000000Z"));
  EXPECT_THAT(RowsOf(WorkstreamsTable().table(), {"ws_id", "status", "depends_on", "created_at", "updated_at"}),
              ElementsAre("'a' 'ready' '[]' 2024-03-01T10:01:00.000000Z 2024-03-01T10:30:00.000000Z",
                          "'b' 'pending' '[\"a\"]' 2024-03-01T10:01:00.000000Z 2024-03-01T10:01:00.000000Z"));
  EXPECT_THAT(RowsOf(StepAttemptsTable().table(), {"step_name", "status", "started_at", "completed_at", "exit_code"}),
              ElementsAre("'edit' 'success' 2024-03-01T10:02:00.000000Z 2024-03-01T10:03:00.000000Z 0"));
  EXPECT_THAT(RowsOf(ErrorsTable().table(), {"signature", "message", "count", "first_seen_at", "last_seen_at"}),
              ElementsAre("'E501 a.py' 'line too long' 3 2024-03-01T10:04:00.000000Z 2024-03-01T10:09:00.000000Z"));
  EXPECT_THAT(Events(), Contains(HasSubstr(R"("type":"scope_violation")")));
  EXPECT_THAT(Events().back(), HasSubstr(R"("type":"import_completed")"));
  EXPECT_THAT(Events(), Contains(HasSubstr(R"({"table":"schema_meta","rows":[{"positions":[],"row":{"key":)")));
}

struct FindingCase {
  const char* name;
  std::function<void(StateTables&)> change;  // of a run "r1" that runs
  Lines findings;                            // what each begins with
  Lines statuses;                            // of the runs, then of the workstreams
};
void PrintTo(const FindingCase& row, std::ostream* out) {
  *out << row.name;
}

class ImportFindingTest : public ImportStateTest, public testing::WithParamInterface<FindingCase> {};

TEST_P(ImportFindingTest, IsReportedAndTheTablesSayWhatTheSourceSaid) {
  StateTables tables;
  tables.Run();
  GetParam().change(tables);
  const Lines found = LinesOf(Import(tables));
  std::vector<testing::Matcher<std::string>> expected;
  for (const std::string& line : GetParam().findings) expected.emplace_back(StartsWith(line));
  EXPECT_THAT(found, testing::ElementsAreArray(expected));
  EXPECT_EQ(Statuses(), GetParam().statuses);
}

// Cell `column` of the last row of a table.
ForeignCell& Cell(ForeignTable& table, const std::string& column) {
  const auto at = std::ranges::find(table.columns, column) - table.columns.begin();
  return table.rows.back()[static_cast<size_t>(at)];
}

const FindingCase kMoves[] = {
    {"DoneWithoutAWay",
     [](StateTables& t) { t.Workstream("a", "done"); },
     {"override workstreams a: pending → done: no edge leads from pending to done"},
     {"'r1' 'running'", "'a' 'done'"}},
    {"CompletedWithWorkLeft",
     [](StateTables& t) {
       Cell(t.runs, "status") = "completed";
       t.Workstream("a");
     },
     {"override runs r1: running → completed: the guard all_workstreams_done does not hold"},
     {"'r1' 'completed'", "'a' 'pending'"}},
    {"ReadyBeforeWhatItNeeds",
     [](StateTables& t) { t.Workstream("a").Workstream("b", "ready", "a"); },
     {"override workstreams b: pending → ready: the guard dependencies_done does not hold"},
     {"'r1' 'running'", "'a' 'pending'", "'b' 'ready'"}},
    {"PendingAlthoughWhatItNeedsFailed",
     [](StateTables& t) { t.Workstream("a", "failed").Workstream("b", "pending", "a"); },
     {},
     {"'r1' 'running'", "'a' 'failed'", "'b' 'pending'"}},
    {"BlockedByWhatItNeeds",
     [](StateTables& t) { t.Workstream("a", "abandoned").Workstream("b", "blocked", "a"); },
     {},
     {"'r1' 'running'", "'a' 'abandoned'", "'b' 'blocked'"}},
    {"FailedBeforeItBegan", [](StateTables& t) { Cell(t.runs, "status") = "failed"; }, {}, {"'r1' 'failed'"}},
    {"OldSpelling",
     [](StateTables& t) {
       Cell(t.runs, "status") = "S_SUCCEEDED";
       t.Workstream("a", "STATIC-CHECK");
     },
     {R"(remark runs r1: its status "S_SUCCEEDED" is read as completed)",
      R"(remark workstreams a: its status "STATIC-CHECK" is read as static_check)",
      "override workstreams a: pending → static_check", "override runs r1: running → completed"},
     {"'r1' 'completed'", "'a' 'static_check'"}},
};
INSTANTIATE_TEST_SUITE_P(Moves, ImportFindingTest, testing::ValuesIn(kMoves),
                         [](const auto& test) { return std::string(test.param.name); });

const FindingCase kBroken[] = {
    {"StatusNobodyKnows",
     [](StateTables& t) { t.Workstream("a", "asleep"); },
     {R"(note workstreams a: nobody knows the status "asleep": left pending)"},
     {"'r1' 'running'", "'a' 'pending'"}},
    {"NoStatus",
     [](StateTables& t) { Cell(t.runs, "status") = {}; },
     {"remark runs r1: it has no status: left pending"},
     {"'r1' 'pending'"}},
    {"RunThatIsNotThere",
     [](StateTables& t) {
       t.Workstream("a").Attempt("a");
       Cell(t.workstreams, "run_id") = "gone";
       Cell(t.attempts, "run_id") = {};
     },
     {R"(note workstreams a: its run_id "gone" is no run of this database: put into run imported-)",
      "remark step_attempts 1: its run_id NULL is no run of this database: put into run imported-"},
     {"'imported-RUN' 'pending'", "'r1' 'running'", "'a' 'pending'"}},
    {"WorkstreamThatIsNotThere",
     [](StateTables& t) { t.Attempt("x").Error("x").Event("r1", "x"); },
     {"note step_attempts 1: run r1 has no workstream x", "note errors 1: run r1 has no workstream x",
      "note events 1: run r1 has no workstream x"},
     {"'r1' 'running'"}},
    {"EventOfNoRun",
     [](StateTables& t) { t.Event({}).Event("gone"); },
     {R"(note events 2: its run_id "gone" is no run of this database)"},
     {"'r1' 'running'"}},
    {"WrongIds",
     [](StateTables& t) {
       t.Run("a run").Workstream("w/s").Workstream("ü");
       t.workstreams.rows.push_back({{}, "r1", "done"});
       t.workstreams.rows.back().resize(7);
     },
     {R"(note workstreams w/s: ws_id "w/s" has "/" at its byte 2)", R"(note workstreams ü: ws_id "ü" has "ü")",
      "note workstreams null: it has no ws_id", R"(note runs a run: run_id "a run" has " " at its byte 2)"},
     {"'r1' 'running'"}},
    {"DependsInACircle",
     [](StateTables& t) {
       t.Workstream("a", "pending", R"(["c"])").Workstream("b", "pending", "a, b").Workstream("c", "pending", "b,no");
     },
     {"note workstreams b: depends_on names the workstream itself: left out; depends_on names a, which depends on "
      "this one in turn: left out",
      "note workstreams c: depends_on names \"no\", which run r1 does not have: left out"},
     {"'r1' 'running'", "'a' 'pending'", "'b' 'pending'", "'c' 'pending'"}},
    {"BadJson",
     [](StateTables& t) {
       Cell(t.runs, "metadata_json") = "[1]";
       t.Workstream("a").Attempt("a").Error("a").Event("r1");
       Cell(t.workstreams, "depends_on") = "[1]";
       Cell(t.workstreams, "metadata_json") = R"({"a":1,"a":2})";
       Cell(t.attempts, "result_json") = "{";
       Cell(t.errors, "context_json") = R"({"n":NaN})";
       Cell(t.events, "payload_json") = ForeignBytes{"\xff"};
     },
     {"note runs r1: metadata_json is no JSON object",
      "note workstreams a: depends_on is no JSON array of names: \"[1]\"; metadata_json is no JSON object",
      "note step_attempts 1: result_json is no JSON object", "remark errors 1: count is 1",
      "note errors 1: context_json is no JSON object", "note events 1: payload_json is no JSON object"},
     {"'r1' 'running'", "'a' 'pending'"}},
    {"BadTimes",
     [](StateTables& t) {
       Cell(t.runs, "created_at") = "yesterday";
       t.Workstream("a").Attempt("a");
       Cell(t.workstreams, "created_at") = int64_t{1709287200};
       Cell(t.attempts, "completed_at") = "1970-01-01T00:00:00Z";
     },
     {R"(note runs r1: created_at is no time in ISO 8601: "yesterday")",
      "note workstreams a: created_at is no time in ISO 8601: 1709287200",
      "note step_attempts 1: completed_at is the first moment of 1970"},
     {"'r1' 'running'", "'a' 'pending'"}},
    {"AttemptsThatCannotBe",
     [](StateTables& t) {
       t.Workstream("a").Attempt("a", "edit", "failed").Attempt("a", "edit", "flaky").Attempt("a", "edit", "running");
       t.Attempt("a", "two words");
       t.Attempt("a");
       Cell(t.attempts, "started_at") = "2024-03-01T10:03:01Z";
     },
     {R"(remark step_attempts 3: its status "running" is read as in_progress)",
      "note step_attempts 3: it is in progress, yet it has ended",
      R"(remark step_attempts 1: its status "failed" is read as failure)",
      R"(note step_attempts 2: nobody knows the status "flaky")", R"(note step_attempts 4: /step_name: "two words")",
      "note step_attempts 5: completed_at is before started_at"},
     {"'r1' 'running'", "'a' 'pending'"}},
    {"ErrorsThatCannotBe",
     [](StateTables& t) {
       t.Workstream("a").Error("a", 0).Error("a", 6).Error("a");
       Cell(t.errors, "step_name") = {};
       t.Error("a", 2);
       Cell(t.errors, "error_code") = "two\nlines";
     },
     {"note errors 1: count is 0: recorded once", "note errors 2: count is 6: recorded 5 times, no more",
      "note errors 3: record_error must have step_name", "note errors 4: /error_code: "},
     {"'r1' 'running'", "'a' 'pending'"}},
    {"EventsOfTheEnginesOwnNames",
     [](StateTables& t) { t.Event("r1", {}, "run_created").Event("r1", {}, "two words"); },
     {"remark events 1: run_created is an event of the engine's own: noted as imported:run_created",
      R"(note events 2: /event_type: "two words")"},
     {"'r1' 'running'"}},
    {"TablesAndColumnsOfItsOwn",
     [](StateTables& t) {
       t.runs.columns.push_back("owner");
       t.runs.rows.back().push_back("ann");
       t.extra.push_back({"locks", {"name", "weight"}, {{"l", 0.5}}});
     },
     {"remark runs : columns of its own (owner)", "remark locks : a table of its own"},
     {"'r1' 'running'"}},
};
INSTANTIATE_TEST_SUITE_P(Broken, ImportFindingTest, testing::ValuesIn(kBroken),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_F(ImportStateTest, TimesOfAnyOffsetBecomeUtcAndStayAsTheyWereInTheNotes) {
  StateTables tables;
  tables.Run();
  tables.runs.rows[0][2] = "2024-03-01 12:00:00.5+02:00";
  Import(tables);
  EXPECT_THAT(RowsOf(RunsTable().table(), {"created_at"}), ElementsAre("2024-03-01T10:00:00.500000Z"));
  EXPECT_THAT(Events(), Contains(HasSubstr(R"("created_at":"2024-03-01 12:00:00.5+02:00")")));
}

TEST_F(ImportStateTest, OlderVariantsMayLackTablesAndColumns) {
  const std::vector<ForeignTable> tables = {
      {"errors", {"ws_id", "run_id", "step_name", "error_code", "signature"}, {{"a", "r1", "fix", "E1", "s"}}},
      {"runs", {"run_id"}, {{"r1"}}},
      {"workstreams", {"ws_id", "run_id"}, {{"a", "r1"}}}};
  EXPECT_THAT(LinesOf(Must(TryImport(tables))), ElementsAre("remark runs r1: it has no status: left pending",
                                                            "remark workstreams a: it has no status: left pending"));
  EXPECT_THAT(RowsOf(ErrorsTable().table(), {"step_name", "message", "count"}), ElementsAre("'fix' '' 1"));
}

TEST_F(ImportStateTest, WhatIsUsedIsMadeFirstWhateverTheTimesSay) {
  StateTables tables;
  tables.Run("r1", "completed").Workstream("b", "done", "a").Workstream("a", "done").Attempt("a");
  tables.runs.rows[0][3] = "2024-01-01T00:00:00Z";         // the run ends before all else
  tables.workstreams.rows[0][4] = "2024-02-01T00:00:00Z";  // b stands before a, which it needs
  tables.workstreams.rows[1][5] = "2024-02-01T00:00:00Z";  // a is done before its attempt
  EXPECT_THAT(LinesOf(Import(tables)), ElementsAre(StartsWith("override workstreams"), StartsWith("override workstr")));
  EXPECT_THAT(RowsOf(RunsTable().table(), {"status", "completed_at", "ws_done"}),
              ElementsAre("'completed' 2024-01-01T00:00:00.000000Z 2"));
}

TEST_F(ImportStateTest, StrictAndDryRunTakeEverythingBack) {
  StateTables tables;
  tables.Run().Workstream("a", "done");
  const ImportReport dry = Import(tables, ImportMode::kDryRun);
  const ImportReport strict = Import(tables, ImportMode::kStrict);
  EXPECT_FALSE(dry.stands || strict.stands);
  EXPECT_EQ(strict.overrides, 1U);
  EXPECT_THAT(Events(), IsEmpty());
  tables.workstreams.rows[0][2] = "ready";
  EXPECT_TRUE(Import(tables, ImportMode::kStrict).stands);
}

TEST_F(ImportStateTest, TheSameContentTwiceAddsNothing) {
  StateTables tables;
  tables.Run().Workstream("a");
  EXPECT_FALSE(Import(tables).imported_before);
  const size_t events = Events().size();
  const ImportReport again = Import(tables);
  EXPECT_TRUE(again.imported_before);
  EXPECT_FALSE(again.stands);
  EXPECT_EQ(Events().size(), events);
  // Other content with a run of that name would be mixed with it.
  tables.Event("r1");
  const auto other = TryImport(tables.All());
  EXPECT_EQ(other.status().code(), absl::StatusCode::kAborted);
  EXPECT_THAT(std::string(other.status().message()), HasSubstr("1 of its 1 runs is in the log already (r1)"));
  EXPECT_EQ(Events().size(), events);
}

TEST_F(ImportStateTest, WhatIsNoStateDatabaseIsNotImported) {
  const auto report = TryImport({{"schema_meta", {"key", "value"}, {}}, {"other", {"a"}, {{int64_t{1}}}}});
  EXPECT_EQ(report.status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace annals::support
