// Verify looks at the tables of every stream, however many share the work.
#include <algorithm>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands/verify.h"
#include "eventstore/sqlite/sqlite_storage.h"
#include "projections/rebuild.h"
#include "projections/tables.h"
#include "tests/support/by_hand.h"
#include "tests/support/must.h"
#include "tests/support/store.h"

namespace annals {
namespace {

using namespace annals::support;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::Truly;

constexpr auto kQuiet = [](uint64_t, uint64_t) {};

class VerifiedStreams : public testing::Test {
 protected:
  VerifiedStreams() {
    ByHand(store_.storage()).WriteAll(WholeLife());
    Must(Rebuild(store_.storage(), &StateTransitionsTable().table(), kQuiet));
  }
  // What is wrong with the tables, "position: detail", found by so many threads.
  std::vector<std::string> TableFaults(size_t threads = 1) { return FaultsOf(FaultKind::kTable, threads); }
  std::vector<std::string> FaultsOf(FaultKind kind, size_t threads) {
    std::vector<std::unique_ptr<Storage>> opened;
    std::vector<Storage*> storages;
    for (size_t i = 0; i < threads; ++i) {
      storages.push_back(opened.emplace_back(OpenSqlite(store_.path())).get());
    }
    std::vector<std::string> faults;
    Must(Verify(storages, {}, kQuiet, [&](const Fault& fault) {
      if (fault.kind != kind) return;
      const std::string at = fault.position ? fmt::format("{}", fault.position->value) : "-";
      faults.push_back(fmt::format("{}: {}", at, fault.detail));
    }));
    std::ranges::sort(faults);
    return faults;
  }
  // Spoils the page of that number in the file, and gives back what stood there.
  std::string SpoilPage(const std::string& select_number) {
    const Connection& connection = dynamic_cast<SqliteStorage&>(store_.storage()).connection();
    Execute("PRAGMA wal_checkpoint(TRUNCATE)");
    spoilt_at_ = (*Must(connection.QueryInt(select_number)) - 1) * *Must(connection.QueryInt("PRAGMA page_size"));
    return Overwrite(std::string(8, '\0'));
  }
  std::string Overwrite(const std::string& bytes) {
    std::fstream file(store_.path(), std::ios::in | std::ios::out | std::ios::binary);
    std::string before(bytes.size(), '\0');
    file.seekg(spoilt_at_).read(before.data(), static_cast<std::streamsize>(before.size()));
    file.seekp(spoilt_at_).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return before;
  }
  void Execute(const std::string& sql) {
    Must(dynamic_cast<SqliteStorage&>(store_.storage())
             .connection()
             .Execute("PRAGMA ignore_check_constraints = ON;" + sql));
  }
  Store store_{Backend::kSqlite};
  int64_t spoilt_at_ = 0;
};

// However many threads share the work.
class VerifyStreams : public VerifiedStreams, public testing::WithParamInterface<size_t> {};

TEST_P(VerifyStreams, FindsNothingInTablesThatAreTheFold) {
  EXPECT_THAT(TableFaults(GetParam()), IsEmpty());
}

TEST_P(VerifyStreams, FindsAnEditedRowOfEachStreamOnce) {
  Execute(
      "UPDATE workers SET current_load = 7; UPDATE circuit_breakers SET failures = 7; UPDATE requests SET plan = '7';"
      "UPDATE entities SET status = '7'; UPDATE machines SET version = '7'; UPDATE tasks SET epoch = 7 WHERE epoch = 1;"
      "UPDATE state_transitions SET to_state = '7' WHERE entity_type = 'worker' AND position = 8");
  EXPECT_THAT(TableFaults(GetParam()),
              ElementsAre("-: machines (name=deploy, version=7): the log says there is no such row",
                          "16: tasks (run_id=r1, task_id=t1): epoch is 7, the log says 1",
                          "18: circuit_breakers (tool=git): failures is 7, the log says 1",
                          "21: workers (worker_id=w1): current_load is 7, the log says 0",
                          "27: requests (request_id=q1): plan is 7, the log says the plan",
                          "31: machines (name=deploy, version=v1): the row is missing",
                          "34: entities (machine=deploy, entity_id=x): status is 7, the log says gone",
                          "8: state_transitions (position=8): to_state is 7, the log says idle"));
}

TEST_P(VerifyStreams, FindsRowsThatNoStreamMade) {
  Execute(
      "INSERT INTO entities SELECT machine, 'y', machine_version, status, created_at, updated_at, completed_at, "
      "metadata_json FROM entities;"
      "INSERT INTO checkpoints SELECT 99, NULL, NULL, NULL, name, data_json, saved_at FROM checkpoints LIMIT 1");
  EXPECT_THAT(TableFaults(GetParam()),
              ElementsAre("-: checkpoints (id=99): the log says there is no such row",
                          "-: entities (machine=deploy, entity_id=y): the log says there is no such row"));
}

// Of an event that the law would have refused: the tables are its fold.
TEST_P(VerifyStreams, FindsRowsThatReferToNoneThoughTheLogSaysSo) {
  ByHand(store_.storage())
      .Write({.stream = "run/r1",
              .event_type = "error_recorded",
              .payload = R"({"step_name":"edit","error_code":"E1","signature":"t"})",
              .ws_id = "nowhere"});
  EXPECT_THAT(TableFaults(GetParam()), ElementsAre(HasSubstr("it refers to a row that workstreams does not have")));
}

// Which no sum over all rows of a column would show.
TEST_P(VerifyStreams, FindsRowsWhoseCellsWereExchanged) {
  Execute(
      "CREATE TEMP TABLE kept AS SELECT * FROM tasks; "
      "UPDATE tasks SET created_at = (SELECT created_at FROM kept WHERE kept.task_id <> tasks.task_id)");
  EXPECT_THAT(TableFaults(GetParam()), SizeIs(2));
}

// SQLite would read an index that has all columns instead.
TEST_P(VerifyStreams, FindsARowThatIsAlteredInTheTableAlone) {
  Execute(
      "PRAGMA writable_schema = ON; CREATE TEMP TABLE kept AS SELECT * FROM sqlite_schema "
      "WHERE name LIKE 'entity_dependencies_by%'; DELETE FROM sqlite_schema WHERE name IN (SELECT name FROM kept); "
      "PRAGMA writable_schema = RESET; UPDATE entity_dependencies SET needs = 't7' WHERE entity_id = 't2'; "
      "PRAGMA writable_schema = ON; INSERT INTO sqlite_schema SELECT * FROM kept; PRAGMA writable_schema = RESET");
  EXPECT_THAT(TableFaults(GetParam()), Contains(HasSubstr("needs=t7): the log says there is no such row")));
}

TEST_P(VerifyStreams, FindsRowsThoughAnotherTableLacksAColumn) {
  Execute("UPDATE tasks SET epoch = 7 WHERE epoch = 1; ALTER TABLE state_transitions DROP COLUMN reason");
  EXPECT_THAT(TableFaults(GetParam()), ElementsAre("16: tasks (run_id=r1, task_id=t1): epoch is 7, the log says 1"));
  Execute("ALTER TABLE step_attempts DROP COLUMN exit_code");
  EXPECT_THAT(TableFaults(GetParam()), ElementsAre("16: tasks (run_id=r1, task_id=t1): epoch is 7, the log says 1"));
}

// By another program. SQLite then sorts it for each walk.
TEST_P(VerifyStreams, FindsNothingInTablesOfALogThatIsNotKeptByPosition) {
  Execute(
      "PRAGMA legacy_alter_table = ON; CREATE TABLE other AS SELECT * FROM log ORDER BY position DESC; "
      "DROP TABLE log; ALTER TABLE other RENAME TO log");
  EXPECT_THAT(TableFaults(GetParam()), IsEmpty());
  EXPECT_THAT(FaultsOf(FaultKind::kGap, GetParam()), IsEmpty());
  Execute("UPDATE log SET event = x'00' WHERE position = 8");
  EXPECT_THAT(FaultsOf(FaultKind::kUndecodable, GetParam()), SizeIs(1));
}

TEST_P(VerifyStreams, FindsRowsThoughAnotherTableIsDamaged) {
  Execute("UPDATE tasks SET epoch = 7 WHERE epoch = 1");
  for (const std::string damaged : {"command_ids", "circuit_breakers", "entities", "step_attempts", "test_gates"}) {
    SCOPED_TRACE(damaged);
    const std::string kept = SpoilPage(fmt::format("SELECT rootpage FROM sqlite_schema WHERE name = '{}'", damaged));
    EXPECT_THAT(TableFaults(GetParam()), ElementsAre("16: tasks (run_id=r1, task_id=t1): epoch is 7, the log says 1"));
    EXPECT_THAT(FaultsOf(FaultKind::kFile, GetParam()), Not(IsEmpty()));
    EXPECT_THAT(FaultsOf(FaultKind::kUnreadable, GetParam()), SizeIs(1));
    Overwrite(kept);
  }
}

// As far as it can.
TEST_P(VerifyStreams, FindsRowsThoughTheLogCannotBeReadToItsEnd) {
  Execute("UPDATE workers SET current_load = 7");
  SpoilPage("SELECT pageno FROM dbstat WHERE name = 'log' AND pagetype = 'leaf' ORDER BY path DESC LIMIT 1");
  EXPECT_THAT(TableFaults(GetParam()), ElementsAre("21: workers (worker_id=w1): current_load is 7, the log says 0"));
  EXPECT_THAT(FaultsOf(FaultKind::kUnreadable, GetParam()), SizeIs(1));
}

TEST_P(VerifyStreams, SaysOfWhichStreamTheRestIsNotChecked) {
  Execute("DROP TRIGGER log_refuses_update; UPDATE log SET event = x'00' WHERE position = 8");
  EXPECT_THAT(TableFaults(GetParam()), Contains(HasSubstr("8: stream \"worker/w1\" cannot be folded from here on")));
}

TEST_F(VerifiedStreams, AreComparedInEveryColumnOfEveryTable) {
  for (const TableDef* const table : ProjectedTables()) {
    for (size_t i = table->key_columns; i < table->columns.size(); ++i) {
      const ColumnDef& column = table->columns[i];
      if (column.name == "run_id") continue;  // a row of another run: a case of its own
      SCOPED_TRACE(fmt::format("{}.{}", table->name, column.name));
      const bool is_number = column.type == ColumnType::kInteger || column.type == ColumnType::kBoolean;
      const char* const other = is_number ? "coalesce({0}, 0) + 1" : "coalesce({0}, '') || 'x'";
      const std::string change = fmt::format(fmt::runtime(other), column.name);
      const std::string key = table->columns[0].name;
      Execute(
          fmt::format("CREATE TEMP TABLE kept AS SELECT * FROM {0}; UPDATE {0} SET {1} = {2} "
                      "WHERE {3} = (SELECT min({3}) FROM {0})",
                      table->name, column.name, change, key));
      const std::vector<std::string> faults = TableFaults();
      EXPECT_THAT(faults, Each(HasSubstr(fmt::format(": {} (", table->name))));
      // What rows are found by is no difference of a row, but another row.
      const bool finds_rows = column.name == "signature" || column.name == "step_name";
      EXPECT_THAT(faults,
                  Contains(Truly([&](const std::string& fault) { return finds_rows || !fault.starts_with("-:"); })));
      Execute(fmt::format("DELETE FROM {0}; INSERT INTO {0} SELECT * FROM kept; DROP TABLE kept", table->name));
    }
  }
  EXPECT_THAT(TableFaults(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Threads, VerifyStreams, testing::Values(1, 2, 5),
                         [](const auto& test) { return fmt::format("Of{}", test.param); });

}  // namespace
}  // namespace annals
