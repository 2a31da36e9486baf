// Rows of streams that are no run's: rebuilt, looked back at and told apart as those of runs are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/sqlite/sqlite_row_store.h"
#include "projections/as_of.h"
#include "projections/diff.h"
#include "projections/rebuild.h"
#include "projections/row_owner.h"
#include "tests/support/by_hand.h"
#include "tests/support/ledger.h"
#include "tests/support/must.h"
#include "tests/support/store.h"

namespace annals {
namespace {

using namespace annals::support;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr auto kQuiet = [](uint64_t, uint64_t) {};

class StreamsTest : public testing::TestWithParam<Backend> {
 protected:
  // The tables as they were are kept behind each event.
  StreamsTest() {
    ByHand hand(storage());
    for (const HandEvent& event : WholeLife()) {
      const Position position = hand.Write(event);
      was_[position.value] = TablesOf(storage());
    }
  }
  Storage& storage() { return store_.storage(); }
  Position Head() { return Must(storage().Read())->head().position; }

  std::unique_ptr<AsOfSnapshot> AsOf(uint64_t position, FoldProgress progress = kQuiet) {
    return Must(AsOfSnapshot::Open(Must(storage().Read()), Position{position},
                                   Must(SqliteRowStore::InMemory(ProjectedTables())), progress));
  }
  static std::vector<std::string> LinesFor(Snapshot& snapshot, const RowQuery& query) {
    std::vector<std::string> lines;
    Must(snapshot.ReadRows(query, TableSet::kLive, [&](Row row) {
      lines.push_back(LineOf(row));
      return absl::OkStatus();
    }));
    std::ranges::sort(lines);
    return lines;
  }

  std::map<uint64_t, TableLines> was_;  // by position

