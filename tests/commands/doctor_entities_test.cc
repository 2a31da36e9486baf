// The doctor on tasks, gates, patches, workers, circuit breakers and requests, and what it does about them by itself.
#include <chrono>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands/doctor.h"
#include "commands/doctor_treatment.h"
#include "tests/support/commands.h"
#include "tests/support/must.h"
#include "tests/support/session.h"
#include "tests/support/store.h"

namespace annals::doctor {
namespace {

using namespace std::chrono_literals;
using support::CreateRun;
using support::CreateWorkstream;
using support::MoveRun;
using support::Must;
using support::Session;
using support::With;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using Commands = std::vector<std::string>;

Timestamp After(std::chrono::seconds span) {
  return {Session::kStart.micros + std::chrono::microseconds(span).count()};
}

// A run r1 that is running, with workstream a; everything in it happened within a second of Session::kStart.
class Hospital {
 public:
  explicit Hospital(const Commands& commands) {
    Give({CreateRun("r1", "running"), CreateWorkstream("a")});
    Give(commands);
  }
  void Give(const Commands& commands) {
    for (const std::string& command : commands) session_.Accept(command);
  }
  void GiveAt(std::chrono::seconds time, const Commands& commands) {
    session_.clock().Set(After(time));
    Give(commands);
  }

  // "task.queued t: detail -> help".
  std::vector<std::string> Lines(std::chrono::seconds after, Question question = {}) {
    question.now = After(after);
    const auto snapshot = Must(store_.storage().Read());
    std::vector<std::string> lines;
    for (const Finding& found : Must(Examine(*snapshot, question))) {
      if (found.kind.entity_type == "run" || found.kind.entity_type == "workstream") continue;
      lines.push_back(fmt::format("{} {}: {} -> {}", found.kind.name, found.entity_id, found.detail, found.help));
    }
    return lines;
  }

  // "worker.silent w1", or "worker.silent w1: why it was refused".
  std::vector<std::string> Treated(std::chrono::seconds after, TreatmentMode mode = TreatmentMode::kApply) {
    session_.clock().Set(After(after));
    std::vector<std::string> lines;
    for (const Treatment& treatment : Must(Treat(session_.engine(), {.now = After(after)}, "doctor", mode))) {
      const absl::Status problem = ProblemOf(treatment.answer);
      lines.push_back(fmt::format("{} {}{}", treatment.finding.kind.name, treatment.finding.entity_id,
                                  problem.ok() ? "" : fmt::format(": {}", problem.ToString())));
    }
    return lines;
  }

  template <class RowStruct>
  std::vector<std::string> States(const RowType<RowStruct>& type) {
    const auto snapshot = Must(store_.storage().Read());
    std::vector<std::string> states;
    Must(snapshot->ReadRows({.table = &type.table()}, TableSet::kLive, [&](Row row) {
      states.push_back(type.FromValues(row).status);
      return absl::OkStatus();
    }));
    return states;
  }
  uint64_t Events() { return Must(store_.storage().Read())->head().position.value; }

