// init, migrate, inspect, stats, rebuild and version as processes.
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/sqlite/connection.h"
#include "schemas/status.h"
#include "tests/cli/annals_process.h"

namespace annals::testing_process {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kHistory =
    R"({"command":"create_run","run_id":"r1","status":"running"}
{"command":"create_workstream","run_id":"r1","ws_id":"w"}
{"command":"transition_run","run_id":"r1","to":"pending"}
{"command":"transition_workstream","run_id":"r1","ws_id":"w","to":"ready"}
{"command":"record_error","run_id":"r1","ws_id":"w","step_name":"static","error_code":"E1","signature":"s","message":"m"}
{"command":"record_error","run_id":"r1","ws_id":"w","step_name":"fix","error_code":"E1","signature":"s","message":"m"}
{"command":"transition_workstream","run_id":"r1","ws_id":"w","to":"done","override":{"operator":"Olga","reason":"it must"}}
{"command":"create_run","run_id":"r2"}
)";

class UpkeepTest : public testing::Test {
 protected:
  void Fill() { EXPECT_EQ(sandbox_.Run({"apply", "-", "--keep-going"}, kHistory).exit, 3); }
  void Sql(const std::string& sql) {
    const auto connection = Connection::Open(sandbox_.db(), OpenMode::kReadWrite, 1000);
    ASSERT_TRUE(connection.ok()) << connection.status();
    const absl::Status done = connection->Execute(sql);
    ASSERT_TRUE(done.ok()) << done;
  }
  AnnalsSandbox sandbox_;
};

TEST_F(UpkeepTest, InitSaysWhatItFoundAndMayBeRepeated) {
  EXPECT_THAT(sandbox_.Out({"init", "--dry-run"}), HasSubstr("fresh"));
  EXPECT_FALSE(std::filesystem::exists(sandbox_.db()));
  EXPECT_EQ(sandbox_.Out({"init"}), "database: " + sandbox_.db() + "\nschema:   version 1, fresh schema applied\n");
  EXPECT_EQ(sandbox_.Out({"init"}), "database: " + sandbox_.db() + "\nschema:   version 1, up to date\n");
  EXPECT_EQ(sandbox_.Out({"init", "--json"}), R"({"path":")" + sandbox_.db() +
                                                  R"(","schema_version":1,"fresh":false,"migrations":[],"repairs":[],)"
                                                  R"("refolded":[],"backup":null})"
                                                  "\n");
}

struct RepairCase {
  const char* name;
  const char* damage;
  const char* repair;
};
class MigrateRepairTest : public UpkeepTest, public testing::WithParamInterface<RepairCase> {};

