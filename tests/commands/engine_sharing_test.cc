// Engines that share a log, batches of any size and caches of any size: the log and the tables are the same.
#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/commands/engine_fixture.h"

namespace annals::support {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A day in the life of a pipeline: each kind of command, refusals, errors and repeats among them.
std::vector<std::string> Day() {
  return {CreateRun("r1", "running"),
          With(CreateWorkstream("a"), R"("metadata":{"n":1})"),
          CreateWorkstream("b", {"a"}, true),
          MoveWorkstream("b", "ready"),
          With(MoveWorkstream("a", "ready"), R"("command_id":"k1")"),
          With(MoveWorkstream("a", "ready"), R"("command_id":"k1")"),
          MoveWorkstream("a", "editing"),
          R"({"command":"create_run"})",
          StartStep("a", "edit"),
          With(FinishStep(9, "success"), R"("result":{"files":3})"),
          MoveWorkstream("a", "static_check"),
          RecordError("a", "static", "s1"),
          RecordError("a", "static", "s1"),
          MoveWorkstream("x", "ready"),
          RecordStep("a", "static", "failure"),
          With(MoveRun("paused"), R"("dry_run":true)"),
          MoveWorkstream("a", "fixing"),
          Overridden(MoveWorkstream("a", "done")),
          MoveWorkstream("b", "ready"),
          MoveWorkstream("b", "failed"),
          MoveRun("partial"),
          MoveRun("failed"),
          RecordError("b", "static", "s2"),
          Note("afterwards"),
          CreateWorkstream("c"),
          StartStep("b", "edit")};
}

struct Trace {
  std::vector<std::string> answers;
  std::vector<StoredRecord> records;
  TableLines tables;
  bool operator==(const Trace&) const = default;
};

Trace TraceOf(Storage& storage, std::vector<std::string> answers) {
  return {std::move(answers), RecordsOf(storage), TablesOf(storage)};
}

// Executes the day in commits of so many commands, with an engine that keeps so many bytes of rows.
Trace LiveThroughIt(Backend backend, size_t batch, size_t cache_bytes) {
  Store store(backend);
  Session session(store.storage());
  session.Restart(store.storage(), cache_bytes);
  std::vector<std::string> answers;
  const std::vector<std::string> day = Day();
  for (size_t at = 0; at < day.size(); at += batch) {
    const auto begin = day.begin() + static_cast<ptrdiff_t>(at);
    const auto end = day.begin() + static_cast<ptrdiff_t>(std::min(at + batch, day.size()));
    for (const Answer& answer : session.ExecuteAll({begin, end})) answers.push_back(LineOf(answer));
  }
  EXPECT_EQ(FaultsOf(store.storage()), "");
  return TraceOf(store.storage(), std::move(answers));
}

class EngineBatchTest : public testing::TestWithParam<Backend> {};
INSTANTIATE_TEST_SUITE_P(Backends, EngineBatchTest, kBothBackends, kNameOfBackend);

// SPEC §2.6: the same commands give the same bytes, one by one or all at once, on each backend.
TEST_P(EngineBatchTest, GivesTheSameBytesWhateverTheBatchTheCacheAndTheBackend) {
  const Trace one_by_one = LiveThroughIt(Backend::kMemory, 1, Session::kCacheBytes);
  EXPECT_EQ(one_by_one.records.size(), 24u);
  EXPECT_THAT(one_by_one.answers[5], HasSubstr("a repeat"));
  EXPECT_THAT(one_by_one.answers[20], HasSubstr("no_critical_failed"));
  for (const size_t batch : {size_t{1}, size_t{2}, size_t{5}, Day().size()}) {
    for (const size_t cache_bytes : {size_t{0}, size_t{1}, size_t{700}, size_t{1500}, Session::kCacheBytes}) {
      const Trace trace = LiveThroughIt(GetParam(), batch, cache_bytes);
      EXPECT_EQ(trace.answers, one_by_one.answers) << batch << ", " << cache_bytes;
      EXPECT_EQ(trace.records, one_by_one.records) << batch << ", " << cache_bytes;
      EXPECT_EQ(trace.tables, one_by_one.tables) << batch << ", " << cache_bytes;
    }
  }
}

TEST_P(EngineBatchTest, GivesTheSameBytesAlsoWhenItSpillsWithinAUnit) {
  const Trace expected = LiveThroughIt(GetParam(), 1, Session::kCacheBytes);
  for (const size_t cache_bytes : {size_t{0}, Session::kCacheBytes}) {
    Store store(GetParam());
    Session session(store.storage());
    session.Restart(store.storage(), cache_bytes);
    std::vector<std::string> answers;
    const auto unit = Must(session.engine().Begin());
    for (const std::string& json : Day()) {
      const JsonCommand command(json);
      answers.push_back(LineOf(Must(unit->Execute(command.reader()))));
      Must(unit->Spill());
    }
    Must(unit->Commit());
    EXPECT_EQ(answers, expected.answers);
    EXPECT_EQ(RecordsOf(store.storage()), expected.records);
    EXPECT_EQ(TablesOf(store.storage()), expected.tables);
  }
}

// Two engines take turns on one file. Each must see what the other did: its own rows are void then.
TEST(EngineSharingTest, TakingTurnsOnOneFileIsLikeBeingAlone) {
  const Trace alone = LiveThroughIt(Backend::kSqlite, 1, Session::kCacheBytes);
  const Store store(Backend::kSqlite);
  const auto left_storage = OpenSqlite(store.path());
  const auto right_storage = OpenSqlite(store.path());
  Session left(*left_storage, 1);
  Session right(*right_storage, 2);
  std::vector<std::string> answers;
  bool turn = false;
  for (const std::string& command : Day()) {
    std::string answer = LineOf((turn ? left : right).Execute(command));
    // The one id that is made comes from each engine's own chance.
    if (command == R"({"command":"create_run"})") answer = alone.answers[answers.size()];
    answers.push_back(answer);
    turn = !turn;
  }
  EXPECT_EQ(answers, alone.answers);
  EXPECT_EQ(FaultsOf(*left_storage), "");
  EXPECT_EQ(FaultsOf(*right_storage), "");
}

TEST(EngineSharingTest, SeesRowsThatAnotherEngineChangedWhileItHadThemInItsCache) {
  const Store store(Backend::kSqlite);
  const auto left_storage = OpenSqlite(store.path());
  const auto right_storage = OpenSqlite(store.path());
  Session left(*left_storage, 1);
  Session right(*right_storage, 2);
  left.ExecuteAll({CreateRun("r1", "running"), CreateWorkstream("a"), RecordError("a", "s", "e"), StartStep("a", "s")});
  right.ExecuteAll(
      {RecordError("a", "s", "e"), StartStep("a", "s"), MoveWorkstream("a", "ready"), CreateWorkstream("b", {"a"})});
  left.ExecuteAll({RecordError("a", "s", "e"), StartStep("a", "s")});
  EXPECT_EQ(left.Accept(MoveWorkstream("a", "editing")).state, "editing");
  EXPECT_THAT(left.Refuse(MoveWorkstream("b", "ready")).refusal.why, HasSubstr("a is editing"));
  EXPECT_THAT(right.Refuse(MoveWorkstream("a", "ready")).refusal.why, HasSubstr("no edge leads from editing to ready"));
  right.Accept(MoveWorkstream("a", "failed"));
  EXPECT_THAT(left.Refuse(MoveWorkstream("b", "ready")).refusal.why, HasSubstr("no edge leads from blocked to ready"));
  TableLines tables = TablesOf(*left_storage);
  EXPECT_THAT(tables["errors"], ElementsAre(HasSubstr("|3|")));
  EXPECT_EQ(tables["step_attempts"].size(), 3u);
  EXPECT_EQ(FaultsOf(*right_storage), "");
}

TEST(EngineSharingTest, KeepsNothingOfAUnitThatWasDroppedForAnotherEngineToMiss) {
  const Store store(Backend::kSqlite);
  const auto left_storage = OpenSqlite(store.path());
  const auto right_storage = OpenSqlite(store.path());
  Session left(*left_storage, 1);
  Session right(*right_storage, 2);
  left.Accept(CreateRun());
  {
    const JsonCommand command(MoveRun("running"));
    const auto unit = Must(left.engine().Begin());
    Must(unit->Execute(command.reader()));
  }
  EXPECT_THAT(right.Refuse(MoveRun("paused")).refusal.why, HasSubstr("no edge leads from pending to paused"));
  EXPECT_EQ(left.Accept(MoveRun("running")).version, StreamVersion{2});
}

}  // namespace
}  // namespace annals::support
