#include "tests/crash/scripts.h"

#include <fmt/format.h>

#include "tests/support/commands.h"

namespace annals::crash {
namespace {

using namespace annals::support;

std::vector<Batch> WithKeys(std::vector<Batch> script) {
  int key = 0;
  for (Batch& batch : script) {
    for (std::string& command : batch) {
      const bool is_event = command.find("heartbeat_worker") == std::string::npos;
      if (is_event) command = With(command, fmt::format(R"("command_id":"k{}")", ++key));
    }
  }
  return script;
}

std::vector<Batch> MakeRunsScript() {
  std::vector<Batch> script = WithKeys({
      {CreateRun("r1")},
      {CreateWorkstream("a"), CreateWorkstream("b", {"a"}, true), CreateWorkstream("c", {"a", "b"})},
      {MoveWorkstream("b", "ready"), MoveWorkstream("a", "ready"), MoveWorkstream("a", "editing")},
      {MoveRun("running"), MoveRun("running"), MoveRun("completed")},
      {With(MoveWorkstream("a", "editing"), R"("reason":"it is time")"), MoveWorkstream("a", "done")},
      {StartStep("a", "edit"), StartStep("a", "edit")},
      {FinishStep(kLastAttempt, "success"), FinishStep(kLastAttempt, "failure")},
      {MoveWorkstream("a", "static_check"), RecordStep("a", "static", "failure"), MoveWorkstream("a", "fixing")},
      {RecordError("a", "static", "sig-1"), RecordError("a", "static", "sig-1"), RecordError("a", "static", "sig-2"),
       RecordError("nobody", "static", "sig-1")},
      {With(Note("remark"), R"("payload":{"by":"kim"},"sensitive":true)"),
       With(Note("remark"), fmt::format(R"("payload":{{"text":"{}"}})", std::string(20'000, 'x')))},
      {MoveRun("paused"), MoveWorkstream("b", "ready"), MoveRun("running")},
      {StartStep("a", "runtime")},
      {MoveWorkstream("a", "static_check"), MoveWorkstream("a", "runtime_check"), MoveWorkstream("a", "done")},
      {With(FinishStep(kLastAttempt, "failure"), R"("exit_code":3,"result":{"log":"it broke"})")},
      {MoveWorkstream("b", "ready"), MoveWorkstream("c", "ready"), MoveWorkstream("c", "blocked")},
      {With(MoveRun("paused"), R"("dry_run":true)"), With(MoveRun("paused"), R"("expect_version":1)")},
      {CreateRun("r2", "running"), CreateRun("r2"), CreateWorkstream("a", {}, false, "r2")},
      {MoveWorkstream("a", "ready", "r2"), RecordStep("a", "edit", "success", "r2"), Note("remark", "r2")},
      {Overridden(MoveWorkstream("a", "done", "r2")), Overridden(MoveWorkstream("a", "editing", "r2"))},
      {MoveRun("completed", "r2"), MoveRun("failed", "r2"), Overridden(MoveRun("running", "r2"))},
      {Overridden(MoveWorkstream("b", "done")), MoveWorkstream("c", "abandoned"), MoveRun("completed")},
      {MoveRun("partial"), MoveRun("paused"), MoveRun("running", "r3"), RecordError("a", "static", "sig-1")},
  });
  // What was said before is said again, each in the company of something new.
  script.push_back({script[1][0], With(Note("end"), R"("command_id":"end")"), script[3][2], script[9][1]});
  return script;
}

std::string InRun(std::string_view command, std::string_view fields) {
  return fmt::format(R"({{"command":"{}","run_id":"r1",{}}})", command, fields);
}
std::string MoveTask(std::string_view task_id, std::string_view to, std::string_view more = {}) {
  return InRun("transition_task",
               fmt::format(R"("task_id":"{}","to":"{}"{}{})", task_id, to, more.empty() ? "" : ",", more));
}
std::string MovePatch(std::string_view to, std::string_view more = "") {
  return InRun("transition_patch", fmt::format(R"("patch_id":"p","to":"{}","reason":"so it is"{})", to, more));
}
std::string MoveGate(std::string_view to) {
  return InRun("transition_test_gate", fmt::format(R"("gate_id":"g","to":"{}","result":{{"tail":"it broke"}})", to));
}
std::string MoveRequest(std::string_view to, std::string_view more = {}) {
  return fmt::format(R"({{"command":"transition_request","request_id":"q","to":"{}"{}{}}})", to,
                     more.empty() ? "" : ",", more);
}
std::string Report(std::string_view outcome) {
  return fmt::format(R"({{"command":"report_tool_result","tool":"cc","outcome":"{}"}})", outcome);
}
std::string Worker(std::string_view command, std::string_view more = {}) {
  return fmt::format(R"({{"command":"{}","worker_id":"w"{}{}}})", command, more.empty() ? "" : ",", more);
}

std::vector<Batch> MakeMachinesScript() {
  const std::string diff = R"("diff":"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n")";
  std::vector<Batch> script = WithKeys({
      {CreateRun("r1", "running"), CreateWorkstream("a"), CreateWorkstream("b", {"a"}), CreateWorkstream("c", {"a"}),
       CreateWorkstream("d", {}, true)},
      {Worker("create_worker", R"("status":"idle","max_concurrent_tasks":2)"), Worker("heartbeat_worker"),
       InRun("create_test_gate", R"("gate_id":"g")"),
       InRun("create_test_gate", R"("gate_id":"g2","depends_on":["g"])")},
      {InRun("create_task", R"("ws_id":"a","task_id":"t","is_critical":true,"validation_gates":["g"])"),
       InRun("create_task", R"("ws_id":"a","task_id":"t2","gate_dependencies":["g"])"),
       InRun("create_task", R"("ws_id":"d","task_id":"t3")"),
       InRun("create_task", R"("ws_id":"d","task_id":"t4","depends_on":["t3"])"), MoveTask("t", "running")},
      {MoveTask("t", "queued"), MoveTask("t", "running", R"("worker_id":"w")"), MoveTask("t3", "queued"),
       MoveTask("t3", "running", R"("worker_id":"w")"), MoveTask("t4", "queued")},
      // The worker is given up and heard of again, with tasks in its hands.
      {Overridden(Worker("transition_worker", R"("to":"unresponsive")")), Worker("heartbeat_worker")},
      {MoveTask("t3", "retrying", R"("epoch":1)"), MoveTask("t3", "failed", R"("epoch":7)"),
       MoveTask("t", "validating", R"("epoch":1)"), MoveGate("running"), With(MoveGate("failed"), R"("dry_run":true)")},
      // Six events, in one stream after the other.
      {MoveGate("failed"), MoveGate("passed")},
      {MoveTask("t3", "cancelled"), Worker("transition_worker", R"("to":"draining")"),
       Worker("transition_worker", R"("to":"shutdown")")},
      {InRun("create_patch", R"("ws_id":"d","patch_id":"p","tool":"cc",)" + diff), MovePatch("validating"),
       MovePatch("staged", R"(,"scope_passed":true,"constraints_passed":true)"),
       R"({"command":"create_circuit_breaker","tool":"cc","failure_threshold":2,"cooldown_seconds":1})"},
      {Report("failure"), Report("failure"), MovePatch("applied"), Report("success")},
      {Report("success"), MovePatch("applied"), MovePatch("quarantined")},
      {InRun("create_patch", R"("ws_id":"d","patch_id":"q","diff":"no diff")"),
       R"({"command":"transition_patch","run_id":"r1","patch_id":"q","to":"validating"})"},
      {R"({"command":"create_request","request_id":"q","request":"make it so","run_id":"r1"})", MoveRequest("planning"),
       MoveRequest("plan_awaiting_approval", R"("plan":"do it")"), MoveRequest("plan_approved"),
       R"({"command":"save_checkpoint","request_id":"q","name":"c","data":{"step":1}})",
       R"({"command":"amend_request","request_id":"q","plan":"do it well"})", MoveRequest("cancelled")},
      {R"({"command":"define_machine","machine":{"name":"lamp","initial":"off","terminals":[],"states":[{"name":"off"},)"
       R"({"name":"on"}],"edges":[{"from":"off","to":"on","trigger":"press"},)"
       R"({"from":"on","to":"off","trigger":"press"}]}})",
       R"({"command":"create_entity","machine":"lamp","entity_id":"e"})",
       R"({"command":"transition_entity","machine":"lamp","entity_id":"e","trigger":"press"})",
       R"({"command":"transition_entity","machine":"lamp","entity_id":"e","to":"on"})",
       R"({"command":"transition_entity","machine":"lamp","entity_id":"f","to":"on"})"},
      {With(MoveRun("paused"), R"("expect_version":1)")},
      {MoveWorkstream("d", "failed"), MoveRun("failed")},
  });
  script.push_back({script[6][0], With(Note("end"), R"("command_id":"end")"), script[6][1], script[9][1]});
  return script;
}

}  // namespace

void PrintTo(const Script& script, std::ostream* out) {
  *out << script.name;
}

constinit const Script kRunsScript{"Runs", MakeRunsScript};
constinit const Script kMachinesScript{"Machines", MakeMachinesScript};

}  // namespace annals::crash