TEST_P(MigrateRepairTest, IsListedThenDoneAfterABackupAndTheRowsAreTheFold) {
  Fill();
  Sql(GetParam().damage);
  EXPECT_THAT(sandbox_.Out({"migrate", "--dry-run"}),
              AllOf(HasSubstr("not up to date"), HasSubstr(std::string("would ") + GetParam().repair)));
  EXPECT_THAT(sandbox_.Out({"migrate", "--dry-run"}), HasSubstr("not up to date"));
  const std::string done = sandbox_.Out({"migrate"});
  EXPECT_THAT(done, AllOf(HasSubstr("brought up to date"), HasSubstr(GetParam().repair), HasSubstr("backup:   ")));
  const size_t backup = done.find("backup:   ") + 10;
  EXPECT_TRUE(std::filesystem::exists(done.substr(backup, done.find('\n', backup) - backup)));
  EXPECT_THAT(sandbox_.Out({"migrate", "--dry-run"}), HasSubstr("version 1, up to date"));
  EXPECT_EQ(sandbox_.Run({"verify"}).exit, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Migrate, MigrateRepairTest,
    testing::Values(RepairCase{"MissingTable", "DROP TABLE errors", "create table errors"},
                    // Databases from before there were workers have none, and no migration brings it.
                    RepairCase{"MissingLeases", "DROP TABLE leases", "create table leases"},
                    RepairCase{"MissingColumn", "ALTER TABLE runs DROP COLUMN ws_total", "add column runs.ws_total"},
                    RepairCase{"MissingIndex", "DROP INDEX runs_by_status", "add index runs_by_status"},
                    RepairCase{"MissingView", "DROP VIEW events", "add view events"},
                    RepairCase{"MissingTrigger", "DROP TRIGGER log_refuses_delete", "add trigger log_refuses_delete"},
                    RepairCase{"ChangedTrigger",
                               "DROP TRIGGER log_refuses_update; CREATE TRIGGER log_refuses_update BEFORE UPDATE ON "
                               "log BEGIN SELECT 1; END",
                               "make trigger log_refuses_update anew"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(UpkeepTest, MigrateLeavesWhatTakesTheNameOfAView) {
  Fill();
  Sql("DROP VIEW events; CREATE TABLE events (mine)");
  EXPECT_THAT(sandbox_.Out({"migrate"}), HasSubstr("up to date"));
  EXPECT_THAT(sandbox_.Run({"verify"}).out, HasSubstr("file: the view events is a table\n"));
}

TEST_F(UpkeepTest, MigrateMakesNoDatabase) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"migrate"}, {"migrate", "--dry-run"}}) {
    EXPECT_EQ(sandbox_.Run(words).exit, 4);
    EXPECT_FALSE(std::filesystem::exists(sandbox_.db()));
  }
}

TEST_F(UpkeepTest, AForeignFileIsLeftAlone) {
  std::ofstream(sandbox_.db())
      << "this is no database, only some text that is long enough to have a header of one hundred bytes or more in it";
  for (const char* const command : {"init", "migrate", "inspect", "stats", "rebuild"}) {
    const int exit = sandbox_.Run({command}).exit;
    EXPECT_TRUE(exit == 1 || exit == 6) << command << ": " << exit;
  }
}

TEST_F(UpkeepTest, InspectShowsHowThingsStand) {
  Fill();
  EXPECT_THAT(
      sandbox_.Out({"inspect"}),
      AllOf(HasSubstr(sandbox_.db()), ContainsRegex("runs +2   1 pending, 1 running"),
            ContainsRegex("workstreams +1   1 done"), ContainsRegex("r1 +running +1/1"), ContainsRegex("2  E1 +s ")));
  EXPECT_THAT(sandbox_.Out({"inspect", "--json"}),
              AllOf(HasSubstr(R"("runs":{"total":2,"by_status":{"pending":1,"running":1}})"),
                    HasSubstr(R"("newest_runs":[{"run_id":"r2")"),
                    HasSubstr(R"("error_code":"E1","signature":"s","count":2,"places":2)")));
}

TEST_F(UpkeepTest, WorkstreamsThatTheirRunLeftBehindAreCountedAsOrphaned) {
  Fill();
  sandbox_.Out({"ws", "create", "x", "--run", "r1"});
  EXPECT_THAT(sandbox_.Out({"inspect"}), Not(HasSubstr("orphaned")));
  sandbox_.Out({"run", "transition", "r1", "failed"});
  EXPECT_THAT(sandbox_.Out({"inspect"}),
              ContainsRegex("workstreams +2   1 pending, 1 done \\(1 orphaned: their run has ended\\)"));
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"inspect", "--json"}, {"stats", "--json"}, {"stats", "--run", "r1", "--json"}}) {
    EXPECT_THAT(sandbox_.Out(arguments),
                HasSubstr(R"("workstreams":{"total":2,"by_status":{"pending":1,"done":1},"orphaned":1})"));
  }
  EXPECT_THAT(sandbox_.Out({"stats", "--run", "r2", "--json"}), HasSubstr(R"("orphaned":0)"));
}

