#include "tests/golden/story.h"

#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "eventstore/sha256.h"
#include "projections/rebuild.h"
#include "tests/support/commands.h"
#include "tests/support/ledger.h"
#include "tests/support/must.h"
#include "tests/support/session.h"

namespace annals::golden {
namespace {

using support::CreateRun;
using support::CreateWorkstream;
using support::FinishStep;
using support::MoveRun;
using support::MoveWorkstream;
using support::Note;
using support::Overridden;
using support::RecordError;
using support::RecordStep;
using support::StartStep;
using support::With;

std::vector<std::string> Story() {
  return {
      With(CreateRun("r1", "running"), R"("command_id":"first","actor":"Ann","metadata":{"branch":"main","n":1.50})"),
      With(CreateWorkstream("a"), R"("metadata":{"title":"ä"},"expect_version":2)"),
      CreateWorkstream("b", {"a"}, true),
      CreateWorkstream("c", {"a", "b"}),
      CreateWorkstream("d"),
      MoveWorkstream("b", "ready"),  // refused: a is not done
      MoveWorkstream("a", "ready"),
      MoveWorkstream("a", "editing"),
      StartStep("a", "edit"),
      With(FinishStep(10, "success"), R"("exit_code":0,"result":{"files":["x.cc"]})"),
      MoveWorkstream("a", "static_check"),
      With(RecordStep("a", "lint", "failure"),
           R"("started_at":"2026-01-01T11:00:00Z","completed_at":"2026-01-01T11:00:01.5Z","exit_code":-9)"),
      With(RecordError("a", "lint", "unused:x"), R"("context":{"line":7})"),
      RecordError("a", "lint", "unused:x"),
      MoveWorkstream("a", "fixing"),
      With(MoveWorkstream("a", "paused"), R"("reason":"lunch","sensitive":true)"),
      With(MoveRun("paused"), fmt::format(R"("reason":"{}")", std::string(1'025, 'z'))),
      MoveWorkstream("a", "fixing"),  // refused: the run is paused
      MoveRun("running"),
      MoveWorkstream("a", "fixing"),
      MoveWorkstream("a", "runtime_check"),
      MoveWorkstream("a", "done"),
      MoveWorkstream("b", "ready"),
      With(Overridden(MoveWorkstream("b", "runtime_check")), R"("actor":"Olga")"),
      With(MoveWorkstream("b", "failed"), R"("command_id":"fails")"),  // and blocks c
      With(Note("scope_violation"), R"("ws_id":"b","payload":{"file":"y.cc"})"),
      R"({"command":"record_event","event_type":"deploy"})",
      StartStep("d", "edit"),
      CreateRun("r2"),
      With(CreateWorkstream("a", {}, false, "r2"), R"("sensitive":true,"metadata":{"secret":true})"),
      Overridden(MoveRun("partial")),
      CreateWorkstream("late"),  // refused: the run has ended
      R"({"command":"create_run","status":"pending"})",
      MoveRun("running", "r2"),
      R"({"command":"redact_content","position":11,"reason":"a name in it"})",
      // The machines beyond run and workstream.
      R"({"command":"create_test_gate","run_id":"r2","gate_id":"unit","type":"unit","timeout_sec":60})",
      R"({"command":"create_test_gate","run_id":"r2","gate_id":"scan","type":"security","depends_on":["unit"]})",
      R"({"command":"create_task","run_id":"r2","ws_id":"a","task_id":"t1","is_critical":true,"validation_gates":["unit"]})",
      R"({"command":"create_task","run_id":"r2","ws_id":"a","task_id":"t2","depends_on":["t1"],"gate_dependencies":["unit"]})",
      R"({"command":"create_worker","worker_id":"w1","status":"idle","capabilities":["cpp"],"affinity":["a"]})",
      R"({"command":"heartbeat_worker","worker_id":"w1"})",
      R"({"command":"transition_task","run_id":"r2","task_id":"t1","to":"queued"})",
      R"({"command":"transition_task","run_id":"r2","task_id":"t1","to":"running","worker_id":"w1"})",
      R"({"command":"transition_task","run_id":"r2","task_id":"t1","to":"retrying","epoch":1,"reason":"out of memory"})",
      Overridden(R"({"command":"transition_task","run_id":"r2","task_id":"t1","to":"queued"})"),
      R"({"command":"transition_task","run_id":"r2","task_id":"t1","to":"running","worker_id":"w1"})",
      R"({"command":"transition_task","run_id":"r2","task_id":"t1","to":"failed","epoch":1})",  // refused: an old epoch
      R"({"command":"create_patch","run_id":"r2","ws_id":"a","patch_id":"p1","task_id":"t1","tool":"git","diff":"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"})",
      R"({"command":"create_patch","run_id":"r2","ws_id":"a","patch_id":"p2","diff":"nonsense"})",
      R"({"command":"transition_patch","run_id":"r2","patch_id":"p1","to":"validating"})",
      R"({"command":"transition_patch","run_id":"r2","patch_id":"p1","to":"staged","scope_passed":true,"constraints_passed":true})",
      R"({"command":"transition_patch","run_id":"r2","patch_id":"p2","to":"validating"})",  // and quarantines it
      R"({"command":"report_tool_result","tool":"git","outcome":"failure","reason":"timed out"})",
      R"({"command":"transition_circuit_breaker","tool":"git","to":"open","trigger":"trip","operator":"Olga","reason":"bad"})",
      R"({"command":"create_request","request_id":"q1","request":"make it fast","run_id":"r2","metadata":{"by":"Ann"}})",
      R"({"command":"transition_request","request_id":"q1","to":"planning"})",
      R"({"command":"transition_request","request_id":"q1","to":"plan_awaiting_approval","plan":"measure","scope":{"n":1}})",
      R"({"command":"amend_request","request_id":"q1","plan":"measure twice","scope":{}})",
      R"({"command":"save_checkpoint","request_id":"q1","name":"planned","data":{"step":1}})",
      R"({"command":"save_checkpoint","run_id":"r2","ws_id":"a","name":"begun"})",
      R"({"command":"define_machine","machine":{"name":"deploy","initial":"new","terminals":["out"],"states":[{"name":"new"},{"name":"out"}],"edges":[{"from":"new","to":"out","trigger":"go","guards":["operator_required"],"severity":"critical"}]}})",
      R"({"command":"create_entity","machine":"deploy","entity_id":"d1","metadata":{"region":"eu"}})",
      R"({"command":"transition_entity","machine":"deploy","entity_id":"d1","to":"out","operator":"Olga"})",
      R"({"command":"transition_test_gate","run_id":"r2","gate_id":"unit","to":"running"})",
      R"({"command":"transition_task","run_id":"r2","task_id":"t1","to":"validating","epoch":2})",
      R"({"command":"transition_test_gate","run_id":"r2","gate_id":"unit","to":"failed","exit_code":1,"result":{"output_tail":"boom"}})",
      // What no law allows, of each machine.
      Overridden(R"({"command":"transition_worker","worker_id":"w1","to":"unresponsive"})"),
      Overridden(R"({"command":"transition_patch","run_id":"r2","patch_id":"p1","to":"pending"})"),
      Overridden(R"({"command":"transition_test_gate","run_id":"r2","gate_id":"scan","to":"running"})"),
      Overridden(R"({"command":"transition_circuit_breaker","tool":"git","to":"half_open"})"),
      Overridden(R"({"command":"transition_request","request_id":"q1","to":"planning"})"),
      R"({"command":"create_entity","machine":"deploy","entity_id":"d2"})",
      Overridden(R"({"command":"transition_entity","machine":"deploy","entity_id":"d2","to":"out"})"),
  };
}

std::string DigestOf(Storage& storage, const support::TableLines& tables) {
  std::string text;
  for (const auto& [name, lines] : tables) {
    const std::string rows = fmt::format("{}", fmt::join(lines, "\n"));
    text += fmt::format("{} {} {}\n", name, lines.size(), HexOf(Sha256({rows})));
  }
  std::string bytes;
  const std::vector<support::StoredRecord> records = support::RecordsOf(storage);
  for (const support::StoredRecord& record : records) {
    bytes += fmt::format("{} {} {} {} {} {}\n", record.position.value, record.stream, record.version.value,
                         record.event_type, record.ws_id, HexOf(record.event));
    if (record.content)
      bytes += fmt::format("{} {}\n", HexOf(BytesOf(record.content->first)), HexOf(record.content->second));
  }
  return text + fmt::format("log {} {}\ntree {} {}\n", records.size(), HexOf(Sha256({bytes})), records.size(),
                            HexOf(support::RootOf(storage)));
}

}  // namespace

void TellStory(Storage& storage) {
  support::Session session(storage, /*seed=*/2026);
  for (const std::string& command : Story()) {
    const Answer answer = session.Execute(command);
    if (!std::holds_alternative<absl::Status>(answer)) continue;
    throw std::runtime_error(fmt::format("{}: {}", command, support::LineOf(answer)));
  }
  session.clock().Set({support::Session::kStart.micros - 3'600'000'000});
  session.Accept(Note("clock_went_back", "r2"));
  support::Must(Rebuild(storage, &StateTransitionsTable().table(), [](uint64_t, uint64_t) {}));
}

std::string DigestOfStored(Storage& storage) {
  return DigestOf(storage, support::TablesOf(storage));
}

std::string DigestOfFold(Storage& storage) {
  return DigestOf(storage, support::FoldOf(support::RecordsOf(storage), /*keeps_state_transitions=*/true));
}

}  // namespace annals::golden
