// Workstreams: given what happened, when a command, then events or a refusal.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands/answer.h"
#include "schemas/status.h"
#include "tests/commands/decider_harness.h"
#include "tests/support/commands.h"

namespace annals::deciders {
namespace {

using support::CreateWorkstream;
using support::MoveRun;
using support::MoveWorkstream;
using support::Overridden;
using support::With;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kTerminalRunStates[] = {"completed", "failed", "partial", "abandoned"};

std::string WhyOf(const Outcome& outcome) {
  if (!outcome.status.ok()) return outcome.status.ToString();
  return outcome.refusal ? outcome.refusal->why : "";
}

TEST(WorkstreamDecider, CreatesPendingInAnyOpenRun) {
  for (const char* const status : {"pending", "running", "paused"}) {
    EXPECT_THAT(History().Run(status).When(CreateWorkstream("a")).events, ElementsAre("a: created, machine 1"));
  }
}

TEST(WorkstreamDecider, CreatesWithWhatTheCreatorStates) {
  History history;
  history.Run("running").Workstream("x", "editing").Workstream("y", "failed");
  const std::string command = With(CreateWorkstream("a", {"y", "x"}, true), R"("metadata":{"n":1})");
  EXPECT_THAT(history.When(command).events, ElementsAre(R"(a: created, machine 1, needs y x, critical {"n":1})"));
  const WorkstreamRow& row = history.After(command).workstream("a");
  EXPECT_EQ(row.status, "pending");
  EXPECT_EQ(row.depends_on, R"(["y","x"])");
  EXPECT_TRUE(row.is_critical);
  EXPECT_EQ(row.machine_version, "1");
  EXPECT_EQ(row.metadata_json, R"({"n":1})");
  EXPECT_EQ(history.run().ws_total, 3);
}

TEST(WorkstreamDecider, CreatesNothingInAnEndedRun) {
  for (const char* const status : kTerminalRunStates) {
    const Outcome outcome = History().Run(status).When(CreateWorkstream("a"));
    ASSERT_TRUE(outcome.refusal);
    EXPECT_EQ(outcome.refusal->why,
              "run r1 is " + std::string(status) + "; nothing is created, moved or started in a run that has ended");
    EXPECT_EQ(outcome.refusal->machine, "workstream");
    EXPECT_EQ(outcome.refusal->entity, "a");
    EXPECT_EQ(outcome.refusal->from, "");
    EXPECT_EQ(outcome.refusal->to, "pending");
  }
}

TEST(WorkstreamDecider, RefusesToCreateWhatExists) {
  const Outcome outcome = History().Run("running").Workstream("a", "editing").When(CreateWorkstream("a"));
  ASSERT_TRUE(outcome.refusal);
  EXPECT_EQ(RefusalText(*outcome.refusal), "workstream a: refused: workstream a already exists in run r1");
  EXPECT_EQ(outcome.refusal->from, "editing");
}

TEST(WorkstreamDecider, DependsOnlyOnWhatExistsInTheRun) {
  const absl::Status status =
      History().Run("running").Workstream("b", "done").When(CreateWorkstream("a", {"b", "c"})).status;
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(MessageOf(status), "workstream a depends on c, which run r1 does not have; create that one first");
}

TEST(WorkstreamDecider, DependsNeitherOnItselfNorOnOneTwice) {
  History history;
  history.Run("running").Workstream("b", "done");
  const absl::Status self = history.When(CreateWorkstream("a", {"b", "a"})).status;
  EXPECT_EQ(self.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(MessageOf(self), "workstream a cannot depend on itself; leave it out of depends_on");
  const absl::Status twice = history.When(CreateWorkstream("a", {"b", "b"})).status;
  EXPECT_EQ(twice.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(MessageOf(twice), "workstream a: depends_on names b twice; name it once");
}

TEST(WorkstreamDecider, KnowsNeitherRunsNorWorkstreamsThatWereNotCreated) {
  EXPECT_EQ(MessageOf(History().When(CreateWorkstream("a")).status),
            "there is no run r1; annals run list shows those there are");
  const absl::Status status = History().Run("running").When(MoveWorkstream("a", "ready")).status;
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(MessageOf(status), "run r1 has no workstream a; annals workstream list --run r1 shows those it has");
}

TEST(WorkstreamDecider, BecomesReadyOnceAllItNeedsIsDone) {
  History history;
  history.Run("running").Workstream("x", "done").Workstream("y", "editing").Workstream("z", "failed");
  history.Workstream("a", "pending", {"x", "y", "z"}).Workstream("b", "pending", {"x"}).Workstream("c", "pending");
  const Outcome outcome = history.When(MoveWorkstream("a", "ready"));
  EXPECT_EQ(WhyOf(outcome),
            "the guard dependencies_done does not hold: it depends on what is not done: y is editing, z is failed");
  EXPECT_THAT(outcome.refusal->legal, ElementsAre("ready", "blocked", "failed", "abandoned"));
  EXPECT_THAT(history.When(MoveWorkstream("b", "ready")).events,
              ElementsAre("b: pending -> ready by dependencies_met"));
  EXPECT_THAT(history.When(MoveWorkstream("c", "ready")).events,
              ElementsAre("c: pending -> ready by dependencies_met"));
}

TEST(WorkstreamDecider, BecomesReadyAlsoInARunThatIsNotRunning) {
  for (const char* const status : {"pending", "paused"}) {
    EXPECT_THAT(History().Run(status).Workstream("a", "pending").When(MoveWorkstream("a", "ready")).events,
                ElementsAre("a: pending -> ready by dependencies_met"));
  }
}

TEST(WorkstreamDecider, BeginsOnlyInARunningRun) {
  for (const char* const status : {"pending", "paused"}) {
    EXPECT_EQ(WhyOf(History().Run(status).Workstream("a", "ready").When(MoveWorkstream("a", "editing"))),
              "the guard run_is_running does not hold: run r1 is " + std::string(status));
  }
  EXPECT_THAT(History().Run("running").Workstream("a", "ready").When(MoveWorkstream("a", "editing")).events,
              ElementsAre("a: ready -> editing by begin_edit"));
}

TEST(WorkstreamDecider, GoesOnInAPausedRun) {
  History history;
  history.Run("paused").Workstream("a", "editing").Workstream("b", "runtime_check");
  EXPECT_EQ(history.When(MoveWorkstream("a", "static_check")).events.size(), 1u);
  EXPECT_EQ(history.When(MoveWorkstream("b", "done")).events.size(), 1u);
}

TEST(WorkstreamDecider, ResumesOnlyWhereItWasPaused) {
  for (const char* const from : {"ready", "editing", "static_check", "fixing", "runtime_check"}) {
    History history;
    history.Run("running").PausedWorkstream("a", from);
    EXPECT_EQ(history.workstream("a").paused_from, from);
    for (const char* const to : {"ready", "editing", "static_check", "fixing", "runtime_check"}) {
      const Outcome outcome = history.When(MoveWorkstream("a", to));
      if (std::string_view(from) == to) {
        EXPECT_THAT(outcome.events, ElementsAre("a: paused -> " + std::string(to) + " by resume"));
      } else {
        EXPECT_EQ(WhyOf(outcome), "the guard returns_to_paused_state does not hold: it was paused in " +
                                      std::string(from) + " and resumes only there");
      }
    }
    const std::string by_trigger =
        R"({"command":"transition_workstream","run_id":"r1","ws_id":"a","trigger":"resume"})";
    EXPECT_THAT(history.When(by_trigger).events, ElementsAre("a: paused -> " + std::string(from) + " by resume"));
    EXPECT_FALSE(history.After(by_trigger).workstream("a").paused_from);
  }
}

TEST(WorkstreamDecider, ResumesOnlyInARunningRun) {
  History history;
  history.Run("paused").PausedWorkstream("a", "editing");
  const std::string why = "the guard run_is_running does not hold: run r1 is paused";
  EXPECT_EQ(WhyOf(history.When(MoveWorkstream("a", "editing"))), why);
  // By trigger five edges are tried, and what is said must be about the one that was meant.
  EXPECT_EQ(WhyOf(history.When(R"({"command":"transition_workstream","run_id":"r1","ws_id":"a","trigger":"resume"})")),
            why);
}

TEST(WorkstreamDecider, MovesNothingInAnEndedRun) {
  for (const char* const status : kTerminalRunStates) {
    History history;
    history.Run(status).Workstream("a", "editing");
    const std::string why =
        "run r1 is " + std::string(status) + "; nothing is created, moved or started in a run that has ended";
    EXPECT_EQ(WhyOf(history.When(MoveWorkstream("a", "static_check"))), why);
    EXPECT_EQ(WhyOf(history.When(MoveWorkstream("a", "failed"))), why);
    EXPECT_EQ(WhyOf(history.When(Overridden(MoveWorkstream("a", "done")))), why);
    EXPECT_EQ(history.When(MoveWorkstream("a", "nonsense")).status.code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(WorkstreamDecider, KeepsItsStateWhenItsRunEnds) {
  History history;
  history.Run("running").Workstream("a", "editing").After(MoveRun("failed"));
  EXPECT_EQ(history.workstream("a").status, "editing");
  EXPECT_FALSE(history.workstream("a").completed_at);
}

TEST(WorkstreamDecider, BlocksItsDirectDependentsThatHaveNotBegunWhenItFails) {
  History history;
  history.Run("running").Workstream("a", "editing").Workstream("other", "editing");
  history.Workstream("e", "editing", {"a"}).Workstream("d", "ready", {"other", "a"}).Workstream("c", "pending", {"a"});
  history.Workstream("b", "done", {"a"}).Workstream("indirect", "pending", {"c"}).Workstream("free", "pending");
  history.Workstream("blocked", "blocked", {"a"}).PausedWorkstream("paused", "ready");
  EXPECT_THAT(history.When(With(MoveWorkstream("a", "failed"), R"("reason":"no way")")).events,
              ElementsAre("a: editing -> failed by fail, final, error: no way",
                          "c: pending -> blocked by dependency_failed, warning, because of event 0: a failed",
                          "d: ready -> blocked by dependency_failed, warning, because of event 0: a failed"));
  EXPECT_THAT(history.When(MoveWorkstream("a", "abandoned")).events,
              ElementsAre("a: editing -> abandoned by abandon, final, warning",
                          "c: pending -> blocked by dependency_failed, warning, because of event 0: a was abandoned",
                          "d: ready -> blocked by dependency_failed, warning, because of event 0: a was abandoned"));
}

TEST(WorkstreamDecider, BlocksDependentsAlsoWhenAnOperatorFailsIt) {
  History history;
  history.Run("pending").Workstream("a", "blocked").Workstream("b", "pending", {"a"});
  EXPECT_THAT(history.When(Overridden(MoveWorkstream("a", "failed"))).events,
              ElementsAre("a: blocked -> failed by fail, overridden by Olga, final, error: it must",
                          "b: pending -> blocked by dependency_failed, warning, because of event 0: a failed"));
}

TEST(WorkstreamDecider, BlocksNobodyWhenItIsDone) {
  History history;
  history.Run("running").Workstream("a", "runtime_check").Workstream("b", "pending", {"a"});
  EXPECT_THAT(history.When(MoveWorkstream("a", "done")).events,
              ElementsAre("a: runtime_check -> done by runtime_passed, final"));
}

TEST(WorkstreamDecider, WaitsAgainWhenUnblocked) {
  History history;
  history.Run("running")
      .Workstream("a", "failed")
      .Workstream("b", "blocked", {"a"})
      .After(MoveWorkstream("b", "pending"));
  EXPECT_EQ(WhyOf(history.When(MoveWorkstream("b", "ready"))),
            "the guard dependencies_done does not hold: it depends on what is not done: a is failed");
}

TEST(WorkstreamDecider, CarriesTheOperatorsReasonInAnOverride) {
  History history;
  history.Run("pending").Workstream("a", "pending");
  EXPECT_THAT(history.When(With(Overridden(MoveWorkstream("a", "done")), R"("reason":"mine")")).events,
              ElementsAre("a: pending -> done, overridden by Olga, final, warning: it must"));
}

TEST(WorkstreamDecider, DecidedTwiceGivesNothingNewTheSecondTime) {
  History history;
  history.Run("running").Workstream("a", "editing").Workstream("b", "pending", {"a"});
  history.After(MoveWorkstream("a", "failed"));
  EXPECT_THAT(history.When(MoveWorkstream("a", "failed")).events, IsEmpty());
  EXPECT_EQ(history.workstream("b").status, "blocked");
  EXPECT_EQ(history.run().ws_failed, 1);
}

// They stand in one event: more than the limit made an event that could be written and not read.
TEST(WorkstreamDecider, DependsOnAThousandWorkstreamsAndNotOnMore) {
  History history;
  history.Run("running");
  std::vector<std::string> names;
  for (int i = 0; i <= 1000; ++i) history.Workstream(names.emplace_back("needed-" + std::to_string(i)), "pending");
  const Outcome outcome = history.When(CreateWorkstream("a", names));
  EXPECT_EQ(outcome.status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(MessageOf(outcome.status), HasSubstr("depends_on names 1001, the limit is 1000"));
  names.pop_back();
  EXPECT_EQ(history.When(CreateWorkstream("a", names)).events.size(), 1u);
  // And a refusal over them names the first few.
  EXPECT_THAT(WhyOf(history.After(CreateWorkstream("a", names)).When(MoveWorkstream("a", "ready"))),
              HasSubstr("needed-9 is pending and 990 more"));
}

}  // namespace
}  // namespace annals::deciders