 private:
  Store store_{GetParam()};
};

TEST_P(StreamsTest, FillEveryTable) {
  for (const auto& [table, lines] : was_.rbegin()->second) EXPECT_THAT(lines, Not(IsEmpty())) << table;
}

// SPEC §2.5
TEST_P(StreamsTest, AreRebuiltAsTheyWereKeptUp) {
  Must(Rebuild(storage(), nullptr, kQuiet));
  EXPECT_EQ(TablesOf(storage()), was_.rbegin()->second);
  EXPECT_EQ(FaultsOf(storage()), "");
  const CheckReport report = Must(CheckTables(storage(), kQuiet));
  EXPECT_EQ(report.difference_count, 0u);
  uint64_t rows = 0;
  for (const auto& [table, lines] : was_.rbegin()->second) rows += lines.size();
  EXPECT_EQ(report.rows, rows);
}

TEST_P(StreamsTest, AreInThePastWhatTheyWereThen) {
  for (const auto& [position, tables] : was_) {
    const auto past = AsOf(position);
    for (const auto& [name, lines] : tables) {
      EXPECT_EQ(LinesFor(*past, {.table = FindProjectedTable(name)}), lines) << name << " as of " << position;
    }
  }
}

struct Question {
  const char* table;
  std::vector<std::pair<const char*, const char*>> equals;
  bool folds_all = false;
};
const Question kQuestions[] = {
    {"workers", {{"worker_id", "w1"}}},
    {"circuit_breakers", {{"tool", "git"}}},
    {"requests", {{"request_id", "q1"}}},
    {"machines", {{"name", "deploy"}}},
    {"entities", {{"machine", "deploy"}, {"entity_id", "x"}}},
    {"checkpoints", {{"request_id", "q1"}}},
    {"checkpoints", {{"run_id", "r1"}, {"ws_id", "a"}}},
    {"checkpoints", {{"ws_id", "a"}}},
    {"tasks", {{"run_id", "r1"}}},
    {"tasks", {{"ws_id", "a"}}},
    {"patches", {{"run_id", "r1"}, {"status", "quarantined"}}},
    {"test_gates", {{"run_id", "r1"}, {"gate_id", "g1"}}},
    {"entity_dependencies", {{"run_id", "r1"}}},
    // That names no stream, or not the one that makes the row.
    {"requests", {{"run_id", "r1"}}, true},
    {"workers", {{"status", "idle"}}, true},
    {"entities", {{"machine", "deploy"}}, true},
};

TEST_P(StreamsTest, AreFoldedAloneWhereAQuestionNamesThem) {
  for (const Question& question : kQuestions) {
    const TableDef& table = *FindProjectedTable(question.table);
    RowQuery query{.table = &table};
    for (const auto& [column, value] : question.equals) {
      query.equals.push_back({table.ColumnIndex(column), std::string_view(value)});
    }
    bool folded_all = false;
    const auto note = [&](uint64_t, uint64_t) { folded_all = true; };
    const std::vector<std::string> now = LinesFor(*Must(storage().Read()), query);
    EXPECT_THAT(now, Not(IsEmpty())) << question.table;
    EXPECT_EQ(LinesFor(*AsOf(Head().value, note), query), now) << question.table;
    EXPECT_EQ(folded_all, question.folds_all) << question.table;
  }
}

// Every pair of points: the rows of the first, changed as the diff says, are the rows of the second.
TEST_P(StreamsTest, DifferByWhatDiffSays) {
  const auto snapshot = Must(storage().Read());
  for (const auto& [from, before] : was_) {
    for (const auto& [to, after] : was_) {
      std::map<std::string, std::multiset<std::string>> rows;
      for (const auto& [table, lines] : before) rows[table] = {lines.begin(), lines.end()};
      Must(Diff(
          *snapshot, Position{from}, Position{to}, std::nullopt,
          [&](const RowChange& change) {
            auto& lines = rows[change.table->name];
            if (change.before) {
              EXPECT_EQ(lines.erase(LineOf(*change.before)), 1u);
            }
            if (change.after) lines.insert(LineOf(*change.after));
            return absl::OkStatus();
          },
          kQuiet));
      for (const auto& [table, lines] : after) {
        EXPECT_THAT(std::vector<std::string>(rows[table].begin(), rows[table].end()), testing::ElementsAreArray(lines))
            << table << " from " << from << " to " << to;
      }
    }
  }
}

TEST_P(StreamsTest, AreNoPartOfTheDiffOfARun) {
  std::set<std::string> tables;
  Must(Diff(
      *Must(storage().Read()), Position{0}, Head(), "r1",
      [&](const RowChange& change) {
        tables.insert(change.table->name);
        return absl::OkStatus();
      },
      kQuiet));
  EXPECT_THAT(tables, ElementsAre("checkpoints", "dependencies", "entity_dependencies", "errors", "patches", "runs",
                                  "step_attempts", "tasks", "test_gates", "workstreams"));
}

INSTANTIATE_TEST_SUITE_P(Backends, StreamsTest, testing::Values(Backend::kMemory, Backend::kSqlite),
                         [](const auto& test) { return NameOf(test.param); });

struct OwnedCase {
  const char* name;
  const char* table;
  const char* stream;
  std::optional<size_t> conditions;  // none: the stream makes no row of that table
};
constexpr OwnedCase kOwned[] = {
    {"RunOfRuns", "runs", "run/r1", 1},
    {"RunWithASlash", "tasks", "run/team/r1", 1},
    {"RunOfCheckpoints", "checkpoints", "run/r1", 1},
    {"RequestOfCheckpoints", "checkpoints", "request/q1", 1},
    {"RunOfWorkers", "workers", "run/r1", std::nullopt},
    {"Refusals", "runs", "refused/run/r1", std::nullopt},
    {"Entity", "entities", "entity/deploy/x", 2},
    {"EntityWithASlash", "entities", "entity/deploy/x/y", 2},
    {"EntityOfNoMachine", "entities", "entity/deploy", std::nullopt},
    {"Note", "checkpoints", "note", std::nullopt},
};
void PrintTo(const OwnedCase& test, std::ostream* out) {
  *out << test.name;
}

class RowOwnerTest : public testing::TestWithParam<OwnedCase> {};

// What a stream makes is asked for by conditions that name that stream.
TEST_P(RowOwnerTest, AsksForTheRowsOfAStreamAndNamesItAgain) {
  const std::optional<RowQuery> query = RowsOwnedBy(*FindProjectedTable(GetParam().table), GetParam().stream);
  ASSERT_EQ(query.has_value(), GetParam().conditions.has_value());
  if (!query) return;
  EXPECT_EQ(query->equals.size(), *GetParam().conditions);
  EXPECT_EQ(OwnerNamedBy(*query), GetParam().stream);
}

INSTANTIATE_TEST_SUITE_P(RowOwner, RowOwnerTest, testing::ValuesIn(kOwned),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(RowOwner, IsTheFirstOfWhichARowHasAllCells) {
  const TableDef& table = CheckpointsTable().table();
  std::vector<Value> row(table.columns.size());
  EXPECT_EQ(OwnerOf(table, row), std::nullopt);
  row[table.ColumnIndex("run_id")] = std::string_view("r1");
  EXPECT_EQ(OwnerOf(table, row), "run/r1");
  row[table.ColumnIndex("request_id")] = std::string_view("q1");
  EXPECT_EQ(OwnerOf(table, row), "request/q1");
}

}  // namespace
}  // namespace annals
