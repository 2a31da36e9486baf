// SPEC §10 for the machines beyond run and workstream: what happened lawfully, then an event that no engine wrote, and
// what verify says of it.
#include <ostream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/commands/machines_fixture.h"
#include "tests/support/by_hand.h"

namespace annals::machines {
namespace {

using support::Entity;
using support::HandEvent;
using support::Kept;
using testing::HasSubstr;

const Entity kTask{"task", "t1", "a"}, kSecond{"task", "t2", "a"}, kGate{"test_gate", "g1"}, kPatch{"patch", "p1", "a"},
    kWorker{"worker", "w1"}, kBreaker{"circuit_breaker", "cc"}, kRequest{"request", "q1"}, kDeploy{"deploy", "d1"};

const std::string kMakeTask = Cmd("create_task", "run_id=r1 ws_id=a task_id=t1 max_retries=1");
const std::string kMakeGate = Cmd("create_test_gate", "run_id=r1 gate_id=g1");
const std::string kMakeRequest = Cmd("create_request", "request_id=q1 request=x");
const std::string kMakeBreaker = Cmd("create_circuit_breaker", "tool=cc failure_threshold=2");
const std::string kMakePatch =
    R"({"command":"create_patch","run_id":"r1","ws_id":"a","patch_id":"p1","diff":"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"})";
const std::string kStagePatch =
    Cmd("transition_patch", "run_id=r1 patch_id=p1 to=staged scope_passed=true constraints_passed=true");
const std::string kMakeDeploy =
    R"({"command":"define_machine","machine":{"name":"deploy","initial":"new","terminals":["gone"],"states":[{"name":"new"},{"name":"gone"}],"edges":[{"from":"new","to":"gone","trigger":"end","guards":["operator_required"]}]}})";

std::string Task(std::string_view to, std::string_view more = "") {
  return Cmd("transition_task", fmt::format("run_id=r1 task_id=t1 to={}{}", to, more));
}
std::string Patch(std::string_view to) {
  return Cmd("transition_patch", fmt::format("run_id=r1 patch_id=p1 to={} reason=so", to));
}
std::string Request(std::string_view to, std::string_view more = "") {
  return Cmd("transition_request", fmt::format("request_id=q1 to={}{}", to, more));
}
const std::string kTaken = Task("running", " worker_id=w1");
const std::string kOpened = Cmd("transition_circuit_breaker", "tool=cc to=open trigger=trip operator=o reason=x");
const std::vector<std::string> kRunning = {kMakeTask, Task("queued"), kTaken};
const std::vector<std::string> kPlanned = {kMakeRequest, Request("planning"),
                                           Request("plan_awaiting_approval", " plan=p")};
constexpr const char* kPlan = R"("request":{"document":"plan"},"reason":"another")";

struct UnlawfulCase {
  const char* name;
  std::vector<std::string> given;
  HandEvent event;
  const char* objection;  // "": it is lawful
};
void PrintTo(const UnlawfulCase& test, std::ostream* out) {
  *out << test.name;
}

const std::vector<UnlawfulCase>& Cases() {
  static const std::vector<UnlawfulCase> cases = {
      {"ATaskIsTaken",
       {kMakeTask, Task("queued")},
       kTask.Moved("queued", "running", "assign", R"("task":{"worker_id":"w1","epoch":1})"),
       ""},
      {"ATaskIsTakenByNobody",
       {kMakeTask, Task("queued")},
       kTask.Moved("queued", "running", "assign", R"("task":{"epoch":1})"),
       "no worker is named who takes it"},
      {"ATaskIsTakenUnderAnOldEpoch",
       {kMakeTask, Task("queued"), kTaken, Task("queued", R"( override={"operator":"o","reason":"x"})")},
       kTask.Moved("queued", "running", "assign", R"("task":{"worker_id":"w1","epoch":1})"),
       "its claim has the epoch 1, the next one is 2"},
      {"ATaskIsMovedUnderAnEpochThatIsNot", kRunning,
       kTask.Moved("running", "validating", "submit", R"("task":{"worker_id":"w1","epoch":9})"),
       "the claim of epoch 9 does not count"},
      {"ATaskIsMovedByAWorkerThatDoesNotHoldIt", kRunning,
       kTask.Moved("running", "validating", "submit", R"("task":{"worker_id":"w2","epoch":1})"),
       "worker w2 has no claim: worker w1 holds it, under epoch 1"},
      {"ATaskIsToBeTriedAgainTooSoon", kRunning,
       kTask.Moved("running", "retrying", "retry",
                   R"("task":{"worker_id":"w1","epoch":1,"retry_at":"2026-01-01T00:00:00Z"},"severity":"warning")"),
       "it is to be tried again at 2026-01-01T00:00:00"},
      {"ATaskIsTriedAgainBeforeItsTime",
       {kMakeTask, Task("queued"), kTaken, Task("retrying")},
       kTask.Moved("retrying", "queued", "requeue", R"("task":{"epoch":1})"),
       "its time has not come"},
      {"ATaskIsTriedAgainTooOften",
       {Cmd("create_task", "run_id=r1 ws_id=a task_id=t1 max_retries=0"), Task("queued"), kTaken},
       kTask.Moved("running", "retrying", "retry", R"("task":{"worker_id":"w1","epoch":1})"),
       "it was retried 0 times of at most 0"},
      {"ATaskBeginsBeforeWhatItNeeds",
       {kMakeTask, Cmd("create_task", R"(run_id=r1 ws_id=a task_id=t2 depends_on=["t1"])")},
       kSecond.Moved("pending", "queued", "dependencies_met"),
       "it depends on tasks that are not completed: t1 is pending"},
      {"ATaskIsCompletedBeforeItsGate",
       {kMakeGate, Cmd("create_task", R"(run_id=r1 ws_id=a task_id=t1 validation_gates=["g1"])"), Task("queued"),
        kTaken, Task("validating")},
       kTask.Moved("validating", "completed", "complete", R"("task":{"epoch":1})"),
       "gates that judge it did not pass: g1 is pending"},
      {"ATaskIsMadeTwice", {kMakeTask}, kTask.Created("pending", R"("task":{})"), "task t1 already exists"},
      {"ATaskBeginsInTheMiddle", {}, kTask.Created("running", R"("task":{})"), "begins in \"running\""},
      {"ATaskIsMadeInAWorkstreamThatHasEnded",
       {Cmd("transition_workstream", "run_id=r1 ws_id=a to=failed")},
       kTask.Created("pending", R"("task":{})"),
       "nothing begins in it"},
      {"ATaskNeedsAGhost",
       {},
       kTask.Created("pending", R"("task":{"depends_on":["ghost"]})"),
       "depends_on: run r1 has no task ghost"},
      {"ATaskOfAnotherWorkstream",
       {kMakeTask},
       Entity{"task", "t1", "b"}.Moved("pending", "queued", "dependencies_met"),
       "it names workstream \"b\", not its own"},
      {"ATaskChangesBeyondItsState", {kMakeTask}, kTask.Amended(""), "nothing of a task changes"},

      {"AWorkerThatHoldsATaskIsIdle", kRunning, kWorker.Moved("busy", "idle", "release"), "it holds 1 task(s)"},
      {"AWorkerGivesUpWhatItDoesNotHold",
       {},
       kWorker.Amended(R"("worker":{"claim":"released","run_id":"r1","task_id":"t1","epoch":1})"),
       "it gives up a task and holds none"},
      {"AWorkerThatIsGoneComesBack",
       {Cmd("transition_worker", "worker_id=w1 to=shutdown")},
       kWorker.Moved("shutdown", "idle", "recover"),
       "shutdown is final"},
      {"AWorkerBeginsIdle", {}, Entity{"worker", "w9"}.Created("idle", R"("worker":{})"), "begins in \"idle\""},

      {"AGateStartsBeforeAnother",
       {kMakeGate, Cmd("create_test_gate", R"(run_id=r1 gate_id=g2 depends_on=["g1"])")},
       Entity{"test_gate", "g2"}.Moved("pending", "running", "start"),
       "it depends on gates that did not pass: g1 is pending"},
      {"AGatePassesWithoutBeingRun", {kMakeGate}, kGate.Moved("pending", "passed", "pass"), "no edge leads from"},

      {"APatchOutOfScopeIsStaged",
       {kMakePatch, Patch("validating")},
       kPatch.Moved("validating", "staged", "stage", R"("patch":{"scope_passed":false,"constraints_passed":true})"),
       "it changes what it may not change"},
      {"APatchIsVerifiedWithoutTests",
       {kMakePatch, Patch("validating"), kStagePatch, Patch("applied")},
       kPatch.Moved("applied", "verified", "verify", R"("patch":{})"),
       "the tests did not pass with it"},
      {"APatchIsTakenOutWithoutAReason",
       {kMakePatch, Patch("validating"), kStagePatch, Patch("applied")},
       kPatch.Moved("applied", "rolled_back", "roll_back"),
       "no reason is given"},

      {"ABreakerOpensTooSoon",
       {kMakeBreaker, Cmd("report_tool_result", "tool=cc outcome=failure")},
       kBreaker.Moved("closed", "open", "failures_reached"),
       "it failed 1 times in a row, 2 are needed"},
      {"ABreakerIsTrippedByNobody",
       {kMakeBreaker},
       kBreaker.Moved("closed", "open", "trip", R"("reason":"x")"),
       "nobody is named who answers for it"},
      {"ABreakerIsTriedAgainTooSoon",
       {kMakeBreaker, kOpened},
       kBreaker.Moved("open", "half_open", "cooldown_elapsed"),
       "seconds of its cooldown are left"},
      {"AToolIsUsedWhileItsBreakerIsOpen",
       {kMakeBreaker, kOpened},
       kBreaker.Amended(R"("circuit_breaker":{"outcome":"success"})"),
       "its tool is not used while it is open"},
      {"ABreakerInTheStreamOfAnother",
       {kMakeBreaker},
       {.stream = "breaker/ld",
        .event_type = "circuit_breaker_amended",
        .payload = R"({"machine":"circuit_breaker","entity":"cc","circuit_breaker":{"outcome":"success"}})"},
       "no such event belongs into stream"},

      {"APlanIsApprovedByAnotherDigest", kPlanned,
       kRequest.Moved("plan_awaiting_approval", "plan_approved", "approve",
                      fmt::format(R"("request":{{"digest":"{}"}})", std::string(64, 'a'))),
       "what waits for approval is not what that digest is of"},
      {"APlanIsApprovedByNoDigest", kPlanned, kRequest.Moved("plan_awaiting_approval", "plan_approved", "approve"),
       "no digest says what is approved"},
      {"APlanIsRejectedWithoutAReason", kPlanned, kRequest.Moved("plan_awaiting_approval", "plan_rejected", "reject"),
       "no reason is given"},
      {"APlanIsChangedWhileItWaits", kPlanned, Kept(kRequest.Amended(kPlan)), ""},
      {"APlanIsChangedAfterwards",
       {kMakeRequest, Request("planning"), Request("plan_awaiting_approval", " plan=p"),
        Request("plan_rejected", " reason=no")},
       Kept(kRequest.Amended(kPlan)),
       "a text that may come or change only in plan_awaiting_approval, not in plan_rejected"},
      {"APlanIsChangedByTheWay", kPlanned,
       Kept(kRequest.Moved("plan_awaiting_approval", "cancelled", "cancel",
                           fmt::format(R"("severity":"warning",{})", kPlan))),
       "may come or change only in plan_awaiting_approval, not in cancelled"},
      {"WhatWasAskedForIsChanged",
       {kMakeRequest},
       Kept(kRequest.Amended(R"("request":{"document":"request"},"reason":"another")")),
       "what was asked for does not change"},
      {"APlanIsShownThatIsNotThere",
       {kMakeRequest, Request("planning")},
       kRequest.Moved("planning", "plan_awaiting_approval", "submit_plan"),
       "there is no plan to be approved"},
      {"ACheckpointOfWhatHasEnded",
       {kMakeRequest, Request("cancelled")},
       kRequest.Checkpoint("c", "{}"),
       "request q1 is cancelled, which is final"},

      {"AnEntityOfAMachineThatIsNotThere", {}, kDeploy.Created("new"), "deploy"},
      {"AnEntityIsMovedByNobody",
       {kMakeDeploy, Cmd("create_entity", "machine=deploy entity_id=d1")},
       kDeploy.Moved("new", "gone", "end"),
       "nobody is named who answers for it"},
      {"AnEntityChangesBeyondItsState",
       {kMakeDeploy, Cmd("create_entity", "machine=deploy entity_id=d1")},
       kDeploy.Amended(""),
       "nothing of a deploy is changed but its state"},
      {"AMachineOfAnotherVersionThanItSays",
       {},
       support::MachineDefined(
           "lamp", "0000000000000000",
           R"({"name":"lamp","initial":"on","terminals":["on"],"states":[{"name":"on"}],"edges":[]})"),
       "it says it is version"},
  };
  return cases;
}

class UnlawfulMachineTest : public testing::TestWithParam<UnlawfulCase> {};
INSTANTIATE_TEST_SUITE_P(Machines, UnlawfulMachineTest, testing::ValuesIn(Cases()),
                         [](const auto& row) { return std::string(row.param.name); });

TEST_P(UnlawfulMachineTest, IsNamedByVerify) {
  World world;
  for (const std::string& command : GetParam().given) world.session().Execute(command);
  ASSERT_EQ(world.Faults(), "");
  support::ByHand(world.storage()).Write(GetParam().event);
  if (*GetParam().objection == '\0') {
    EXPECT_EQ(world.Faults(), "");
  } else {
    EXPECT_THAT(world.Faults(), HasSubstr(GetParam().objection));
  }
}

}  // namespace
}  // namespace annals::machines
