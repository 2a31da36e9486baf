#include "projections/rebuild.h"

#include <filesystem>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/sqlite/sqlite_storage.h"
#include "tests/support/commands.h"
#include "tests/support/ledger.h"
#include "tests/support/must.h"
#include "tests/support/session.h"
#include "tests/support/store.h"

namespace annals {
namespace {

using namespace annals::support;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr auto kQuiet = [](uint64_t, uint64_t) {};

class RebuildTest : public testing::TestWithParam<Backend> {
 protected:
  RebuildTest() {
    for (const std::string& command :
         {CreateRun("r1", "running"), CreateWorkstream("a"), CreateWorkstream("b", {"a"}), MoveWorkstream("a", "ready"),
          MoveWorkstream("a", "editing"), RecordStep("a", "edit", "success"), RecordError("a", "edit", "sig"),
          RecordError("a", "edit", "sig"), MoveWorkstream("a", "failed")}) {
      session_.Accept(command);
    }
    session_.Refuse(MoveWorkstream("a", "done"));
  }
  Storage& storage() { return store_.storage(); }

  // Writes over a row behind the log's back.
  template <class RowStruct>
  void Tamper(const RowType<RowStruct>& type, const RowStruct& row) {
    std::vector<Value> values(type.table().columns.size());
    type.ToValues(row, absl::MakeSpan(values));
    const auto transaction = Must(storage().Begin());
    Must(transaction->PutRow(type.table(), TableSet::kLive, values));
    Must(transaction->Commit());
  }
  WorkstreamRow RowOfA() {
    const auto snapshot = Must(storage().Read());
    Rows rows;
    rows.Attach(snapshot.get(), TableSet::kLive);
    return *Must(rows.Workstream("r1", "a"));
  }

