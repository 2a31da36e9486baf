// `why` of the machines beyond run and workstream: the chain from a gate to the run, by position.
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands/why.h"
#include "schemas/status.h"
#include "tests/commands/machines_fixture.h"
#include "tests/support/must.h"

namespace annals::machines {
namespace {

using support::Must;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

why::Explanation Ask(World& world, const why::EntityName& name) {
  const auto snapshot = Must(world.storage().Read());
  return Must(why::Explain(*snapshot, name, snapshot->head().recorded_at));
}

std::string Told(const why::Explanation& explained) {
  std::string text = explained.headline.text + "\n";
  for (const why::Happening& one : explained.history) {
    text += fmt::format("{} {}: {}\n", one.position.value, why::TextOf(one.about), one.text);
  }
  for (const why::Blocker& blocker : explained.blockers) text += blocker.sentence.text + "\n";
  for (const why::PossibleCommand& command : explained.commands) {
    text += fmt::format("{} {}", command.IsLegal() ? "may:" : "may not:", command.line);
    for (const auto& objection : command.objections) text += fmt::format(" [{}]", objection.saw.text);
    text += "\n";
  }
  return text;
}

// From a gate to the run: 1 r1, 2 it runs, 3 a, 4 b, 5 and 6 a worker, 7 a gate, 8 a critical task that it judges.
class ChainTest : public testing::Test {
 protected:
  ChainTest() {
    world_.Given({Cmd("create_test_gate", "run_id=r1 gate_id=g1"),
                  Cmd("create_task", R"(run_id=r1 ws_id=a task_id=t1 is_critical=true validation_gates=["g1"])"),
                  Cmd("transition_task", "run_id=r1 task_id=t1 to=queued"),
                  Cmd("transition_task", "run_id=r1 task_id=t1 to=running worker_id=w1"),
                  Cmd("transition_task", "run_id=r1 task_id=t1 to=validating"),
                  Cmd("transition_test_gate", "run_id=r1 gate_id=g1 to=running"),
                  Cmd("transition_test_gate", "run_id=r1 gate_id=g1 to=failed exit_code=1")});
  }
  World world_;
};

TEST_F(ChainTest, FromTheGateToWhatIsBlockedIsToldByPosition) {
  const std::string told = Told(Ask(world_, {"workstream", "r1", "b"}));
  EXPECT_THAT(
      told, AllOf(HasSubstr("test_gate g1: running → failed"), HasSubstr("task t1: validating → failed"),
                  HasSubstr("workstream a: pending → failed"), HasSubstr("workstream b of run r1 is blocked since 19")))
      << told;
  for (const char* const cause :
       {"fail because of 16: \"gate g1 failed\"", "fail because of 17: \"its critical task t1 failed\"",
        "dependency_failed because of 18: \"a failed\""}) {
    EXPECT_THAT(told, HasSubstr(cause));
  }
}

// It stopped at "because of 17" and never came to the gate.
TEST_F(ChainTest, OfTheRunNamesTheGateByItsPosition) {
  EXPECT_THAT(Told(Ask(world_, {"run", "", "r1"})),
              HasSubstr("r1 is held up by workstream a, which is failed since 18 for good: fail because of 17: \"its "
                        "critical task t1 failed\"; task t1 went to failed at 17 (fail because of 16: \"gate g1 "
                        "failed\"); test_gate g1 went to failed at 16 (fail"));
}

TEST_F(ChainTest, LeavesTheRunOnlyToFail) {
  EXPECT_THAT(world_.WhyRefused(Cmd("transition_run", "run_id=r1 to=completed")),
              HasSubstr("0 of 2 workstreams are done"));
  world_.Given({Cmd("transition_workstream", "run_id=r1 ws_id=b to=abandoned")});
  world_.Given({Cmd("create_workstream", "run_id=r1 ws_id=c is_critical=true"),
                Cmd("transition_workstream", "run_id=r1 ws_id=c to=failed")});
  EXPECT_THAT(world_.WhyRefused(Cmd("transition_run", "run_id=r1 to=partial")),
              HasSubstr("critical workstream(s) failed, so the run may only fail"));
  const std::string told = Told(Ask(world_, {"run", "", "r1"}));
  EXPECT_THAT(told, AllOf(HasSubstr("may: annals run transition r1 failed"),
                          HasSubstr("may not: annals run transition r1 completed"),
                          HasSubstr("may not: annals run transition r1 partial")))
      << told;
  EXPECT_EQ(world_.Faults(), "");
}

TEST_F(ChainTest, IsToldOfTaskGateAndWorker) {
  EXPECT_THAT(Told(Ask(world_, {"task", "r1", "t1"})),
              AllOf(HasSubstr("task t1 of run r1 is failed since 17"), HasSubstr("gate g1 failed")));
  EXPECT_THAT(Told(Ask(world_, {"test_gate", "r1", "g1"})), HasSubstr("test_gate g1 of run r1 is failed since 16"));
  EXPECT_THAT(Told(Ask(world_, {"worker", "", "w1"})),
              AllOf(HasSubstr("worker w1 is idle since"), HasSubstr("task t1: queued → running")));
}

TEST(WhyMachines, NamesWhatATaskWaitsFor) {
  World world;
  world.Given({Cmd("create_test_gate", "run_id=r1 gate_id=g1"), Cmd("create_task", "run_id=r1 ws_id=a task_id=t1"),
               Cmd("create_task", R"(run_id=r1 ws_id=a task_id=t2 depends_on=["t1"] gate_dependencies=["g1"])")});
  EXPECT_THAT(Told(Ask(world, {"task", "r1", "t2"})),
              AllOf(HasSubstr("t2 is held up by task t1, which is pending since 8"),
                    HasSubstr("t2 is held up by test_gate g1, which is pending since 7")));
}

TEST(WhyMachines, GivesTheCommandThatApproves) {
  World world;
  world.Given({Cmd("create_request", "request_id=q1 request=x"), Cmd("transition_request", "request_id=q1 to=planning"),
               Cmd("transition_request", "request_id=q1 to=plan_awaiting_approval plan=p")});
  EXPECT_THAT(Told(Ask(world, {"request", "", "q1"})),
              HasSubstr("may: annals request transition q1 plan_approved --digest HEX"));
}

// The override that is tried brought its reason beside the plan, and the question was answered with an error.
TEST(WhyMachines, TellsOfARequestWherePlanOrImplementationComesNext) {
  World world;
  world.Given(
      {Cmd("create_request", "request_id=q1 request=x"), Cmd("transition_request", "request_id=q1 to=planning")});
  EXPECT_THAT(Told(Ask(world, {"request", "", "q1"})), HasSubstr("may: annals request plan q1 TEXT"));
  world.Given({Cmd("transition_request", "request_id=q1 to=plan_awaiting_approval plan=p")});
  world.Given({Cmd("transition_request",
                   "request_id=q1 to=plan_approved digest=" + world.Cell("requests", {"q1"}, "plan_digest")),
               Cmd("transition_request", "request_id=q1 to=implementing")});
  const why::Explanation explained = Ask(world, {"request", "", "q1"});
  EXPECT_THAT(Told(explained), HasSubstr("may: annals request submit q1 TEXT"));
  EXPECT_TRUE(explained.override->is_possible);
}

// It took the report that led there for a move: "went to  at 13".
TEST(WhyMachines, TellsWhatWasReportedOfABreaker) {
  World world;
  const std::string failure = Cmd("report_tool_result", "tool=cc outcome=failure");
  world.Given({Cmd("create_circuit_breaker", "tool=cc failure_threshold=1 cooldown_seconds=1"), failure});
  world.PassSeconds(2);
  world.Given({failure});
  const std::string told = Told(Ask(world, {"circuit_breaker", "", "cc"}));
  EXPECT_THAT(told, AllOf(HasSubstr("circuit_breaker cc is open since 12: circuit_breaker cc: failure recorded"),
                          HasSubstr("11 circuit_breaker cc: failure recorded"), Not(HasSubstr("went to  at"))))
      << told;
}

TEST(WhyMachines, OffersToAssignAQueuedTask) {
  World world;
  world.Given(
      {Cmd("create_task", "run_id=r1 ws_id=a task_id=t1"), Cmd("transition_task", "run_id=r1 task_id=t1 to=queued")});
  EXPECT_THAT(Told(Ask(world, {"task", "r1", "t1"})), HasSubstr("may: annals task assign t1 --run r1 --worker WORKER"));
}

// That its worker may say so still made it fail was taken for a way that is open.
TEST(WhyMachines, NamesTheGateThatATaskIsJudgedByWhereItCannotPass) {
  World world;
  world.Given({Cmd("create_test_gate", "run_id=r1 gate_id=g1"),
               Cmd("create_test_gate", R"(run_id=r1 gate_id=g2 depends_on=["g1"])"),
               Cmd("create_task", R"(run_id=r1 ws_id=a task_id=t1 validation_gates=["g2"])"),
               Cmd("transition_task", "run_id=r1 task_id=t1 to=queued"),
               Cmd("transition_task", "run_id=r1 task_id=t1 to=running worker_id=w1"),
               Cmd("transition_task", "run_id=r1 task_id=t1 to=validating"),
               Cmd("transition_test_gate", "run_id=r1 gate_id=g1 to=running"),
               Cmd("transition_test_gate", "run_id=r1 gate_id=g1 to=failed")});
  EXPECT_THAT(Told(Ask(world, {"task", "r1", "t1"})),
              AllOf(HasSubstr("t1 is held up by test_gate g2, which is blocked since"),
                    HasSubstr("g2 is held up by test_gate g1, which is failed since")));
}

TEST(WhyMachines, OffersWhatTheMachineOfAUserAllows) {
  World world;
  world.Given(
      {R"({"command":"define_machine","machine":{"name":"deploy","initial":"new","terminals":["done"],"states":[{"name":"new"},{"name":"done"}],"edges":[{"from":"new","to":"done","trigger":"finish","guards":["reason_required"]}]}})",
       Cmd("create_entity", "machine=deploy entity_id=d1")});
  const why::Explanation explained = Ask(world, {"entity", "", "deploy/d1"});
  EXPECT_THAT(Told(explained), HasSubstr("may: annals entity transition d1 done --machine deploy --reason TEXT"));
  EXPECT_TRUE(explained.override->is_possible);
}

TEST(WhyMachines, KnowsEntitiesOfUsersMachines) {
  World world;
  world.Given(
      {R"({"command":"define_machine","machine":{"name":"deploy","initial":"new","terminals":["done"],"states":[{"name":"new"},{"name":"done"}],"edges":[{"from":"new","to":"done","trigger":"finish"}]}})",
       Cmd("create_entity", "machine=deploy entity_id=d1"),
       Cmd("transition_entity", "machine=deploy entity_id=d1 to=done reason=out")});
  EXPECT_THAT(Told(Ask(world, {"entity", "", "deploy/d1"})), HasSubstr("deploy d1 is done since"));
  const auto snapshot = Must(world.storage().Read());
  EXPECT_EQ(why::Explain(*snapshot, {"entity", "", "deploy/d9"}, {}).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(why::Explain(*snapshot, {"entity", "", "d1"}, {}).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace annals::machines
