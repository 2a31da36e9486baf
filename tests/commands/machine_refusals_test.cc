// What the machines refuse, in the words they say it in, and what makes no sense to them at all.
#include <ostream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schemas/status.h"
#include "tests/commands/machines_fixture.h"

namespace annals::machines {
namespace {

using testing::HasSubstr;

const std::string kTask = Cmd("create_task", "run_id=r1 ws_id=a task_id=t1 max_retries=1");
const std::string kGate = Cmd("create_test_gate", "run_id=r1 gate_id=g1");
std::string Task(std::string_view to, std::string_view more = "") {
  return Cmd("transition_task",
             std::string("run_id=r1 task_id=t1 to=").append(to).append(more.empty() ? "" : " ").append(more));
}
std::string Request(std::string_view to, std::string_view more = "") {
  return Cmd("transition_request",
             std::string("request_id=q1 to=").append(to).append(more.empty() ? "" : " ").append(more));
}
std::string Workstream(std::string_view to) {
  return Cmd("transition_workstream", std::string("run_id=r1 ws_id=a to=").append(to));
}
const std::string kTaken = Task("running", "worker_id=w1");
const std::string kRequest = Cmd("create_request", "request_id=q1 request=x run_id=r1");
const std::string kPatch =
    R"({"command":"create_patch","run_id":"r1","ws_id":"a","patch_id":"p1","tool":"cc","diff":"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"})";
const std::string kTripped = Cmd("transition_circuit_breaker", "tool=cc to=open trigger=trip operator=olga reason=bad");
const std::string kDeploy =
    R"({"command":"define_machine","machine":{"name":"deploy","initial":"new","terminals":["done"],"states":[{"name":"new"},{"name":"done"}],"edges":[{"from":"new","to":"done","trigger":"finish","guards":["operator_required"]}]}})";

struct RefusalCase {
  const char* name;
  std::vector<std::string> given;
  std::string when;
  const char* why;
};
void PrintTo(const RefusalCase& test, std::ostream* out) {
  *out << test.name;
}

const std::vector<RefusalCase>& Refusals() {
  static const std::vector<RefusalCase> cases = {
      {"ATaskTwice", {kTask}, kTask, "task t1 already exists in run r1"},
      {"ATaskOfAnEndedRun", {Cmd("transition_run", "run_id=r1 to=failed")}, kTask, "in a run that has ended"},
      {"ATaskOfAnEndedWorkstream", {Workstream("failed")}, kTask, "workstream a is failed, which is final"},
      {"ATaskQueuedInAnEndedWorkstream", {kTask, Workstream("failed")}, Task("queued"), "workstream a is failed, and"},
      {"ATaskTakenInAnEndedWorkstream",
       {kTask, Task("queued"), Workstream("abandoned")},
       kTaken,
       "workstream a is abandoned, and nothing begins in it"},
      {"AGateRunInAnEndedWorkstream",
       {Cmd("create_test_gate", "run_id=r1 ws_id=a gate_id=g1"), Workstream("failed")},
       Cmd("transition_test_gate", "run_id=r1 gate_id=g1 to=running"),
       "workstream a is failed, and nothing begins in it"},
      {"ATaskThatWaitsForAnother",
       {kTask, Cmd("create_task", R"(run_id=r1 ws_id=a task_id=t2 depends_on=["t1"])")},
       Cmd("transition_task", "run_id=r1 task_id=t2 to=queued"),
       "it depends on tasks that are not completed: t1 is pending"},
      {"ATaskThatWaitsForAGate",
       {kGate, Cmd("create_task", R"(run_id=r1 ws_id=a task_id=t1 gate_dependencies=["g1"])")},
       Task("queued"),
       "it depends on gates that did not pass: g1 is pending"},
      {"ATaskWithoutAWorker", {kTask, Task("queued")}, Task("running"), "no worker is named who takes it"},
      {"ATaskInAPausedRun",
       {kTask, Task("queued"), Cmd("transition_run", "run_id=r1 to=paused")},
       kTaken,
       "run r1 is paused"},
      {"AWorkerWithAsManyTasksAsItMayHold",
       {kTask, Task("queued"), kTaken, Cmd("create_task", "run_id=r1 ws_id=a task_id=t2"),
        Cmd("transition_task", "run_id=r1 task_id=t2 to=queued")},
       Cmd("transition_task", "run_id=r1 task_id=t2 to=running worker_id=w1"),
       "worker w1 holds 1 task(s), as many as it may"},
      {"AnOverrideToAWorkerWithAsManyTasksAsItMayHold",
       {kTask, Task("queued"), kTaken, Cmd("create_task", "run_id=r1 ws_id=a task_id=t2")},
       Cmd("transition_task", R"(run_id=r1 task_id=t2 to=running worker_id=w1 override={"operator":"o","reason":"x"})"),
       "worker w1 holds 1 task(s), as many as it may"},
      {"AnOverrideToAWorkerThatIsGone",
       {kTask, Cmd("transition_worker", "worker_id=w1 to=shutdown")},
       Task("running", R"(worker_id=w1 override={"operator":"o","reason":"x"})"),
       "worker w1 is shutdown and takes no task"},
      {"AWorkerThatIsGone",
       {kTask, Task("queued"), Cmd("transition_worker", "worker_id=w1 to=shutdown")},
       kTaken,
       "worker w1 is shutdown and takes no task"},
      {"ALateWriteOfAnOldEpoch",
       {kTask, Task("queued"), kTaken, Task("retrying", "epoch=1"),
        R"({"command":"transition_task","run_id":"r1","task_id":"t1","to":"queued","override":{"operator":"o","reason":"x"}})",
        kTaken},
       Task("validating", "epoch=1 worker_id=w1"),
       "the claim of epoch 1 does not count: worker w1 holds it, under epoch 2"},
      {"AnEpochThatNeverWas", {kTask, Task("queued"), kTaken}, Task("failed", "epoch=18446744073"), "does not count"},
      {"AWorkerThatDoesNotHoldIt",
       {kTask, Task("queued"), kTaken, Cmd("create_worker", "worker_id=w2 status=idle")},
       Task("validating", "worker_id=w2"),
       "worker w2 has no claim: worker w1 holds it, under epoch 1"},
      {"ARetryTooMany",
       {kTask, Task("queued"), kTaken, Task("retrying"),
        R"({"command":"transition_task","run_id":"r1","task_id":"t1","to":"queued","override":{"operator":"o","reason":"x"}})",
        kTaken},
       Task("retrying"),
       "it was retried 1 times of at most 1"},
      {"ARetryBeforeItsTime",
       {kTask, Task("queued"), kTaken, Task("retrying")},
       Task("queued"),
       "its time has not come: 2 seconds are left"},
      {"ARetryBeforeItsTimeOfWhatNeverRan",
       {kTask,
        R"({"command":"transition_task","run_id":"r1","task_id":"t1","to":"retrying","override":{"operator":"o","reason":"x"}})"},
       Task("queued"),
       "its time has not come: 2 seconds are left"},
      {"ATaskWhoseGatesDidNotPass",
       {kGate, Cmd("create_task", R"(run_id=r1 ws_id=a task_id=t1 validation_gates=["g1"])"), Task("queued"), kTaken,
        Task("validating")},
       Task("completed"),
       "gates that judge it did not pass: g1 is pending"},
      {"ABusyWorkerThatHoldsNoTask", {}, Cmd("transition_worker", "worker_id=w1 to=busy"), "it holds no task"},
      {"AWorkerThatIsHeardOf",
       {Cmd("heartbeat_worker", "worker_id=w1")},
       Cmd("transition_worker", "worker_id=w1 to=unresponsive"),
       "the guard lease_ran_out does not hold: two heartbeats of it are missing only at"},
      {"AWorkerThatHadNoTimeToBeHeardOf",
       {},
       Cmd("transition_worker", "worker_id=w1 to=unresponsive"),
       "the guard lease_ran_out does not hold"},
      {"AnIdleWorkerThatHoldsATask",
       {kTask, Task("queued"), kTaken},
       Cmd("transition_worker", "worker_id=w1 to=idle"),
       "it holds 1 task(s)"},
      {"AHeartbeatOfAWorkerThatIsGone",
       {Cmd("transition_worker", "worker_id=w1 to=shutdown")},
       Cmd("heartbeat_worker", "worker_id=w1"),
       "nobody hears of it any more"},
      {"APatchWithoutAReason",
       {kPatch, Cmd("transition_patch", "run_id=r1 patch_id=p1 to=validating")},
       Cmd("transition_patch", "run_id=r1 patch_id=p1 to=quarantined"),
       "no reason is given"},
      {"APatchOutOfItsScope",
       {kPatch, Cmd("transition_patch", "run_id=r1 patch_id=p1 to=validating")},
       Cmd("transition_patch", "run_id=r1 patch_id=p1 to=staged scope_passed=false"),
       "it changes what it may not change"},
      {"APatchWhoseToolIsLeftAlone",
       {kPatch, Cmd("transition_patch", "run_id=r1 patch_id=p1 to=validating"),
        Cmd("transition_patch", "run_id=r1 patch_id=p1 to=staged scope_passed=true constraints_passed=true"),
        Cmd("create_circuit_breaker", "tool=cc"), kTripped},
       Cmd("transition_patch", "run_id=r1 patch_id=p1 to=applied"),
       "the circuit breaker of cc is open, for 60 seconds more"},
      {"AQuarantinedPatchHoldsUpItsWorkstream",
       {kPatch, Cmd("transition_patch", "run_id=r1 patch_id=p1 to=validating"),
        Cmd("transition_patch", "run_id=r1 patch_id=p1 to=quarantined reason=bad"), Workstream("ready"),
        Workstream("editing"), Workstream("static_check")},
       Workstream("runtime_check"),
       "its patch p1 is quarantined"},
      {"AToolThatIsLeftAlone",
       {Cmd("create_circuit_breaker", "tool=cc"), kTripped},
       Cmd("report_tool_result", "tool=cc outcome=success"),
       "is open, for 60 seconds more"},
      {"ABreakerByHandOfNobody",
       {Cmd("create_circuit_breaker", "tool=cc")},
       Cmd("transition_circuit_breaker", "tool=cc to=open trigger=trip reason=bad"),
       "nobody is named who answers for it"},
      {"APlanThatIsNotThere",
       {kRequest, Request("planning")},
       Request("plan_awaiting_approval"),
       "there is no plan to be approved"},
      {"AnApprovalOfNothing",
       {kRequest, Request("planning"), Request("plan_awaiting_approval", "plan=p")},
       Request("plan_approved"),
       "no digest says what is approved"},
      {"AnApprovalOfSomethingElse",
       {kRequest, Request("planning"), Request("plan_awaiting_approval", "plan=p")},
       Request("plan_approved", "digest=0000000000000000000000000000000000000000000000000000000000000abc"),
       "look at it again"},
      {"AnApprovedPlanIsNotChanged",
       {kRequest},
       Cmd("amend_request", "request_id=q1 plan=other"),
       "a plan is changed only while it waits for approval"},
      {"PatchesOfNoImplementation",
       {kRequest, kPatch},
       Cmd("amend_request", R"(request_id=q1 run_id=r1 patches=["p1"])"),
       "scope and patches are changed only while a plan or an implementation waits for approval"},
      {"ACheckpointOfWhatHasEnded",
       {Workstream("failed")},
       Cmd("save_checkpoint", R"(run_id=r1 ws_id=a name=c data={"x":1})"),
       "its work does not resume"},
      {"AnEntityTwice",
       {kDeploy, Cmd("create_entity", "machine=deploy entity_id=d1")},
       Cmd("create_entity", "machine=deploy entity_id=d1"),
       "deploy d1 already exists"},
      {"AnEntityMovedByNobody",
       {kDeploy, Cmd("create_entity", "machine=deploy entity_id=d1")},
       Cmd("transition_entity", "machine=deploy entity_id=d1 to=done"),
       "nobody is named who answers for it"},
  };
  return cases;
}

class MachineRefusalTest : public testing::TestWithParam<RefusalCase> {};
INSTANTIATE_TEST_SUITE_P(Machines, MachineRefusalTest, testing::ValuesIn(Refusals()),
                         [](const auto& row) { return std::string(row.param.name); });

TEST_P(MachineRefusalTest, SaysWhy) {
  World world;
  world.Given(GetParam().given);
  EXPECT_THAT(world.WhyRefused(GetParam().when), HasSubstr(GetParam().why));
  EXPECT_EQ(world.Faults(), "");
}

struct FaultCase {
  const char* name;
  std::vector<std::string> given;
  std::string when;
  absl::StatusCode code;
  const char* message;
};
void PrintTo(const FaultCase& test, std::ostream* out) {
  *out << test.name;
}

const std::vector<FaultCase>& FaultCases() {
  constexpr auto kBad = absl::StatusCode::kInvalidArgument;
  constexpr auto kGone = absl::StatusCode::kNotFound;
  static const std::vector<FaultCase> cases = {
      {"ATaskOfAnotherWorkstream", {kTask}, Task("queued", "ws_id=b"), kGone, "it is in workstream a"},
      {"ATaskThatIsNotThere", {}, Task("queued"), kGone, "run r1 has no task t1; annals task list --run r1"},
      {"ATaskThatNeedsItself",
       {},
       Cmd("create_task", R"(run_id=r1 ws_id=a task_id=t1 depends_on=["t1"])"),
       kBad,
       "cannot depend on itself"},
      {"ATaskThatNeedsAGateThatIsNotThere",
       {},
       Cmd("create_task", R"(run_id=r1 ws_id=a task_id=t1 validation_gates=["g9"])"),
       kGone,
       "task t1: validation_gates: run r1 has no test_gate g9; annals gate list --run r1"},
      {"ATaskWithTooManyRetries",
       {},
       Cmd("create_task", "run_id=r1 ws_id=a task_id=t1 max_retries=31"),
       kBad,
       "max_retries is 31; it goes from 0 to 30"},
      {"AStateOfAnotherMachine", {kTask}, Task("editing"), kBad, "is no state of the task machine"},
      {"AWorkerThatIsNotThere",
       {kTask, Task("queued")},
       Task("running", "worker_id=w9"),
       kGone,
       "there is no worker w9"},
      {"AGateThatPassesWithAnExitCode",
       {kGate, Cmd("transition_test_gate", "run_id=r1 gate_id=g1 to=running")},
       Cmd("transition_test_gate", "run_id=r1 gate_id=g1 to=passed exit_code=1"),
       kBad,
       "gate g1 passes, but its exit code is 1"},
      {"AHeartbeatWithAKey",
       {},
       Cmd("heartbeat_worker", "worker_id=w1 command_id=h1"),
       kBad,
       "a heartbeat is no event"},
      {"TwoTextsOfARequest",
       {kRequest, Request("planning")},
       Request("plan_awaiting_approval", "plan=p reason=r"),
       kBad,
       "more than one text is given"},
      {"APlanOutOfPlace", {kRequest}, Request("planning", "plan=p"), kBad, "where it can only go with the one to"},
      {"AScopeOfNoPlan",
       {kRequest},
       Request("planning", R"(scope={"files":["x"]})"),
       kBad,
       "scope and patches go with a plan or an implementation only"},
      {"PatchesThatAreNotThere",
       {kRequest, Request("planning")},
       Request("plan_awaiting_approval", R"(plan=p patches=["p9"])"),
       kGone,
       "has no patch p9"},
      {"ACheckpointOfNothing", {}, Cmd("save_checkpoint", "name=c"), kBad, "give request_id, or run_id and ws_id"},
      {"ACheckpointOfTwo",
       {kRequest},
       Cmd("save_checkpoint", "name=c request_id=q1 run_id=r1 ws_id=a"),
       kBad,
       "give request_id, or run_id and ws_id"},
      {"AMachineOfOurOwnName",
       {},
       R"({"command":"define_machine","machine":{"name":"run","initial":"a","terminals":[],"states":[{"name":"a"}],"edges":[]}})",
       kBad,
       "a built-in machine has the name"},
      {"AGuardThatLooksAtAWorkstream",
       {},
       R"({"command":"define_machine","machine":{"name":"m","initial":"a","terminals":["b"],"states":[{"name":"a"},{"name":"b"}],"edges":[{"from":"a","to":"b","trigger":"t","guards":["dependencies_done"]}]}})",
       kBad,
       "looks at what only the workstream machine's entities have"},
      {"AnEntityOfNoMachine", {}, Cmd("create_entity", "machine=deploy entity_id=d1"), kBad, "there is no machine"},
      {"AnEntityOfABuiltInMachine", {}, Cmd("create_entity", "machine=task entity_id=d1"), kBad, "it is built in"},
      {"AnEntityOfAnotherMachine",
       {kDeploy, Cmd("create_entity", "machine=deploy entity_id=d1")},
       Cmd("transition_entity", "machine=deploi entity_id=d1 to=done"),
       kBad,
       "there is no machine"},
      {"AnEntityThatIsNotThere",
       {kDeploy},
       Cmd("transition_entity", "machine=deploy entity_id=d9 to=done"),
       kGone,
       "there is no deploy d9"},
  };
  return cases;
}

class MachineFaultTest : public testing::TestWithParam<FaultCase> {};
INSTANTIATE_TEST_SUITE_P(Machines, MachineFaultTest, testing::ValuesIn(FaultCases()),
                         [](const auto& row) { return std::string(row.param.name); });

TEST_P(MachineFaultTest, IsAnErrorAndLeavesNothing) {
  World world;
  world.Given(GetParam().given);
  const absl::Status status = world.Fault(GetParam().when);
  EXPECT_EQ(status.code(), GetParam().code) << status;
  EXPECT_THAT(std::string(MessageOf(status)), HasSubstr(GetParam().message));
  EXPECT_EQ(world.Faults(), "");
}

}  // namespace
}  // namespace annals::machines
