// The past: what a snapshot as of a position answers, what differs between two of them, and since when something holds.
#include "projections/as_of.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/point.h"
#include "eventstore/sqlite/sqlite_row_store.h"
#include "projections/bisect.h"
#include "projections/diff.h"
#include "schemas/status.h"
#include "tests/support/commands.h"
#include "tests/support/ledger.h"
#include "tests/support/must.h"
#include "tests/support/session.h"
#include "tests/support/store.h"

namespace annals {
namespace {

using namespace annals::support;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr auto kQuiet = [](uint64_t, uint64_t) {};

class PastTest : public testing::TestWithParam<Backend> {
 protected:
  // Two runs whose events alternate; the tables as they were are kept after each commit.
  PastTest() {
    Remember();
    for (const std::string& command :
         {CreateRun("r1", "running"), CreateRun("r2", "running"), CreateWorkstream("a"),
          CreateWorkstream("a", {}, false, "r2"), CreateWorkstream("b", {"a"}, true), MoveWorkstream("a", "ready"),
          MoveWorkstream("a", "ready", "r2"), MoveWorkstream("a", "editing"), RecordStep("a", "edit", "success"),
          RecordError("a", "edit", "sig"), RecordError("a", "edit", "sig", "r2"), RecordError("a", "edit", "sig"),
          MoveWorkstream("a", "failed"), MoveRun("failed")}) {
      session_.Accept(command);
      Remember();
    }
    session_.Refuse(MoveWorkstream("a", "done"));
    Remember();
  }
  Storage& storage() { return store_.storage(); }

  std::unique_ptr<AsOfSnapshot> AsOf(uint64_t position) {
    return Must(AsOfSnapshot::Open(Must(storage().Read()), Position{position},
                                   Must(SqliteRowStore::InMemory(ProjectedTables())), kQuiet));
  }
  // Every row of every table that is kept, asked of `snapshot` whole.
  static TableLines Lines(Snapshot& snapshot) {
    TableLines lines;
    for (const TableDef* const table : ProjectedTables()) {
      if (!Must(snapshot.HasTable(*table))) continue;
      std::vector<std::string>& rows = lines[table->name];
      Must(snapshot.ReadRows({.table = table}, TableSet::kLive, [&](Row row) {
        rows.push_back(LineOf(row));
        return absl::OkStatus();
      }));
      std::ranges::sort(rows);
    }
    return lines;
  }
  std::vector<std::string> LinesOfRun(Snapshot& snapshot, const TableDef& table, std::string_view run_id) {
    std::vector<std::string> rows;
    Must(snapshot.ReadRows({.table = &table, .equals = {{table.ColumnIndex("run_id"), run_id}}}, TableSet::kLive,
                           [&](Row row) {
                             rows.push_back(LineOf(row));
                             return absl::OkStatus();
                           }));
    return rows;
  }
  Position Head() { return Must(storage().Read())->head().position; }

  std::map<uint64_t, TableLines> was_;  // by the position at which the log ended then

 private:
  void Remember() { was_[Head().value] = TablesOf(storage()); }

  Store store_{GetParam()};

