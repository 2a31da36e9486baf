// Each machine by its stories: what a command leads to, by itself and by what follows from it. After each story the
// tables are the fold and verify finds nothing.
#include <ostream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/commands/machines_fixture.h"
#include "tests/support/must.h"

namespace annals::machines {
namespace {

using testing::ElementsAreArray;

const std::string kTask = Cmd("create_task", "run_id=r1 ws_id=a task_id=t1");
const std::string kCriticalTask =
    Cmd("create_task", R"(run_id=r1 ws_id=a task_id=t1 is_critical=true validation_gates=["g1"])");
const std::string kGate = Cmd("create_test_gate", "run_id=r1 gate_id=g1");
const std::string kGateRuns = Cmd("transition_test_gate", "run_id=r1 gate_id=g1 to=running");
const std::string kGateFails = Cmd("transition_test_gate", "run_id=r1 gate_id=g1 to=failed exit_code=1");

std::string Task(std::string_view to, std::string_view more = "") {
  return Cmd("transition_task",
             std::string("run_id=r1 task_id=t1 to=").append(to).append(more.empty() ? "" : " ").append(more));
}
std::string Worker(std::string_view to) {
  return Cmd("transition_worker", std::string("worker_id=w1 to=").append(to));
}
std::string Patch(std::string_view to, std::string_view more = "") {
  return Cmd("transition_patch",
             std::string("run_id=r1 patch_id=p1 to=").append(to).append(more.empty() ? "" : " ").append(more));
}
std::string Breaker(std::string_view outcome) {
  return Cmd("report_tool_result", std::string("tool=cc outcome=").append(outcome));
}
const std::string kPatch =
    R"({"command":"create_patch","run_id":"r1","ws_id":"a","patch_id":"p1","tool":"cc","diff":"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"})";
const std::string kBadPatch =
    R"({"command":"create_patch","run_id":"r1","ws_id":"a","patch_id":"p1","diff":"nonsense"})";

struct Story {
  const char* name;
  std::vector<std::string> given;
  std::string when;
  std::vector<std::string> then;
};
void PrintTo(const Story& story, std::ostream* out) {
  *out << story.name;
}

const std::vector<Story>& Stories() {
  static const std::vector<Story> stories = {
      {"AWorkerThatTakesATaskIsBusy",
       {kTask, Task("queued")},
       Task("running", "worker_id=w1"),
       {"task t1: queued -> running by assign", "worker w1: idle -> busy by assign, because of 1"}},
      {"AWorkerThatGivesUpItsLastTaskIsIdle",
       {kTask, Task("queued"), Task("running", "worker_id=w1")},
       Task("validating", "epoch=1 worker_id=w1"),
       {"task t1: running -> validating by submit", "worker w1: amended, because of 1",
        "worker w1: busy -> idle by release, because of 2"}},
      {"AnOverrideTakesATaskFromWhoeverHoldsIt",
       {kTask, Task("queued"), Task("running", "worker_id=w1"), Cmd("create_worker", "worker_id=w2 status=idle")},
       Task("failed", R"(worker_id=w2 epoch=7 override={"operator":"olga","reason":"stuck"})"),
       {"task t1: running -> failed by fail, override olga: stuck", "worker w1: amended, because of 1",
        "worker w1: busy -> idle by release, because of 2"}},
      {"ADrainingWorkerThatGivesUpItsLastTaskIsGone",
       {kTask, Task("queued"), Task("running", "worker_id=w1"), Worker("draining")},
       Task("failed", "reason=no"),
       {"task t1: running -> failed by fail: no", "worker w1: amended, because of 1",
        "worker w1: draining -> shutdown by drained, because of 2: it holds no task any more"}},
      {"AWorkerThatRecoversWithATaskIsBusy",
       {kTask, Task("queued"), Task("running", "worker_id=w1"),
        Worker(R"(unresponsive override={"operator":"olga","reason":"x"})")},
       Cmd("heartbeat_worker", "worker_id=w1"),
       {"worker w1: unresponsive -> idle by recover: it was heard of again",
        "worker w1: idle -> busy by assign, because of 1: it holds tasks"}},
      {"AHeartbeatIsNoEvent", {}, Cmd("heartbeat_worker", "worker_id=w1"), {}},
      {"ATaskThatFailsBlocksThoseThatNeedIt",
       {kTask, Cmd("create_task", R"(run_id=r1 ws_id=a task_id=t2 depends_on=["t1"])"), Task("queued")},
       Task("cancelled"),
       {"task t1: queued -> cancelled by cancel",
        "task t2: pending -> blocked by dependency_failed, because of 1: task t1 was cancelled"}},
      {"ACriticalTaskThatFailsFailsItsWorkstreamWhichBlocksOthers",
       {kGate, kCriticalTask, Task("queued"), Task("running", "worker_id=w1"), Task("validating"), kGateRuns},
       kGateFails,
       {"test_gate g1: running -> failed by fail",
        "task t1: validating -> failed by fail, because of 1: gate g1 failed",
        "workstream a: pending -> failed by fail, because of 2: its critical task t1 failed",
        "workstream b: pending -> blocked by dependency_failed, because of 3: a failed"}},
      {"ATaskThatIsJudgedByAFailedGateFailsAtOnce",
       {kGate, kCriticalTask, Task("queued"), Task("running", "worker_id=w1"), kGateRuns, kGateFails},
       Task("validating"),
       {"task t1: running -> validating by submit", "worker w1: amended, because of 1",
        "task t1: validating -> failed by fail, because of 1: gate g1 failed",
        "worker w1: busy -> idle by release, because of 2",
        "workstream a: pending -> failed by fail, because of 3: its critical task t1 failed",
        "workstream b: pending -> blocked by dependency_failed, because of 5: a failed"}},
      {"AGateThatFailsBlocksTasksAndGatesThatWait",
       {kGate, Cmd("create_test_gate", R"(run_id=r1 gate_id=g2 depends_on=["g1"])"),
        Cmd("create_task", R"(run_id=r1 ws_id=a task_id=t1 gate_dependencies=["g1"])"), kGateRuns},
       kGateFails,
       {"test_gate g1: running -> failed by fail",
        "task t1: pending -> blocked by dependency_failed, because of 1: gate g1 failed",
        "test_gate g2: pending -> blocked by dependency_failed, because of 1: gate g1 failed"}},
      {"ATaskWhoseGateFailedBeforeItWasMadeIsBlockedAtOnce",
       {kGate, kGateRuns, kGateFails},
       Cmd("create_task", R"(run_id=r1 ws_id=a task_id=t1 gate_dependencies=["g1"])"),
       {"task t1: created", "task t1: pending -> blocked by dependency_failed, because of 1: gate g1 failed"}},
      {"ATaskThatIsJudgedByAFailedGateIsBlockedAtOnce",
       {kGate, kGateRuns, kGateFails},
       Cmd("create_task", R"(run_id=r1 ws_id=a task_id=t1 validation_gates=["g1"])"),
       {"task t1: created", "task t1: pending -> blocked by dependency_failed, because of 1: gate g1 failed"}},
      {"ATaskAfterACancelledOneIsBlockedAtOnce",
       {kTask, Task("cancelled")},
       Cmd("create_task", R"(run_id=r1 ws_id=a task_id=t2 depends_on=["t1"])"),
       {"task t2: created", "task t2: pending -> blocked by dependency_failed, because of 1: task t1 was cancelled"}},
      {"ATaskThatIsUnblockedInVainIsBlockedAgain",
       {kGate, Cmd("create_task", R"(run_id=r1 ws_id=a task_id=t1 gate_dependencies=["g1"])"), kGateRuns, kGateFails},
       Task("pending"),
       {"task t1: blocked -> pending by unblock",
        "task t1: pending -> blocked by dependency_failed, because of 1: gate g1 failed"}},
      {"AGateAfterAFailedOneIsBlockedAtOnce",
       {kGate, kGateRuns, kGateFails},
       Cmd("create_test_gate", R"(run_id=r1 gate_id=g2 depends_on=["g1"])"),
       {"test_gate g2: created",
        "test_gate g2: pending -> blocked by dependency_failed, because of 1: gate g1 failed"}},
      {"AGateThatIsUnblockedInVainIsBlockedAgain",
       {kGate, Cmd("create_test_gate", R"(run_id=r1 gate_id=g2 depends_on=["g1"])"), kGateRuns, kGateFails},
       Cmd("transition_test_gate", "run_id=r1 gate_id=g2 to=pending"),
       {"test_gate g2: blocked -> pending by unblock",
        "test_gate g2: pending -> blocked by dependency_failed, because of 1: gate g1 failed"}},
      {"APatchThatIsNoDiffIsQuarantinedWithTheLine",
       {kBadPatch},
       Patch("validating"),
       {"patch p1: pending -> validating by validate",
        "patch p1: validating -> quarantined by quarantine, because of 1: no unified_diff: line 1: "}},
      {"APatchGoesIntoTheTree",
       {kPatch, Patch("validating"), Patch("staged", "scope_passed=true constraints_passed=true")},
       Patch("applied"),
       {"patch p1: staged -> applied by apply"}},
      {"TheFirstReportMakesABreaker",
       {},
       Breaker("failure"),
       {"circuit_breaker cc: created", "circuit_breaker cc: amended"}},
      {"FailuresInARowOpenABreaker",
       {Cmd("create_circuit_breaker", "tool=cc failure_threshold=2"), Breaker("failure")},
       Breaker("failure"),
       {"circuit_breaker cc: amended",
        "circuit_breaker cc: closed -> open by failures_reached, because of 1: 2 failure(s) in a row"}},
      {"ASuccessStartsTheCountAnew",
       {Cmd("create_circuit_breaker", "tool=cc failure_threshold=2"), Breaker("failure"), Breaker("success")},
       Breaker("failure"),
       {"circuit_breaker cc: amended"}},
      {"ABreakerWithoutCooldownIsTriedAgainAndCloses",
       {Cmd("create_circuit_breaker", "tool=cc failure_threshold=1 cooldown_seconds=0"), Breaker("failure")},
       Breaker("success"),
       {"circuit_breaker cc: open -> half_open by cooldown_elapsed", "circuit_breaker cc: amended",
        "circuit_breaker cc: half_open -> closed by successes_reached, because of 2: 1 success(es) in a row"}},
      {"ABreakerThatFailsAgainOpensAgain",
       {Cmd("create_circuit_breaker", "tool=cc failure_threshold=1 cooldown_seconds=0"), Breaker("failure")},
       Breaker("failure"),
       {"circuit_breaker cc: open -> half_open by cooldown_elapsed", "circuit_breaker cc: amended",
        "circuit_breaker cc: half_open -> open by failed_again, because of 2: 1 failure(s) in a row"}},
      {"ABreakerIsTrippedByHand",
       {Breaker("success")},
       Cmd("transition_circuit_breaker", "tool=cc to=open trigger=trip operator=olga reason=bad"),
       {"circuit_breaker cc: closed -> open by trip, by hand olga: bad"}},
  };
  return stories;
}

class MachineStoryTest : public testing::TestWithParam<Story> {};
INSTANTIATE_TEST_SUITE_P(Machines, MachineStoryTest, testing::ValuesIn(Stories()),
                         [](const auto& row) { return std::string(row.param.name); });

TEST_P(MachineStoryTest, LeadsToTheseEventsAndTheirConsequences) {
  World world;
  world.Given(GetParam().given);
  std::vector<std::string> lines = world.When(GetParam().when);
  // What the reader of diffs says of a line is its own business.
  for (std::string& line : lines) {
    if (const size_t at = line.find("line 1: "); at != std::string::npos) line.resize(at + 8);
  }
  EXPECT_THAT(lines, ElementsAreArray(GetParam().then));
  EXPECT_EQ(world.Faults(), "");
}

// SPEC §2.2: all or nothing, also over streams; a dry run shows what would follow and leaves nothing.
TEST_P(MachineStoryTest, IsForeseenByADryRunThatLeavesNothing) {
  World world;
  world.Given(GetParam().given);
  std::string dry = GetParam().when;
  dry.insert(dry.size() - 1, R"(,"dry_run":true)");
  const Position before = support::Must(world.storage().Read())->head().position;
  const Preview preview = world.session().Foresee(dry);
  EXPECT_EQ(preview.events.size(), GetParam().then.size());
  EXPECT_EQ(support::Must(world.storage().Read())->head().position, before);
  EXPECT_EQ(world.When(GetParam().when).size(), GetParam().then.size());
}

// A heartbeat takes no key, and what leaves no event is repeated without one too.
class KeyedStoryTest : public MachineStoryTest {};
INSTANTIATE_TEST_SUITE_P(Machines, KeyedStoryTest, testing::ValuesIn([] {
                           std::vector<Story> keyed = Stories();
                           std::erase_if(keyed, [](const Story& story) {
                             return story.then.empty() || story.when.find("heartbeat_worker") != std::string::npos;
                           });
                           return keyed;
                         }()),
                         [](const auto& row) { return std::string(row.param.name); });

// SPEC §7: the second use of a key appends nothing and gives the first answer.
TEST_P(KeyedStoryTest, IsNotRepeatedUnderItsKey) {
  World world;
  world.Given(GetParam().given);
  std::string keyed = GetParam().when;
  keyed.insert(keyed.size() - 1, R"(,"command_id":"k1")");
  Receipt first = world.session().Accept(keyed);
  Receipt second = world.session().Accept(keyed);
  EXPECT_TRUE(second.repeat);
  second.repeat = false;
  EXPECT_EQ(support::LineOf(Answer(second)), support::LineOf(Answer(first)));
}

}  // namespace
}  // namespace annals::machines