TEST_F(UpkeepTest, InspectOfAnEmptyDatabaseSaysWhatToDo) {
  EXPECT_EQ(sandbox_.Run({"inspect"}).exit, 4);
  sandbox_.Out({"init"});
  EXPECT_THAT(sandbox_.Out({"inspect"}), HasSubstr("annals run create"));
}

TEST_F(UpkeepTest, StatsCountWhatTheLogHolds) {
  Fill();
  const std::string all = sandbox_.Out({"stats", "--json"});
  EXPECT_THAT(all, AllOf(HasSubstr(R"("events":{"total":9,)"), HasSubstr(R"("error_recorded":2)"),
                         HasSubstr(R"("refusals":1,"overrides":1)"),
                         HasSubstr(R"({"machine":"workstream","state":"pending","count":1,)"),
                         HasSubstr(R"({"machine":"workstream","state":"ready","count":1,)"),
                         HasSubstr(R"("files":{"database_bytes":)")));
  EXPECT_THAT(sandbox_.Out({"stats", "--run", "r2", "--json"}),
              AllOf(HasSubstr(R"("events":{"total":1,)"), HasSubstr(R"("refusals":0,"overrides":0)"),
                    HasSubstr(R"("errors":[])")));
  EXPECT_EQ(sandbox_.Run({"stats", "--run", "nobody"}).exit, 4);
  EXPECT_THAT(sandbox_.Out({"stats"}),
              AllOf(ContainsRegex("events +9   1 refused, 1 overridden"), HasSubstr("Time in state")));
}

TEST_F(UpkeepTest, RebuildFindsAndMendsWhatSomebodyChanged) {
  Fill();
  EXPECT_THAT(sandbox_.Out({"rebuild", "--check"}), HasSubstr("what 9 events say"));
  Sql("UPDATE runs SET status = 'failed' WHERE run_id = 'r1'");
  const ProcessResult found = sandbox_.Run({"rebuild", "--check"});
  EXPECT_EQ(found.exit, 6);
  EXPECT_THAT(found.out, AllOf(HasSubstr("runs (run_id=r1)"), HasSubstr("failed"), HasSubstr("running")));
  EXPECT_EQ(sandbox_.Run({"rebuild", "--check", "--json"}).exit, 6);
  EXPECT_THAT(sandbox_.Out({"rebuild"}), HasSubstr("9 events folded into runs, "));
  EXPECT_EQ(sandbox_.Run({"rebuild", "--check"}).exit, 0);
}

TEST_F(UpkeepTest, RebuildBeginsToKeepWhatIsKeptOnDemand) {
  Fill();
  EXPECT_THAT(sandbox_.Out({"rebuild"}), Not(HasSubstr("state_transitions")));
  EXPECT_THAT(sandbox_.Out({"rebuild", "state_transitions"}), HasSubstr("state_transitions"));
  sandbox_.Out({"run", "transition", "r2", "running"});
  EXPECT_EQ(sandbox_.Run({"rebuild", "--check"}).exit, 0);
  const ProcessResult unknown = sandbox_.Run({"rebuild", "state_transition"});
  EXPECT_EQ(unknown.exit, 2);
  EXPECT_THAT(unknown.err, HasSubstr("did you mean \"state_transitions\""));
}

TEST_F(UpkeepTest, RebuildMakesNoDatabase) {
  EXPECT_EQ(sandbox_.Run({"rebuild"}).exit, 4);
  EXPECT_FALSE(std::filesystem::exists(sandbox_.db()));
}

TEST_F(UpkeepTest, VersionNamesWhatItIsMadeWith) {
  EXPECT_THAT(
      sandbox_.Out({"version", "--json"}),
      ContainsRegex(R"re(^\{"version":"[0-9.]+","schema_version":1,"sqlite":"3\.[0-9.]+","capnp":"[0-9.]+"\})re"));
  EXPECT_THAT(sandbox_.Out({"version"}), ContainsRegex("^annals [0-9.]+ .*SQLite 3"));
}

}  // namespace
}  // namespace annals::testing_process