 protected:
  Session session_{store_.storage()};
};

// SPEC §2.5, for the past too
TEST_P(PastTest, IsWhatTheTablesWereThen) {
  for (const auto& [position, tables] : was_) {
    EXPECT_EQ(Lines(*AsOf(position)), tables) << "as of " << position;
  }
}

TEST_P(PastTest, IsTheSameWhetherOneRunIsAskedForOrAll) {
  const TableDef& workstreams = WorkstreamsTable().table();
  for (const auto& [position, tables] : was_) {
    std::vector<std::string> of_all;
    {
      const auto all = AsOf(position);
      Must(all->FoldAll());
      of_all = LinesOfRun(*all, workstreams, "r1");
    }
    const auto one = AsOf(position);
    EXPECT_EQ(LinesOfRun(*one, workstreams, "r1"), of_all);
    EXPECT_EQ(Lines(*one), tables) << "after a part of it was folded";
  }
}

TEST_P(PastTest, KnowsTheRunsThatHeldAWorkstreamThen) {
  const TableDef& table = WorkstreamsTable().table();
  const RowQuery query{.table = &table, .equals = {{table.ColumnIndex("ws_id"), std::string_view("a")}}};
  EXPECT_EQ(Must(AsOf(5)->CountRows(query)), 1u);
  EXPECT_EQ(Must(AsOf(6)->CountRows(query)), 2u);
}

TEST_P(PastTest, EndsItsLogThere) {
  const auto past = AsOf(6);
  EXPECT_EQ(past->head().position, Position{6});
  EXPECT_EQ(Must(past->VersionOf("run/r1")), StreamVersion{3});
  const auto cursor = Must(past->ReadLog({.newest_first = true}));
  const RecordView* const newest = Must(cursor->Next());
  ASSERT_NE(newest, nullptr);
  EXPECT_EQ(newest->position, Position{6});
  EXPECT_EQ(newest->recorded_at, past->head().recorded_at);
}

TEST_P(PastTest, IsFoundByTime) {
  std::map<Timestamp, Position> last_at;
  for (const StoredRecord& record : RecordsOf(storage())) last_at[record.recorded_at] = record.position;
  const auto snapshot = Must(storage().Read());
  Position before{0};
  for (const auto& [time, position] : last_at) {
    const auto at = [&](int64_t micros) {
      return Must(ResolvePoint(*snapshot, Must(ParsePoint(FormatTimestamp({micros}))), Timestamp{}));
    };
    EXPECT_EQ(at(time.micros), position);
    EXPECT_EQ(at(time.micros - 1), before);
    before = position;
  }
  EXPECT_EQ(Must(ResolvePoint(*snapshot, Must(ParsePoint("now")), last_at.rbegin()->first)), snapshot->head().position);
}

TEST_P(PastTest, HasNoPositionBehindItsEnd) {
  const absl::Status status = ResolvePoint(*Must(storage().Read()), Position{9999}, Timestamp{}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(MessageOf(status), HasSubstr("there is no position 9999 yet: the log ends at"));
}

// Every pair of points: the rows of the first, changed as the diff says, are the rows of the second.
TEST_P(PastTest, DiffersFromAnotherPastByWhatDiffSays) {
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

TEST_P(PastTest, DiffOfOneRunLeavesTheOthersOut) {
  std::vector<std::string> tables;
  Must(Diff(
      *Must(storage().Read()), Position{0}, Head(), "r2",
      [&](const RowChange& change) {
        tables.push_back(change.table->name);
        return absl::OkStatus();
      },
      kQuiet));
  EXPECT_THAT(tables, ElementsAre("runs", "workstreams", "errors"));
}

// What the rows of a store say, asked as the command line asks it.
class Question {
 public:
  explicit Question(const std::string& predicate)
      : store_(Must(SqliteRowStore::InMemory(ProjectedTables()))),
        statement_(Must(store_->connection().PrepareQuery("SELECT (" + predicate + ") IS TRUE"))) {}
  absl::StatusOr<Bisection> Ask(Storage& storage, const BisectRange& range) {
    const auto holds = [&]() -> absl::StatusOr<bool> {
      const ResetOnExit reset(statement_);
      ASSIGN_OR_RETURN(const bool row, statement_.Step());
      return row && statement_.Int(0) != 0;
    };
    const auto snapshot = Must(storage.Read());
    return Bisect(*snapshot, range, *store_, holds, kQuiet);
  }

 private:
  std::unique_ptr<SqliteRowStore> store_;
  Statement statement_;
};

TEST_P(PastTest, BisectFindsTheEventThatMadeItTrueWhereverThatIs) {
  std::map<uint64_t, uint64_t> errors;  // position → how many there were behind it
  uint64_t count = 0;
  for (const StoredRecord& record : RecordsOf(storage())) {
    if (record.event_type == "error_recorded") errors[record.position.value] = ++count;
  }
  ASSERT_EQ(count, 3u);
  for (const auto& [position, number] : errors) {
    Question question("(SELECT sum(count) FROM errors) >= " + std::to_string(number));
    EXPECT_EQ(Must(question.Ask(storage(), {.run_id = {}, .after = {}, .last = Head()})).position.value, position);
  }
}

TEST_P(PastTest, BisectOfOneRunFoldsNoOther) {
  Question question("(SELECT count(*) FROM errors) > 0");
  const Bisection found = Must(question.Ask(storage(), {.run_id = "r2", .after = {}, .last = Head()}));
  EXPECT_EQ(found.events, 5u);
  const auto cursor = Must(Must(storage().Read())->ReadLog({.first = found.position, .last = found.position}));
  EXPECT_EQ(Must(cursor->Next())->stream, "run/r2");
}

TEST_P(PastTest, BisectKnowsRefusals) {
  Question question("EXISTS (SELECT 1 FROM state_transitions WHERE kind = 'refused')");
  EXPECT_EQ(Must(question.Ask(storage(), {.run_id = "r1", .after = {}, .last = Head()})).position, Head());
}

struct NoAnswer {
  const char* name;
  const char* predicate;
  absl::StatusCode code;
  const char* says;
};
constexpr NoAnswer kNoAnswers[] = {
    {"NeverTrue", "(SELECT count(*) FROM runs) > 2", absl::StatusCode::kNotFound, "it does not hold at position"},
    {"TrueFromTheStart", "(SELECT count(*) FROM runs) < 1000", absl::StatusCode::kFailedPrecondition,
     "it holds at position 0 already"},
    {"NullIsNotTrue", "(SELECT status FROM runs WHERE run_id = 'nobody')", absl::StatusCode::kNotFound,
     "it does not hold"},
};

TEST_P(PastTest, BisectSaysWhereThereIsNothingToFind) {
  for (const NoAnswer& expected : kNoAnswers) {
    Question question(expected.predicate);
    const absl::Status status = question.Ask(storage(), {.run_id = {}, .after = {}, .last = Head()}).status();
    EXPECT_EQ(status.code(), expected.code) << expected.name;
    EXPECT_THAT(MessageOf(status), HasSubstr(expected.says)) << expected.name;
  }
}

TEST_P(PastTest, BisectLooksOnlyWhereItIsTold) {
  Question question("(SELECT count(*) FROM workstreams WHERE status = 'ready') >= 1");
  const Bisection whole = Must(question.Ask(storage(), {.run_id = {}, .after = {}, .last = {9}}));
  EXPECT_EQ(whole.position, Position{8});
  Question again("(SELECT count(*) FROM workstreams WHERE status = 'ready') >= 1");
  EXPECT_EQ(again.Ask(storage(), {.run_id = {}, .after = {8}, .last = {9}}).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

INSTANTIATE_TEST_SUITE_P(Backends, PastTest, testing::Values(Backend::kMemory, Backend::kSqlite),
                         [](const auto& test) { return NameOf(test.param); });

TEST(Point, IsAPositionOrATime) {
  EXPECT_EQ(std::get<Position>(Must(ParsePoint("41"))), Position{41});
  EXPECT_TRUE(std::holds_alternative<TimeExpression>(Must(ParsePoint("-2h"))));
  EXPECT_TRUE(std::holds_alternative<TimeExpression>(Must(ParsePoint("2026-11-20"))));
  for (const char* const text : {"", "foo", "-2", "4.5", "99999999999999999999", "9223372036854775808"}) {
    EXPECT_EQ(ParsePoint(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

}  // namespace
}  // namespace annals
