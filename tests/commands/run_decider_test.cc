// Runs: given what happened, when a command, then events or a refusal.
#include <ostream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands/answer.h"
#include "schemas/status.h"
#include "tests/commands/decider_harness.h"
#include "tests/support/commands.h"

namespace annals::deciders {
namespace {

using support::CreateRun;
using support::MoveRun;
using support::Overridden;
using support::With;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(RunDecider, CreatesPendingWithOneEvent) {
  History history;
  EXPECT_THAT(history.When(CreateRun()).events, ElementsAre("run: created, machine 1"));
  EXPECT_THAT(history.When(R"({"command":"create_run","run_id":"r1"})").events, ElementsAre("run: created, machine 1"));
  history.After(CreateRun());
  EXPECT_EQ(history.run().status, "pending");
  EXPECT_FALSE(history.run().started_at);
}

TEST(RunDecider, CreatesRunningWithTwoEvents) {
  History history;
  EXPECT_THAT(history.When(CreateRun("r1", "running")).events,
              ElementsAre("run: created, machine 1", "run: pending -> running by start"));
  history.After(CreateRun("r1", "running"));
  EXPECT_EQ(history.run().status, "running");
  EXPECT_EQ(history.run().created_at, Timestamp{1'000'000});
  EXPECT_EQ(history.run().started_at, Timestamp{2'000'000});
}

TEST(RunDecider, CreatesWithWhatTheCreatorStates) {
  History history;
  const std::string command = With(CreateRun(), R"("metadata":{"branch":"main"})");
  EXPECT_THAT(history.When(command).events, ElementsAre(R"(run: created, machine 1 {"branch":"main"})"));
  EXPECT_EQ(history.After(command).run().metadata_json, R"({"branch":"main"})");
}

TEST(RunDecider, CreatesInNoOtherState) {
  for (const char* const status : {"paused", "completed", "abandoned", "editing", "nonsense"}) {
    const absl::Status error = History().When(CreateRun("r1", status)).status;
    EXPECT_EQ(error.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_THAT(MessageOf(error), HasSubstr("leave it out, or say pending or running"));
  }
}

TEST(RunDecider, RefusesToCreateWhatExists) {
  for (const char* const status : {"pending", "running", "abandoned"}) {
    const Outcome outcome = History().Run(status).When(CreateRun());
    ASSERT_TRUE(outcome.refusal);
    EXPECT_EQ(outcome.refusal->machine, "run");
    EXPECT_EQ(outcome.refusal->entity, "r1");
    EXPECT_EQ(outcome.refusal->from, status);
    EXPECT_EQ(RefusalText(*outcome.refusal), "run r1: refused: run r1 already exists");
  }
}

TEST(RunDecider, KnowsNoRunThatWasNotCreated) {
  const absl::Status status = History().When(MoveRun("running")).status;
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(MessageOf(status), "there is no run r1; annals run list shows those there are");
}

TEST(RunDecider, CarriesReasonTriggerAndSeverity) {
  EXPECT_THAT(History().Run("running").When(With(MoveRun("paused"), R"("reason":"lunch")")).events,
              ElementsAre("run: running -> paused by pause, warning: lunch"));
  EXPECT_THAT(History().Run("paused").When(MoveRun("failed")).events,
              ElementsAre("run: paused -> failed by fail, final, error"));
}

TEST(RunDecider, TakesATriggerInPlaceOfAState) {
  const auto by = [](std::string_view trigger) {
    return R"({"command":"transition_run","run_id":"r1","trigger":")" + std::string(trigger) + R"("})";
  };
  EXPECT_THAT(History().Run("running").When(by("pause")).events,
              ElementsAre("run: running -> paused by pause, warning"));
  const Outcome outcome = History().Run("pending").When(by("pause"));
  ASSERT_TRUE(outcome.refusal);
  EXPECT_EQ(outcome.refusal->why,
            "no edge leads from pending by pause; legal from pending: running, failed, abandoned");
  EXPECT_EQ(outcome.refusal->trigger, "pause");
}

TEST(RunDecider, WantsStateAndTriggerToFit) {
  const Outcome outcome = History().Run("running").When(With(MoveRun("failed"), R"("trigger":"abandon")"));
  ASSERT_TRUE(outcome.refusal);
  EXPECT_THAT(outcome.refusal->why, HasSubstr("no edge leads from running to failed by abandon; legal from running: "));
}

struct BadRequestCase {
  const char* name;
  std::string command;
  const char* message;
};
const BadRequestCase kBadRequests[] = {
    {"UnknownState", MoveRun("complete"), R"("complete" is no state of the run machine; did you mean "completed"?)"},
    {"MisspeltTrigger", R"({"command":"transition_run","run_id":"r1","trigger":"pauze"})",
     R"(run r1: "pauze" is no trigger of the run machine; did you mean "pause"?)"},
    {"UnknownTrigger", R"({"command":"transition_run","run_id":"r1","trigger":"jump"})",
     "known: start, fail, abandon, pause, complete, complete_partially, resume"},
    {"NeitherStateNorTrigger", R"({"command":"transition_run","run_id":"r1"})",
     "run r1: neither to nor trigger is given"},
    {"OverrideByTriggerAlone",
     R"({"command":"transition_run","run_id":"r1","trigger":"resume","override":{"operator":"o","reason":"r"}})",
     "an override names the state to reach, not only a trigger"},
};
void PrintTo(const BadRequestCase& row, std::ostream* out) {
  *out << row.name;
}

class RunBadRequestTest : public testing::TestWithParam<BadRequestCase> {};
INSTANTIATE_TEST_SUITE_P(RunDecider, RunBadRequestTest, testing::ValuesIn(kBadRequests),
                         [](const auto& row) { return row.param.name; });

TEST_P(RunBadRequestTest, IsAnErrorAndNotARefusal) {
  const Outcome outcome = History().Run("running").When(GetParam().command);
  EXPECT_EQ(outcome.status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(MessageOf(outcome.status), HasSubstr(GetParam().message));
}

// The guards of a run's end, over its workstreams. An empty `why` means that it is granted.
struct EndCase {
  const char* name;
  std::vector<std::pair<const char*, const char*>> workstreams;  // id (critical where it begins with "c"), state
  const char* to;
  std::string why;
};
void PrintTo(const EndCase& row, std::ostream* out) {
  *out << row.name;
}
const EndCase kEnds[] = {
    {"CompleteWithoutAny", {}, "completed", ""},
    {"CompleteWhenAllAreDone", {{"a", "done"}, {"b", "done"}}, "completed", ""},
    {"NotCompleteWhileOneIsOpen",
     {{"a", "done"}, {"b", "editing"}},
     "completed",
     "the guard all_workstreams_done does not hold: 1 of 2 workstreams are done"},
    {"NotCompleteWhenOneFailed",
     {{"a", "done"}, {"b", "failed"}},
     "completed",
     "the guard all_workstreams_done does not hold: 1 of 2 workstreams are done"},
    {"NotCompleteWhenOneIsAbandoned",
     {{"a", "abandoned"}},
     "completed",
     "the guard all_workstreams_done does not hold: 0 of 1 workstreams are done"},
    {"PartialWithOneDoneAndOneFailed", {{"a", "done"}, {"b", "failed"}}, "partial", ""},
    {"PartialWithOneDoneAndOneAbandoned", {{"a", "done"}, {"b", "abandoned"}}, "partial", ""},
    {"PartialWithACriticalOneDone", {{"c", "done"}, {"b", "failed"}}, "partial", ""},
    {"PartialWithACriticalOneAbandoned", {{"a", "done"}, {"c", "abandoned"}}, "partial", ""},
    {"NotPartialWhileOneIsOpen",
     {{"a", "done"}, {"b", "failed"}, {"d", "paused"}},
     "partial",
     "the guard all_workstreams_terminal does not hold: 2 of 3 workstreams have ended"},
    {"NotPartialWithoutAny",
     {},
     "partial",
     "the guard some_done_some_not does not hold: 0 of 0 workstreams are done; a partial run has at least one done and "
     "one not, this one may be completed"},
    {"NotPartialWhenAllAreDone",
     {{"a", "done"}},
     "partial",
     "the guard some_done_some_not does not hold: 1 of 1 workstreams are done; a partial run has at least one done and "
     "one not, this one may be completed"},
    {"NotPartialWhenNoneIsDone",
     {{"a", "failed"}, {"b", "abandoned"}},
     "partial",
     "the guard some_done_some_not does not hold: 0 of 2 workstreams are done; a partial run has at least one done and "
     "one not"},
    {"NotPartialWhenACriticalOneFailed",
     {{"a", "done"}, {"c", "failed"}},
     "partial",
     "the guard no_critical_failed does not hold: 1 critical workstream(s) failed, so the run may only fail"},
    {"FailWhateverItsWorkstreams", {{"a", "editing"}}, "failed", ""},
    {"AbandonWhateverItsWorkstreams", {{"a", "editing"}, {"c", "failed"}}, "abandoned", ""},
};

class RunEndTest : public testing::TestWithParam<EndCase> {
 protected:
  void SetUp() override {
    history_.Run("running");
    for (const auto& [ws_id, status] : GetParam().workstreams) {
      ws_id[0] == 'c' ? history_.CriticalWorkstream(ws_id, status) : history_.Workstream(ws_id, status);
    }
  }
  History history_;
};
INSTANTIATE_TEST_SUITE_P(RunDecider, RunEndTest, testing::ValuesIn(kEnds),
                         [](const auto& row) { return row.param.name; });

TEST_P(RunEndTest, IsGrantedWhereItsGuardsHold) {
  const Outcome outcome = history_.When(MoveRun(GetParam().to));
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(outcome.refusal ? outcome.refusal->why : "", GetParam().why);
  EXPECT_EQ(outcome.events.size(), GetParam().why.empty() ? 1u : 0u);
  if (outcome.refusal) {
    EXPECT_THAT(outcome.refusal->legal, ElementsAre("paused", "completed", "partial", "failed", "abandoned"));
  }
}

TEST_P(RunEndTest, IsGrantedToAnOperatorWhateverItsGuardsSay) {
  const Outcome outcome = history_.When(Overridden(MoveRun(GetParam().to)));
  ASSERT_EQ(outcome.events.size(), 1u);
  EXPECT_THAT(outcome.events[0], HasSubstr(", overridden by Olga, final"));
}

TEST(RunRow, KeepsItsCountersOverEveryEndOfItsWorkstreams) {
  History history;
  history.Run("running").Workstream("a", "done").CriticalWorkstream("c", "failed").Workstream("b", "failed");
  history.Workstream("d", "abandoned").Workstream("e", "blocked");
  const RunRow& run = history.run();
  EXPECT_EQ(run.ws_total, 5);
  EXPECT_EQ(run.ws_done, 1);
  EXPECT_EQ(run.ws_failed, 2);
  EXPECT_EQ(run.ws_terminal, 4);
  EXPECT_EQ(run.ws_critical_failed, 1);
}

TEST(RunRow, KeepsWhenItFirstRanAndWhereItWasPaused) {
  History history;
  history.Run("pending").After(MoveRun("running")).After(MoveRun("paused"));
  EXPECT_EQ(history.run().paused_from, "running");
  history.After(MoveRun("running"));
  EXPECT_EQ(history.run().started_at, Timestamp{2'000'000});
  EXPECT_EQ(history.run().updated_at, Timestamp{4'000'000});
  EXPECT_FALSE(history.run().paused_from);
  history.After(MoveRun("completed"));
  EXPECT_EQ(history.run().completed_at, Timestamp{5'000'000});
}

}  // namespace
}  // namespace annals::deciders
