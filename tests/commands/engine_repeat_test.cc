// Idempotency keys: the second use appends nothing and gives the first answer again.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schemas/status.h"
#include "tests/commands/engine_fixture.h"

namespace annals::support {
namespace {

using testing::HasSubstr;

std::string Keyed(std::string command, std::string_view key = "k") {
  return With(std::move(command), "\"command_id\":\"" + std::string(key) + "\"");
}

class EngineRepeatTest : public EngineFixture {
 protected:
  // A command of each kind that has an answer of its own kind, in an order in which they work.
  static std::vector<std::string> EveryKind() {
    return {Keyed(CreateRun("r1", "running"), "k1"),      Keyed(CreateWorkstream("a"), "k2"),
            Keyed(CreateWorkstream("b", {"a"}), "k3"),    Keyed(StartStep("a", "edit"), "k4"),
            Keyed(FinishStep(5, "failure"), "k5"),        Keyed(RecordStep("a", "static", "success"), "k6"),
            Keyed(RecordError("a", "static", "s"), "k7"), Keyed(Note("deploy"), "k8"),
            Keyed(MoveWorkstream("a", "done"), "k9"),     Keyed(MoveWorkstream("a", "failed"), "k10"),
            Keyed(R"({"command":"create_run"})", "k11"),  Keyed(Overridden(MoveRun("partial")), "k12")};
  }
};
INSTANTIATE_TEST_SUITE_P(Backends, EngineRepeatTest, kBothBackends, kNameOfBackend);

TEST_P(EngineRepeatTest, GivesTheFirstAnswerAgainAlsoARefusalAndAfterARestart) {
  std::vector<std::string> first;
  for (const std::string& command : EveryKind()) first.push_back(LineOf(session_.Execute(command)) + ", a repeat");
  EXPECT_THAT(first[8], HasSubstr("refused at 10 of refused/run/r1: workstream a: pending -> done"));
  EXPECT_THAT(first[9], HasSubstr("done at 11 to 12 of run/r1, version 11, 'failed'"));
  const std::vector<StoredRecord> before = RecordsOf(storage());
  for (const bool restarted : {false, true}) {
    if (restarted) Reopen();
    const std::vector<std::string> commands = EveryKind();
    for (size_t i = 0; i < commands.size(); ++i) EXPECT_EQ(LineOf(session_.Execute(commands[i])), first[i]);
    std::vector<std::string> batch;
    for (const Answer& answer : session_.ExecuteAll(commands)) batch.push_back(LineOf(answer));
    EXPECT_EQ(batch, first);
    EXPECT_EQ(RecordsOf(storage()), before);
  }
}

TEST_P(EngineRepeatTest, GivesTheFirstAnswerAgainWithinOneUnit) {
  const std::vector<Answer> answers =
      session_.ExecuteAll({Keyed(CreateRun()), Keyed(CreateRun()), Note("between"), Keyed(CreateRun())});
  EXPECT_FALSE(std::get<Receipt>(answers[0]).repeat);
  EXPECT_TRUE(std::get<Receipt>(answers[1]).repeat);
  EXPECT_EQ(LineOf(answers[3]), LineOf(answers[1]));
  EXPECT_EQ(end(), Position{2});
}

TEST_P(EngineRepeatTest, AnswersAlsoWhenTheStateHasMovedOnOrTheVersionNoLongerFits) {
  session_.ExecuteAll({CreateRun(), Keyed(With(MoveRun("running"), R"("expect_version":1)")), MoveRun("failed")});
  const Receipt repeat = Accept(Keyed(With(MoveRun("running"), R"("expect_version":1)")));
  EXPECT_TRUE(repeat.repeat);
  EXPECT_EQ(repeat.state, "running");
  EXPECT_EQ(repeat.version, StreamVersion{2});
}

TEST_P(EngineRepeatTest, RefusesTheKeyToADifferentCommand) {
  Accept(CreateRun("r1", "running"));
  Accept(Keyed(MoveRun("paused")));
  for (const std::string& other :
       {MoveRun("failed"), With(MoveRun("paused"), R"("reason":"x")"), With(MoveRun("paused"), R"("sensitive":true)"),
        With(MoveRun("paused"), R"("actor":"Ann")"), With(MoveRun("paused"), R"("expect_version":2)"),
        Overridden(MoveRun("paused")), Note("paused"), MoveRun("paused", "r2")}) {
    const absl::Status status = Fail(Keyed(other));
    EXPECT_EQ(status.code(), absl::StatusCode::kAborted) << other;
    EXPECT_THAT(MessageOf(status), HasSubstr("the command id k was used at position 3 for a different command"));
  }
  EXPECT_EQ(end(), Position{3});
}

TEST_P(EngineRepeatTest, CountsNoKeyOfWhatWasNotRecorded) {
  Accept(CreateRun());
  EXPECT_EQ(Fail(Keyed(MoveRun("paused", "r9"))).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Fail(Keyed(With(MoveRun("running"), R"("expect_version":7)"))).code(), absl::StatusCode::kAborted);
  EXPECT_FALSE(Accept(Keyed(MoveRun("running"))).repeat);
}

TEST(EngineRepeatSqliteTest, KnowsTheKeysOfOtherEnginesOnTheSameFile) {
  const Store store(Backend::kSqlite);
  const auto first_storage = OpenSqlite(store.path());
  const auto second_storage = OpenSqlite(store.path());
  Session first(*first_storage, 1);
  Session second(*second_storage, 2);
  const Receipt receipt = first.Accept(Keyed(CreateRun()));
  const Receipt repeat = second.Accept(Keyed(CreateRun()));
  EXPECT_TRUE(repeat.repeat);
  EXPECT_EQ(repeat.first_position, receipt.first_position);
  EXPECT_EQ(second.Fail(Keyed(CreateRun("r2"))).code(), absl::StatusCode::kAborted);
  const std::string refused = Keyed(MoveRun("partial"), "k2");
  EXPECT_EQ(second.Refuse(refused).position, Position{2});
  EXPECT_EQ(LineOf(first.Refuse(refused)), LineOf(second.Refuse(refused)));
  EXPECT_EQ(RecordsOf(*first_storage).size(), 2u);
}

TEST_P(EngineRepeatTest, TakesAKeyThatPointsNowhereForWhatItIs) {
  Accept(CreateRun());
  const auto transaction = Must(storage().Begin());
  const std::string salt(32, '0');
  const Value row[] = {std::string_view("k"), int64_t{999}, std::string_view(salt)};
  Must(transaction->PutRow(CommandIdsTable(), TableSet::kLive, row));
  Must(transaction->Commit());
  const JsonCommand command(With(MoveRun("running"), R"("command_id":"k")"));
  EXPECT_EQ(session_.engine().Execute({command.reader()}).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace annals::support