  Store store_{GetParam()};
  Session session_{store_.storage()};
};

// SPEC §2.5
TEST_P(RebuildTest, GivesTheSameTablesAgain) {
  const TableLines before = TablesOf(storage());
  const RebuildReport report = Must(Rebuild(storage(), nullptr, kQuiet));
  EXPECT_EQ(report.events, Must(storage().Read())->head().position.value);
  EXPECT_EQ(TablesOf(storage()), before);
  EXPECT_EQ(FaultsOf(storage()), "");
}

TEST_P(RebuildTest, MendsWhatSomebodyWroteIntoATable) {
  const TableLines before = TablesOf(storage());
  WorkstreamRow row = RowOfA();
  row.status = "done";
  Tamper(WorkstreamsTable(), row);
  row.ws_id = "made-up";
  Tamper(WorkstreamsTable(), row);
  EXPECT_NE(TablesOf(storage()), before);
  Must(Rebuild(storage(), nullptr, kQuiet));
  EXPECT_EQ(TablesOf(storage()), before);
}

TEST_P(RebuildTest, MakesATableThatIsKeptOnDemandAndKeepsItUpFromThenOn) {
  const TableDef& table = StateTransitionsTable().table();
  EXPECT_FALSE(Must(Must(storage().Read())->HasTable(table)));
  Must(Rebuild(storage(), &table, kQuiet));
  const size_t rows = TablesOf(storage()).at("state_transitions").size();
  EXPECT_EQ(rows, 6u);  // the run's start, four of a's and b's, and the refusal
  session_.Accept(MoveWorkstream("b", "pending"));
  session_.Refuse(MoveWorkstream("b", "done"));
  EXPECT_EQ(TablesOf(storage()).at("state_transitions").size(), rows + 2);
  EXPECT_EQ(FaultsOf(storage()), "");
  Must(Rebuild(storage(), nullptr, kQuiet));
  EXPECT_EQ(TablesOf(storage()).at("state_transitions").size(), rows + 2);
}

TEST_P(RebuildTest, LeavesAnEngineThatIsAtWorkRight) {
  WorkstreamRow row = RowOfA();
  row.status = "pending";
  row.completed_at.reset();
  Tamper(WorkstreamsTable(), row);
  Must(Rebuild(storage(), nullptr, kQuiet));
  EXPECT_THAT(session_.Refuse(MoveWorkstream("a", "ready")).refusal.why, HasSubstr("failed is final"));
}

TEST_P(RebuildTest, RefoldWritesTheRowsOfTheNamedTablesAnew) {
  const TableLines before = TablesOf(storage());
  WorkstreamRow row = RowOfA();
  row.status = "done";
  Tamper(WorkstreamsTable(), row);
  Must(Refold(storage(), {&WorkstreamsTable().table()}, kQuiet));
  EXPECT_EQ(TablesOf(storage()), before);
}

TEST_P(RebuildTest, CheckFindsNothingWhereNothingIsWrong) {
  const CheckReport report = Must(CheckTables(storage(), kQuiet));
  EXPECT_THAT(report.differences, IsEmpty());
  EXPECT_EQ(report.difference_count, 0u);
  EXPECT_GT(report.rows, 5u);
}

TEST_P(RebuildTest, CheckNamesTheRowTheColumnAndBothValues) {
  WorkstreamRow row = RowOfA();
  row.status = "done";
  Tamper(WorkstreamsTable(), row);
  const CheckReport report = Must(CheckTables(storage(), kQuiet));
  ASSERT_THAT(report.differences, SizeIs(1));
  EXPECT_EQ(report.differences[0].table, "workstreams");
  EXPECT_EQ(report.differences[0].key, "run_id=r1, ws_id=a");
  EXPECT_EQ(report.differences[0].detail, "status is done, the log says failed");
}

TEST_P(RebuildTest, CheckFindsARowTheLogDoesNotKnowAndItsDanglingReference) {
  StepAttemptRow attempt;
  attempt.id = 999;
  attempt.run_id = "r1";
  attempt.ws_id = "nowhere";
  attempt.step_name = "edit";
  attempt.attempt = 1;
  attempt.status = "success";
  Tamper(StepAttemptsTable(), attempt);
  const CheckReport report = Must(CheckTables(storage(), kQuiet));
  ASSERT_EQ(report.difference_count, 2u);
  EXPECT_THAT(report.differences[0].detail, HasSubstr("refers to a row that workstreams does not have"));
  EXPECT_EQ(report.differences[1].detail, "the log says there is no such row");
}

INSTANTIATE_TEST_SUITE_P(Backends, RebuildTest, testing::Values(Backend::kMemory, Backend::kSqlite),
                         [](const auto& row) { return NameOf(row.param); });

// What only a file can have.
class RebuildOnFile : public RebuildTest {
 protected:
  const Connection& connection() { return dynamic_cast<SqliteStorage&>(storage()).connection(); }
};
INSTANTIATE_TEST_SUITE_P(Sqlite, RebuildOnFile, testing::Values(Backend::kSqlite),
                         [](const auto& row) { return NameOf(row.param); });

TEST_P(RebuildOnFile, CheckFindsARowThatIsMissing) {
  Must(connection().Execute("DELETE FROM errors"));
  const CheckReport report = Must(CheckTables(storage(), kQuiet));
  ASSERT_THAT(report.differences, SizeIs(1));
  EXPECT_EQ(report.differences[0].detail, "the row is missing");
}

TEST_P(RebuildOnFile, AColumnThatWasLostComesBackFilled) {
  const TableLines before = TablesOf(storage());
  Must(connection().Execute(
      "ALTER TABLE runs DROP COLUMN ws_failed; DROP INDEX workstreams_by_ws_id; ALTER TABLE runs ADD COLUMN mine TEXT;"
      "UPDATE runs SET mine = 'kept'; DROP TABLE dependencies"));
  const std::vector<Repair> repairs = Must(FindRepairs(connection(), ProjectedTables()));
  ASSERT_THAT(repairs, SizeIs(3));
  EXPECT_EQ(repairs[0].what, "add column runs.ws_failed");
  EXPECT_EQ(repairs[1].what, "add index workstreams_by_ws_id");
  EXPECT_EQ(repairs[2].what, "create table dependencies");
  Must(ApplyRepairs(connection(), repairs));
  Must(Refold(storage(), {&RunsTable().table(), &DependenciesTable().table()}, kQuiet));
  EXPECT_THAT(Must(FindRepairs(connection(), ProjectedTables())), IsEmpty());
  EXPECT_EQ(TablesOf(storage()), before);
  EXPECT_EQ(Must(connection().QueryText("SELECT mine FROM runs")), "kept");
}

TEST_P(RebuildOnFile, AShadowThatADeadRebuildLeftIsNoObstacle) {
  Must(connection().Execute("CREATE TABLE runs_shadow (left_behind TEXT)"));
  for (int round = 0; round < 3; ++round) Must(Rebuild(storage(), nullptr, kQuiet));
  EXPECT_EQ(FaultsOf(storage()), "");
  EXPECT_EQ(Must(connection().QueryInt("SELECT count(*) FROM sqlite_schema WHERE name LIKE '%shadow%'")), 0);
}

TEST_P(RebuildOnFile, ItStopsWhereAnotherRebuildTookItsShadows) {
  session_.ExecuteAll(std::vector<std::string>(20'000, Note("filler")));
  const auto other = OpenSqlite(store_.path());
  bool began = false;
  const absl::StatusOr<RebuildReport> report = Rebuild(storage(), nullptr, [&](uint64_t, uint64_t) {
    if (!began) Must(Rebuild(*other, nullptr, kQuiet));
    began = true;
  });
  EXPECT_TRUE(began);
  EXPECT_EQ(report.status().code(), absl::StatusCode::kAborted) << report.status();
  EXPECT_EQ(FaultsOf(storage()), "");
}

TEST_P(RebuildOnFile, AViewOfTheUsersIsNoObstacle) {
  Must(connection().Execute("CREATE VIEW mine AS SELECT run_id, status FROM runs"));
  Must(Rebuild(storage(), nullptr, kQuiet));
  EXPECT_EQ(Must(connection().QueryText("SELECT status FROM mine")), "running");
  EXPECT_EQ(Must(connection().QueryInt(
                "SELECT count(*) FROM pragma_foreign_key_list('workstreams') WHERE \"table\" = 'runs'")),
            1);
}

TEST_P(RebuildOnFile, WhatTheUserAddedToATableOutlivesIt) {
  Must(
      connection().Execute("ALTER TABLE workstreams ADD COLUMN note TEXT; UPDATE workstreams SET note = 'of ' || ws_id;"
                           "CREATE INDEX mine ON workstreams (note)"));
  for (int round = 0; round < 3; ++round) Must(Rebuild(storage(), nullptr, kQuiet));
  EXPECT_EQ(Must(connection().QueryText("SELECT group_concat(note, ', ') FROM workstreams INDEXED BY mine")),
            "of a, of b");
}

// To make room a table is emptied before it goes; that is no business of a trigger's.
TEST_P(RebuildOnFile, ATriggerOfTheUsersOutlivesItAndDoesNotFire) {
  Must(connection().Execute(
      "CREATE TABLE gone (run_id TEXT); CREATE TRIGGER \"mine \"\"own\" AFTER DELETE ON workstreams BEGIN INSERT INTO "
      "gone VALUES (old.run_id); END"));
  for (int round = 0; round < 2; ++round) Must(Rebuild(storage(), nullptr, kQuiet));
  EXPECT_EQ(Must(connection().QueryInt("SELECT count(*) FROM gone")), 0);
  Must(connection().Execute("DELETE FROM workstreams"));
  EXPECT_EQ(Must(connection().QueryInt("SELECT count(*) FROM gone")), 2);
}

TEST_P(RebuildOnFile, WhatIsDeletedAfterwardsIsZeroedAsBefore) {
  Must(connection().Execute("PRAGMA secure_delete = ON"));
  Must(Rebuild(storage(), nullptr, kQuiet));
  EXPECT_EQ(Must(connection().QueryInt("PRAGMA secure_delete")), 1);
}

struct ChunkCase {
  const char* name;
  uint64_t events;
  size_t cache_bytes;
};
constexpr ChunkCase kChunks[] = {
    {"OfOneEventWithNothingHeld", 1, 0},
    {"OfOneEventWithAFewRowsHeld", 1, 2'000},
    {"OfSevenEventsWithNothingHeld", 7, 0},
    {"OfSevenEventsWithAFewRowsHeld", 7, 4'000},
    {"OfSevenEventsWithAllHeld", 7, size_t{1} << 20},
};

// The rows that a chunk changed are not yet where the next one's fold looks for what it does not hold.
TEST_P(RebuildOnFile, ChunksOfAnySizeFoldedWhileOthersAreWrittenGiveTheSameTables) {
  const TableDef& on_demand = StateTransitionsTable().table();
  for (int run = 2; run < 12; ++run) session_.Accept(CreateRun(fmt::format("r{}", run), "running"));
  for (int round = 0; round < 20; ++round) session_.Accept(RecordError("b", "edit", fmt::format("s{}", round % 3)));
  for (int round = 0; round < 20; ++round) session_.Accept(RecordStep("b", "edit", "success"));
  Must(Rebuild(storage(), &on_demand, kQuiet));
  const TableLines before = TablesOf(storage());
  const auto second = OpenSqlite(store_.path());
  for (const ChunkCase& chunk : kChunks) {
    for (Storage* const reader : {static_cast<Storage*>(nullptr), second.get()}) {
      SCOPED_TRACE(fmt::format("{}{}", chunk.name, reader == nullptr ? "" : "WithTwo"));
      Must(Rebuild(storage(), nullptr, kQuiet,
                   {.second = reader, .chunk_events = chunk.events, .cache_bytes = chunk.cache_bytes}));
      EXPECT_EQ(TablesOf(storage()), before);
      EXPECT_EQ(FaultsOf(storage()), "");
    }
  }
}

// What is committed while somebody reads is not copied out of the write-ahead log to its end, which so would not begin
// anew for as long as a rebuild goes on.
TEST_P(RebuildOnFile, TheWriteAheadLogBeginsAnewWhereWhoReadsMeanwhileTidiesUp) {
  const auto writer = Must(SqliteStorage::Open(
      {.path = store_.path(), .mode = OpenMode::kReadWrite, .checkpoint_pages = 1, .tables = ProjectedTables()}));
  for (int round = 0; round < 100; ++round) {
    {
      const auto snapshot = Must(storage().Read());
      const auto transaction = Must(writer->Begin());
      Must(transaction->CreateShadow(RunsTable().table()));
      Must(transaction->Commit());
    }
    writer->TidyUp();
  }
  EXPECT_LT(std::filesystem::file_size(store_.path() + "-wal"), 1'000'000u);  // 2.6 MB otherwise
}

// A log another program cut or added to: both walks say so and end.
TEST_P(RebuildOnFile, ALogThatIsNotWhatItsHeadSaysIsFound) {
  for (const char* const sql :
       {"DROP TRIGGER log_refuses_delete; DELETE FROM log WHERE position = (SELECT max(position) FROM log)",
        "UPDATE tree_head SET tree_size = 3"}) {
    Must(connection().Execute(sql));
    EXPECT_EQ(Rebuild(storage(), nullptr, kQuiet).status().code(), absl::StatusCode::kDataLoss) << sql;
    const absl::Status check = CheckTables(storage(), kQuiet).status();
    EXPECT_EQ(check.code(), absl::StatusCode::kDataLoss) << sql;
    EXPECT_THAT(std::string(check.message()), HasSubstr("its head says")) << sql;
  }
}

TEST_P(RebuildOnFile, ADamagedEventStopsTheFoldAndIsNamed) {
  // A text in the middle of the event that ends past it: the message decodes, and breaks where it is read.
  const auto records = RecordsOf(storage());
  std::string event = records[4].event;
  Must(connection().Execute("DROP TRIGGER log_refuses_update"));
  size_t found = 0;
  for (size_t at = 0; at < event.size(); ++at) {
    std::string damaged = event;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x7f);
    Must(connection().Execute("UPDATE log SET event = x'" + HexOf(damaged) + "' WHERE position = 5"));
    const absl::Status status = CheckTables(storage(), kQuiet).status();
    if (status.ok()) continue;  // it still decodes to something; the hash shows it
    ++found;
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << at;
    EXPECT_THAT(std::string(status.message()), HasSubstr("position 5")) << at;
  }
  EXPECT_GT(found, event.size() / 4);
}

}  // namespace
}  // namespace annals