 private:
  support::Store store_{support::Backend::kMemory};
  Session session_{store_.storage()};
};

std::string CreateTask(std::string_view more = "") {
  const std::string command = R"({"command":"create_task","run_id":"r1","ws_id":"a","task_id":"t","timeout_sec":60})";
  return more.empty() ? command : With(command, more);
}
std::string MoveTask(std::string_view to, std::string_view more = "") {
  const std::string command =
      fmt::format(R"({{"command":"transition_task","run_id":"r1","task_id":"t","to":"{}"}})", to);
  return more.empty() ? command : With(command, more);
}
std::string CreateWorker(std::string_view status = "idle") {
  return fmt::format(R"({{"command":"create_worker","worker_id":"w1","status":"{}"}})", status);
}
std::string MoveWorker(std::string_view to) {
  return fmt::format(R"({{"command":"transition_worker","worker_id":"w1","to":"{}"}})", to);
}
std::string Heartbeat() {
  return R"({"command":"heartbeat_worker","worker_id":"w1"})";
}
std::string CreateGate(std::string_view gate_id, std::string_view more = "") {
  const std::string command = fmt::format(
      R"({{"command":"create_test_gate","run_id":"r1","gate_id":"{}","type":"unit","timeout_sec":60}})", gate_id);
  return more.empty() ? command : With(command, more);
}
std::string MoveGate(std::string_view gate_id, std::string_view to) {
  return fmt::format(R"({{"command":"transition_test_gate","run_id":"r1","gate_id":"{}","to":"{}"}})", gate_id, to);
}
std::string ReportTool(std::string_view outcome) {
  return fmt::format(R"({{"command":"report_tool_result","tool":"clang","outcome":"{}"}})", outcome);
}
const std::string kNewPatch =
    R"({"command":"create_patch","run_id":"r1","ws_id":"a","patch_id":"p","tool":"clang","diff":"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"})";
std::string MovePatch(std::string_view to) {
  return fmt::format(R"({{"command":"transition_patch","run_id":"r1","patch_id":"p","to":"{}"}})", to);
}
const Commands kStagedPatch = {kNewPatch, MovePatch("validating"),
                               With(MovePatch("staged"), R"("scope_passed":true,"constraints_passed":true)")};
const Commands kTaskWithWorker = {CreateTask(), MoveTask("queued"), CreateWorker(),
                                  MoveTask("running", R"("worker_id":"w1")")};
const Commands kOpenBreaker = {ReportTool("failure"), ReportTool("failure"), ReportTool("failure"),
                               ReportTool("failure"), ReportTool("failure")};

Commands operator+(Commands commands, const Commands& more) {
  commands.insert(commands.end(), more.begin(), more.end());
  return commands;
}

struct Scenario {
  std::string name;
  Commands commands;
  std::chrono::seconds found_at;  // not two seconds before, unless that was before it began
  std::string found;
};
void PrintTo(const Scenario& scenario, std::ostream* out) {
  *out << scenario.name;
}

const Scenario kScenarios[] = {
    {"TaskWhoseNeedsAreMet",
     {CreateTask()},
     5min + 1s,
     "task.needs_met t: all it depends on is done -> annals task transition t queued --run r1"},
    {"TaskThatNobodyTakes",
     {CreateTask(), MoveTask("queued")},
     1h + 1s,
     "task.queued t: no worker took it -> annals task transition t running --run r1 --worker WORKER"},
    {"TaskThatNobodyMayTake",
     {CreateTask(), MoveTask("queued"),
      R"({"command":"transition_workstream","run_id":"r1","ws_id":"a","to":"failed"})"},
     1h + 1s,
     "task.queued t: its workstream a is failed -> "
     "annals task transition t cancelled --run r1 --reason 'its workstream has ended'"},
    {"TaskOverTime", kTaskWithWorker, 61s,
     "task.running t: it timed out after 1m; worker w1 holds it -> "
     "annals task transition t retrying --run r1 --epoch 1 --reason 'timed out after 1m'"},
    {"TaskOfASilentWorker", kTaskWithWorker, 61s,
     "task.worker_lost t: the lease of its worker w1 ran out -> "
     "annals task transition t retrying --run r1 --epoch 1 --reason 'the lease of its worker w1 ran out'"},
    {"TaskOverTimeWithoutRetries",
     {CreateTask(R"("max_retries":0)"), MoveTask("queued"), CreateWorker(), MoveTask("running", R"("worker_id":"w1")")},
     61s,
     "task.running t: it timed out after 1m; worker w1 holds it; it was retried 0 times of at most 0 -> "
     "annals task transition t failed --run r1 --epoch 1 --reason 'timed out after 1m'"},
    {"TaskWhoseRetryIsDue", kTaskWithWorker + Commands{MoveTask("retrying")}, 3s,
     "task.retry_due t: the time of its next try has come (retried 1 of at most 3) -> "
     "annals task transition t queued --run r1"},
    {"TaskThatNobodyJudges", kTaskWithWorker + Commands{MoveTask("validating")}, 1h + 1s,
     "task.validating t: every gate of it passed -> annals task transition t completed --run r1"},
    {"GateOverTime",
     {CreateGate("g"), MoveGate("g", "running")},
     61s,
     "test_gate.running g: it timed out after 1m -> "
     "annals gate transition g failed --run r1 --reason 'timed out after 1m'"},
    {"WorkerNotHeardOf",
     {CreateWorker()},
     61s,
     "worker.silent w1: not heard of for two heartbeats of 30s; it holds 0 task(s) -> "
     "annals worker transition w1 unresponsive --reason 'not heard of for two heartbeats of 30s'"},
    {"WorkerGivenUp",
     {CreateWorker(), support::Overridden(MoveWorker("unresponsive"))},
     10min + 1s,
     "worker.unresponsive w1: it was not heard of again; it holds 0 task(s) -> "
     "annals worker transition w1 shutdown --reason 'it is held for gone'"},
    {"WorkerThatNeverBegan",
     {CreateWorker("initializing")},
     10min + 1s,
     "worker.initializing w1: it was registered and never began; it holds 0 task(s) -> "
     "annals worker transition w1 shutdown --reason 'it could not be started'"},
    {"WorkerThatDrainsAndIsNotHeardOf", kTaskWithWorker + Commands{MoveWorker("draining")}, 61s,
     "worker.silent w1: not heard of for two heartbeats of 30s, and asked to stop; it holds 1 task(s) -> "
     "annals worker transition w1 shutdown --reason 'not heard of for two heartbeats of 30s'"},
    {"TaskOfADrainingWorkerThatIsNotHeardOf", kTaskWithWorker + Commands{MoveWorker("draining")}, 61s,
     "task.worker_lost t: the lease of its worker w1 ran out -> "
     "annals task transition t retrying --run r1 --epoch 1 --reason 'the lease of its worker w1 ran out'"},
    {"TaskThatNobodyHolds",
     {CreateTask(), support::Overridden(MoveTask("running"))},
     0s,
     "task.worker_lost t: no worker holds it -> "
     "annals task transition t retrying --run r1 --epoch 1 --reason 'no worker holds it'"},
    {"BreakerThatIsOpen", kOpenBreaker, 1s,
     "circuit_breaker.open clang: clang is not used for 60 s more; failures in a row: 5 -> "
     "annals breaker reset clang --operator NAME --reason TEXT"},
    {"BreakerThatNobodyTries",
     Commands{R"({"command":"create_circuit_breaker","tool":"clang","failure_threshold":1,"cooldown_seconds":0})",
              ReportTool("failure"), R"({"command":"transition_circuit_breaker","tool":"clang","to":"half_open"})"},
     1h + 1s,
     "circuit_breaker.half_open clang: nobody tried clang again -> "
     "annals breaker reset clang --operator NAME --reason TEXT"},
    {"TaskBlockedByAGate",
     {CreateGate("g"), CreateTask(R"("gate_dependencies":["g"])"), MoveGate("g", "running"), MoveGate("g", "failed")},
     1s,
     "task.blocked t: it needs gate g, which is failed -> "
     "annals task transition t cancelled --run r1 --reason 'what it needs has failed'"},
    {"GateBlockedByAGate",
     {CreateGate("g"), CreateGate("h", R"("depends_on":["g"])"), MoveGate("g", "running"), MoveGate("g", "failed")},
     1s,
     "test_gate.blocked h: it needs gate g, which is failed -> "
     "annals gate transition h failed --run r1 --override --operator NAME --reason 'what it needs has failed'"},
    {"TaskBlockedByHand",
     {CreateTask(R"("max_retries":1)"), MoveTask("blocked")},
     1s,
     "task.blocked t: nothing that it needs has failed -> annals task transition t pending --run r1"},
    {"PatchHeldUpByABreaker", kStagedPatch + kOpenBreaker + Commands{MovePatch("blocked")}, 1h + 1s,
     "patch.blocked p: the circuit breaker of clang is open -> annals breaker status clang"},
    {"TaskThatWaitsForAGate",
     {CreateGate("g"), CreateTask(R"("gate_dependencies":["g"])")},
     24h + 1s,
     "task.pending t: the guard gate_dependencies_passed does not hold: it depends on gates that did not pass: g is "
     "pending -> annals task show t --run r1"},
    {"PatchInQuarantine",
     {kNewPatch, MovePatch("validating"), With(MovePatch("quarantined"), R"("reason":"out of scope")")},
     1s,
     "patch.quarantined p: workstream a passes no check while it is: out of scope -> "
     "annals patch transition p validating --run r1"},
    {"BreakerWhoseCooldownIsOver", kOpenBreaker, 61s,
     "circuit_breaker.cooldown_over clang: its cooldown of 1m is over -> annals breaker transition clang half_open"},
    {"RequestThatNobodyBegins",
     {R"({"command":"create_request","request_id":"q","request":"a faster parser"})"},
     24h + 1s,
     "request.pending q: nobody moved it on -> annals request show q"},
};

class EntityScenarioTest : public testing::TestWithParam<Scenario> {};

TEST_P(EntityScenarioTest, IsFoundFromItsLimitOn) {
  Hospital hospital(GetParam().commands);
  EXPECT_THAT(hospital.Lines(GetParam().found_at), Contains(GetParam().found));
  if (GetParam().found_at >= 2s) {
    EXPECT_THAT(hospital.Lines(GetParam().found_at - 2s), Not(Contains(GetParam().found)));
  }
}

INSTANTIATE_TEST_SUITE_P(Doctor, EntityScenarioTest, testing::ValuesIn(kScenarios),
                         [](const auto& test) { return test.param.name; });

TEST(DoctorApproval, PointsToWhatWaits) {
  Hospital hospital(
      {R"({"command":"create_request","request_id":"q","request":"a faster parser"})",
       R"({"command":"transition_request","request_id":"q","to":"planning"})",
       R"({"command":"transition_request","request_id":"q","to":"plan_awaiting_approval","plan":"measure"})"});
  EXPECT_THAT(hospital.Lines(1s),
              ElementsAre("request.plan_awaiting_approval q: its plan waits for approval -> annals request show q"));
}

TEST(DoctorLeases, AHeartbeatIsASignOfLife) {
  Hospital hospital({CreateWorker()});
  hospital.GiveAt(50s, {Heartbeat()});
  EXPECT_THAT(hospital.Lines(100s), IsEmpty());
  EXPECT_THAT(hospital.Lines(111s), ElementsAre(testing::StartsWith("worker.silent w1")));
}

TEST(DoctorLeases, ADrainingWorkerThatIsHeardOfIsOnlySlow) {
  Hospital hospital(kTaskWithWorker + Commands{MoveWorker("draining")});
  hospital.GiveAt(1h, {Heartbeat()});
  EXPECT_THAT(hospital.Lines(1h + 1s),
              Contains("worker.draining w1: it was asked to stop and has not; it holds 1 task(s) -> "
                       "annals worker transition w1 shutdown --reason 'it stopped'"));
}

TEST(DoctorLeases, AreNotAskedOfThePast) {
  Hospital hospital({CreateWorker()});
  EXPECT_THAT(hospital.Lines(111s, {.knows_leases = false}), IsEmpty());
}

TEST(DoctorEntities, AreLeftAloneWhereTheirRunHasEnded) {
  Hospital hospital(kTaskWithWorker +
                    Commands{CreateGate("g"), MoveGate("g", "running"), Heartbeat(), MoveRun("failed")});
  for (const std::string& line : hospital.Lines(1000h)) EXPECT_THAT(line, testing::StartsWith("worker.")) << line;
}

TEST(DoctorEntities, OfNoRunAreLeftOutWhereARunIsNamed) {
  Hospital hospital(kTaskWithWorker + kOpenBreaker);
  for (const std::string& line : hospital.Lines(1000h, {.run_id = "r1"})) {
    EXPECT_THAT(line, testing::StartsWith("task.")) << line;
  }
}

TEST(DoctorTreatment, GivesUpASilentWorkerAndPutsItsTaskBackUntilItIsQueuedAgain) {
  Hospital hospital({CreateTask(R"("max_retries":2)"), MoveTask("queued"), CreateWorker(),
                     MoveTask("running", R"("worker_id":"w1")")});
  EXPECT_THAT(hospital.Treated(59s), IsEmpty());
  EXPECT_THAT(hospital.Treated(62s), testing::UnorderedElementsAre(testing::StartsWith("task."), "worker.silent w1"));
  EXPECT_THAT(hospital.States(TasksTable()), ElementsAre("retrying"));
  EXPECT_THAT(hospital.States(WorkersTable()), ElementsAre("unresponsive"));
  EXPECT_THAT(hospital.Treated(62s), IsEmpty());
  EXPECT_THAT(hospital.Treated(65s), ElementsAre("task.retry_due t"));
  EXPECT_THAT(hospital.States(TasksTable()), ElementsAre("queued"));
}

TEST(DoctorTreatment, OfTheTaskOfASilentDrainingWorkerEndsTheWorker) {
  Hospital hospital(kTaskWithWorker + Commands{MoveWorker("draining")});
  EXPECT_THAT(hospital.Treated(62s), ElementsAre(testing::StartsWith("task.")));
  EXPECT_THAT(hospital.States(WorkersTable()), ElementsAre("shutdown"));
}

TEST(DoctorTreatment, PutsBackATaskThatNobodyHolds) {
  Hospital hospital({CreateTask(), support::Overridden(MoveTask("running"))});
  EXPECT_THAT(hospital.Treated(1s), ElementsAre("task.worker_lost t"));
  EXPECT_THAT(hospital.States(TasksTable()), ElementsAre("retrying"));
}

TEST(DoctorTreatment, TakesATaskOverTimeFromAWorkerThatLives) {
  Hospital hospital(kTaskWithWorker);
  hospital.GiveAt(50s, {Heartbeat()});
  EXPECT_THAT(hospital.Treated(62s), ElementsAre("task.running t"));
  EXPECT_THAT(hospital.States(TasksTable()), ElementsAre("retrying"));
  EXPECT_THAT(hospital.States(WorkersTable()), ElementsAre("idle"));
}

TEST(DoctorTreatment, LetsAToolBeTriedAgain) {
  Hospital hospital(kOpenBreaker);
  EXPECT_THAT(hospital.Treated(30s), IsEmpty());
  EXPECT_THAT(hospital.Treated(62s), ElementsAre("circuit_breaker.cooldown_over clang"));
  EXPECT_THAT(hospital.States(CircuitBreakersTable()), ElementsAre("half_open"));
}

TEST(DoctorTreatment, OfADryRunChangesNothing) {
  Hospital hospital(kTaskWithWorker);
  const uint64_t events = hospital.Events();
  EXPECT_THAT(hospital.Treated(62s, TreatmentMode::kDryRun),
              testing::UnorderedElementsAre(testing::StartsWith("task."), "worker.silent w1"));
  EXPECT_EQ(hospital.Events(), events);
}

TEST(DoctorTreatment, MovesNoRunAndNoWorkstream) {
  Hospital hospital({MoveRun("paused"), CreateRun("r2", "running"),
                     CreateWorkstream("b", {}, /*is_critical=*/true, "r2"),
                     support::MoveWorkstream("b", "failed", "r2")});
  EXPECT_THAT(hospital.Treated(1000h), IsEmpty());
}

}  // namespace
}  // namespace annals::doctor
