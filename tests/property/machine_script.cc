#include "tests/property/machine_script.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "commands/machine.h"
#include "commands/machine_definition.h"
#include "projections/entity_tables.h"
#include "projections/tables.h"
#include "tests/property/choices.h"
#include "tests/support/must.h"

namespace annals::property {
namespace {

using support::Must;

// A command, a field at a time. What is empty is left out.
class CommandText {
 public:
  explicit CommandText(std::string_view name) : json_(fmt::format(R"({{"command":"{}")", name)) {}
  CommandText& Json(std::string_view name, std::string_view json) {
    if (!json.empty()) json_ += fmt::format(R"(,"{}":{})", name, json);
    return *this;
  }
  CommandText& Text(std::string_view name, std::string_view text) {
    return text.empty() ? *this : Json(name, fmt::format(R"("{}")", text));
  }
  CommandText& Number(std::string_view name, int64_t number) { return Json(name, fmt::format("{}", number)); }
  CommandText& Names(std::string_view name, const std::vector<std::string>& names) {
    return names.empty() ? *this : Json(name, fmt::format(R"(["{}"])", fmt::join(names, R"(",")")));
  }
  std::string Take() { return std::move(json_) + "}"; }

 private:
  std::string json_;
};

constexpr std::string_view kDefinitions[] = {
    R"({"name":"deploy","initial":"new","terminals":["gone"],"states":[{"name":"new"},{"name":"up"},{"name":"gone"}],)"
    R"("edges":[{"from":"new","to":"up","trigger":"start"},{"from":"up","to":"gone","trigger":"stop",)"
    R"("guards":["reason_required"]},{"from":"up","to":"new","trigger":"reset","severity":"warning"}]})",
    R"({"name":"deploy","initial":"asked","terminals":["gone"],"states":[{"name":"asked"},{"name":"up"},)"
    R"({"name":"gone"}],"edges":[{"from":"asked","to":"up","trigger":"go","guards":["operator_required"]},)"
    R"({"from":"up","to":"gone","trigger":"stop","severity":"critical"}]})",
    R"({"name":"lamp","initial":"off","terminals":[],"states":[{"name":"off"},{"name":"on"}],)"
    R"("edges":[{"from":"off","to":"on","trigger":"press"},{"from":"on","to":"off","trigger":"press"}]})",
    R"({"name":"lamp","initial":"off","terminals":["off"],"states":[{"name":"off"},{"name":"on"}],)"
    R"("edges":[{"from":"off","to":"on","trigger":"press"}]})",
};
constexpr std::string_view kDiffs[] = {
    R"(--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n)",
    R"(--- a/y\n+++ b/y\n@@ -1,2 +1 @@\n-a\n-b\n+c\n)",
    R"(no diff at all)",
};
constexpr std::string_view kReasons[] = {"", "so it is", "because \\\"it\\\" must"};

class Teller {
 public:
  Teller(Choices& choices, Storage& storage) : choices_(choices), snapshot_(Must(storage.Read())) {}

  std::string Next() {
    using Tell = std::string (Teller::*)();
    // As often as it takes for each machine to come to all its states.
    struct Kind {
      Tell tell;
      uint64_t weight;
    };
    static constexpr Kind kKinds[] = {
        {&Teller::CreateRun, 4},       {&Teller::MoveRun, 2},        {&Teller::CreateWorkstream, 6},
        {&Teller::MoveWorkstream, 24}, {&Teller::CreateTask, 9},     {&Teller::MoveTask, 30},
        {&Teller::CreateWorker, 4},    {&Teller::MoveWorker, 7},     {&Teller::Heartbeat, 4},
        {&Teller::CreatePatch, 5},     {&Teller::MovePatch, 14},     {&Teller::CreateGate, 8},
        {&Teller::MoveGate, 10},       {&Teller::CreateBreaker, 2},  {&Teller::MoveBreaker, 5},
        {&Teller::ReportTool, 7},      {&Teller::CreateRequest, 3},  {&Teller::MoveRequest, 24},
        {&Teller::AmendRequest, 4},    {&Teller::SaveCheckpoint, 3}, {&Teller::DefineMachine, 2},
        {&Teller::CreateEntity, 3},    {&Teller::MoveEntity, 7},     {&Teller::Redact, 1}};
    uint64_t all = 0;
    for (const Kind& kind : kKinds) all += kind.weight;
    uint64_t chosen = choices_.Below(all);
    const Kind* kind = std::begin(kKinds);
    while (chosen >= kind->weight) chosen -= (kind++)->weight;
    return (this->*kind->tell)();
  }

 private:
  template <class RowStruct>
  std::vector<RowStruct> All(const RowType<RowStruct>& type) {
    std::vector<RowStruct> rows;
    Must(snapshot_->ReadRows({.table = &type.table()}, TableSet::kLive, [&](Row row) {
      rows.push_back(type.FromValues(row));
      return absl::OkStatus();
    }));
    return rows;
  }
  // One of them, mostly one that has not ended; sometimes one of no such name.
  template <class RowStruct>
  RowStruct Any(const RowType<RowStruct>& type, std::string RowStruct::*id) {
    std::vector<RowStruct> rows = All(type);
    if (!choices_.OneIn(8)) {
      std::erase_if(rows, [](const RowStruct& row) { return row.IsFinal(); });
      if (rows.size() > 3) rows.resize(3);  // so that each comes far
    }
    if (!rows.empty() && !choices_.OneIn(50)) return rows[choices_.Below(rows.size())];
    RowStruct unknown;
    if constexpr (requires { unknown.run_id.size(); }) unknown.run_id = "r0";
    unknown.*id = "nobody";
    return unknown;
  }
  RunRow AnyRun() { return Any(RunsTable(), &RunRow::run_id); }
  WorkstreamRow AnyWorkstream() { return Any(WorkstreamsTable(), &WorkstreamRow::ws_id); }
  // Names of the run's rows, none or a few of them.
  template <class RowStruct>
  std::vector<std::string> Some(const RowType<RowStruct>& type, std::string RowStruct::*id, const std::string& run_id) {
    std::vector<std::string> names;
    for (const RowStruct& row : All(type)) {
      if (row.run_id == run_id && names.size() < 2 && choices_.OneIn(3)) names.push_back(row.*id);
    }
    if (choices_.OneIn(60)) names.push_back("nobody");
    return names;
  }
  std::string Id(char kind, uint64_t count) { return fmt::format("{}{}", kind, choices_.Below(count)); }
  std::string Reason() { return choices_.From(kReasons); }

  // Adds where it is to go: mostly one edge away, and of these mostly not to the end. Says where that is.
  std::string Aim(const Machine& machine, std::string_view from, CommandText& command) {
    const auto edges = machine.EdgesFrom(from);
    if (edges.empty() || choices_.OneIn(12)) {
      const std::string to = choices_.OneIn(6) ? "nonsense" : choices_.From(machine.states());
      command.Text("to", to);
      return to;
    }
    const Edge* edge = &edges[choices_.Below(edges.size())];
    const auto leads_on = [&] {
      return !machine.IsTerminal(edge->to) && edge->to != "paused" && edge->to != "blocked";
    };
    for (int i = 0; i < 7 && !leads_on(); ++i) {
      edge = &edges[choices_.Below(edges.size())];
    }
    const uint64_t how = choices_.Below(8);
    if (how != 0) command.Text("to", edge->to);
    if (how <= 2) command.Text("trigger", choices_.OneIn(20) ? "nonsense" : edge->trigger);
    return std::string(edge->to);
  }
  std::string MayOverride(CommandText& command) {
    if (choices_.OneIn(18)) command.Json("override", R"({"operator":"Olga","reason":"it must"})");
    return command.Take();
  }

  std::string CreateRun() {
    return CommandText("create_run").Text("run_id", Id('r', 20)).Text("status", "running").Take();
  }
  std::string MoveRun() {
    const RunRow run = AnyRun();
    CommandText command("transition_run");
    command.Text("run_id", run.run_id);
    Aim(RunMachine(), run.status, command);
    return MayOverride(command.Text("reason", Reason()));
  }
  std::string CreateWorkstream() {
    const std::string run_id = AnyRun().run_id;
    return CommandText("create_workstream")
        .Text("run_id", run_id)
        .Text("ws_id", Id('w', 12))
        .Names("depends_on", Some(WorkstreamsTable(), &WorkstreamRow::ws_id, run_id))
        .Json("is_critical", choices_.OneIn(3) ? "true" : "")
        .Take();
  }
  std::string MoveWorkstream() {
    const WorkstreamRow ws = AnyWorkstream();
    CommandText command("transition_workstream");
    command.Text("run_id", choices_.OneIn(8) ? "" : ws.run_id).Text("ws_id", ws.ws_id);
    Aim(WorkstreamMachine(), ws.status, command);
    return MayOverride(command.Text("reason", Reason()));
  }
  std::string CreateTask() {
    const WorkstreamRow ws = AnyWorkstream();
    return CommandText("create_task")
        .Text("run_id", ws.run_id)
        .Text("ws_id", ws.ws_id)
        .Text("task_id", Id('t', 30))
        .Names("depends_on", Some(TasksTable(), &TaskRow::task_id, ws.run_id))
        .Names("gate_dependencies", Some(TestGatesTable(), &TestGateRow::gate_id, ws.run_id))
        .Names("validation_gates", Some(TestGatesTable(), &TestGateRow::gate_id, ws.run_id))
        .Json("is_critical", choices_.OneIn(4) ? "true" : "")
        .Number("max_retries", choices_.OneIn(40) ? 99 : static_cast<int64_t>(choices_.Below(3)))
        .Take();
  }
  std::string MoveTask() {
    const TaskRow task = Any(TasksTable(), &TaskRow::task_id);
    CommandText command("transition_task");
    command.Text("run_id", task.run_id).Text("task_id", task.task_id).Text("reason", Reason());
    if (choices_.OneIn(10)) command.Text("ws_id", choices_.OneIn(3) ? "w9" : task.ws_id);
    const std::string to = Aim(TaskMachine(), task.status, command);
    if (to == "running") {
      if (!choices_.OneIn(20)) command.Text("worker_id", Any(WorkersTable(), &WorkerRow::worker_id).worker_id);
    } else {
      if (choices_.OneIn(3)) command.Text("worker_id", choices_.OneIn(4) ? Id('k', 4) : task.worker_id.value_or(""));
      if (choices_.OneIn(3))
        command.Number("epoch", choices_.OneIn(3) ? static_cast<int64_t>(choices_.Below(4)) : task.epoch);
    }
    return MayOverride(command);
  }
  std::string CreateWorker() {
    return CommandText("create_worker")
        .Text("worker_id", Id('k', 12))
        .Text("status", choices_.OneIn(3) ? "" : "idle")
        .Number("max_concurrent_tasks", static_cast<int64_t>(choices_.Below(8)) / 2)
        .Number("heartbeat_sec", 20)
        .Take();
  }
  WorkerRow AnyWorker() { return Any(WorkersTable(), &WorkerRow::worker_id); }
  std::string MoveWorker() {
    const WorkerRow worker = AnyWorker();
    CommandText command("transition_worker");
    command.Text("worker_id", worker.worker_id).Text("reason", Reason());
    Aim(WorkerMachine(), worker.status, command);
    return MayOverride(command);
  }
  std::string Heartbeat() { return CommandText("heartbeat_worker").Text("worker_id", AnyWorker().worker_id).Take(); }
  std::string CreatePatch() {
    const WorkstreamRow ws = AnyWorkstream();
    const std::vector<std::string> tasks = Some(TasksTable(), &TaskRow::task_id, ws.run_id);
    return CommandText("create_patch")
        .Text("run_id", ws.run_id)
        .Text("ws_id", ws.ws_id)
        .Text("patch_id", Id('p', 30))
        .Text("task_id", tasks.empty() ? "" : tasks[0])
        .Text("tool", choices_.OneIn(2) ? Id('c', 3) : "")
        .Text("format", choices_.OneIn(10) ? "git_patch" : "")
        .Text("diff", choices_.From(kDiffs))
        .Take();
  }
  std::string MovePatch() {
    const PatchRow patch = Any(PatchesTable(), &PatchRow::patch_id);
    CommandText command("transition_patch");
    command.Text("run_id", patch.run_id).Text("patch_id", patch.patch_id).Text("reason", Reason());
    // An open breaker is rare: ask for what needs one more often than Aim does.
    if (patch.status == "staged" && choices_.OneIn(2)) {
      command.Text("to", "blocked");
    } else {
      Aim(PatchMachine(), patch.status, command);
    }
    for (const char* const check : {"scope_passed", "constraints_passed", "tests_passed"}) {
      if (!choices_.OneIn(8)) command.Json(check, choices_.OneIn(12) ? "false" : "true");
    }
    return MayOverride(command);
  }
  std::string CreateGate() {
    const WorkstreamRow ws = AnyWorkstream();
    return CommandText("create_test_gate")
        .Text("run_id", ws.run_id)
        .Text("ws_id", choices_.OneIn(2) ? ws.ws_id : "")
        .Text("gate_id", Id('g', 20))
        .Names("depends_on", Some(TestGatesTable(), &TestGateRow::gate_id, ws.run_id))
        .Take();
  }
  std::string MoveGate() {
    const TestGateRow gate = Any(TestGatesTable(), &TestGateRow::gate_id);
    CommandText command("transition_test_gate");
    command.Text("run_id", gate.run_id).Text("gate_id", gate.gate_id).Text("reason", Reason());
    // To its end more often than Aim goes there.
    if (gate.status == "running" && choices_.OneIn(2)) {
      command.Text("to", choices_.OneIn(2) ? "passed" : "failed");
    } else {
      Aim(TestGateMachine(), gate.status, command);
    }
    if (choices_.OneIn(2)) command.Number("exit_code", static_cast<int64_t>(choices_.Below(3)));
    if (choices_.OneIn(2)) command.Json("result", R"({"tail":"it said"})");
    return MayOverride(command);
  }
  std::string CreateBreaker() {
    return CommandText("create_circuit_breaker")
        .Text("tool", Id('c', 3))
        .Number("failure_threshold", static_cast<int64_t>(choices_.Below(4)))
        .Number("cooldown_seconds", static_cast<int64_t>(choices_.Below(3)) * 20)
        .Number("success_threshold", 1 + static_cast<int64_t>(choices_.Below(2)))
        .Take();
  }
  std::string MoveBreaker() {
    const CircuitBreakerRow breaker = Any(CircuitBreakersTable(), &CircuitBreakerRow::tool);
    CommandText command("transition_circuit_breaker");
    command.Text("tool", breaker.tool).Text("reason", Reason()).Text("operator", choices_.OneIn(3) ? "" : "Olga");
    Aim(CircuitBreakerMachine(), breaker.status, command);
    return MayOverride(command);
  }
  std::string ReportTool() {
    return CommandText("report_tool_result")
        .Text("tool", Id('c', 3))
        .Text("outcome", choices_.OneIn(3) ? "success" : "failure")
        .Text("reason", Reason())
        .Take();
  }
  RequestRow AnyRequest() { return Any(RequestsTable(), &RequestRow::request_id); }
  std::string CreateRequest() {
    return CommandText("create_request")
        .Text("request_id", Id('q', 20))
        .Text("request", "make it so")
        .Text("run_id", choices_.OneIn(2) ? AnyRun().run_id : "")
        .Take();
  }
  std::string MoveRequest() {
    const RequestRow request = AnyRequest();
    CommandText command("transition_request");
    command.Text("request_id", request.request_id);
    const std::string to = Aim(RequestMachine(), request.status, command);
    const bool shows_plan = to == "plan_awaiting_approval";
    if (shows_plan || to == "implementation_awaiting_approval") {
      if (!choices_.OneIn(12)) Show(shows_plan ? "plan" : "implementation", request, command);
    } else if (to == "reviewing") {
      command.Text("review", Reason());
    } else {
      command.Text("reason", Reason());
    }
    const bool is_plan = to == "plan_approved";
    if (is_plan || to == "implementation_approved") {
      const std::string digest = (is_plan ? request.plan_digest : request.implementation_digest).value_or("");
      command.Text("digest", choices_.OneIn(10) ? std::string(64, 'a') : digest);
      command.Text("authority", choices_.OneIn(2) ? "the board" : "");
    }
    return MayOverride(command);
  }
  void Show(std::string_view document, const RequestRow& request, CommandText& command) {
    command.Text(document, fmt::format("do {}", choices_.Below(3)));
    if (choices_.OneIn(2)) command.Json("scope", R"({"files":["x"]})");
    if (request.run_id && choices_.OneIn(2)) {
      command.Names("patches", Some(PatchesTable(), &PatchRow::patch_id, *request.run_id));
    }
  }
  std::string AmendRequest() {
    const RequestRow request = AnyRequest();
    CommandText command("amend_request");
    command.Text("request_id", request.request_id);
    if (!choices_.OneIn(6)) {
      Show(request.status.starts_with("implementation") ? "implementation" : "plan", request, command);
    }
    return command.Text("run_id", choices_.OneIn(4) ? AnyRun().run_id : "").Take();
  }
  std::string SaveCheckpoint() {
    CommandText command("save_checkpoint");
    command.Text("name", Id('n', 3)).Json("data", choices_.OneIn(3) ? "" : R"({"step":1})");
    if (choices_.OneIn(2)) return command.Text("request_id", AnyRequest().request_id).Take();
    const WorkstreamRow ws = AnyWorkstream();
    return command.Text("run_id", ws.run_id).Text("ws_id", ws.ws_id).Take();
  }
  std::string DefineMachine() {
    return CommandText("define_machine").Json("machine", choices_.From(kDefinitions)).Take();
  }
  std::string CreateEntity() {
    return CommandText("create_entity")
        .Text("machine", choices_.OneIn(3) ? "lamp" : "deploy")
        .Text("entity_id", Id('e', 12))
        .Json("metadata", choices_.OneIn(2) ? R"({"x":1})" : "")
        .Take();
  }
  std::string MoveEntity() {
    const EntityRow entity = Any(EntitiesTable(), &EntityRow::entity_id);
    CommandText command("transition_entity");
    command.Text("machine", entity.machine.empty() ? "deploy" : entity.machine)
        .Text("entity_id", entity.entity_id)
        .Text("reason", Reason());
    command.Text("operator", choices_.OneIn(2) ? "Olga" : "");
    for (const MachineRow& row : All(MachinesTable())) {
      if (row.name != entity.machine || row.version != entity.machine_version) continue;
      const MachineDefinition definition = Must(ReadMachineDefinition(row.definition_json));
      Aim(Must(Machine::FromData(definition.data())), entity.status, command);
      return MayOverride(command);
    }
    return command.Text("to", "up").Take();
  }
  std::string Redact() {
    return CommandText("redact_content")
        .Number("position", static_cast<int64_t>(choices_.Below(snapshot_->head().position.value + 2)))
        .Text("reason", "a password")
        .Take();
  }

  Choices& choices_;
  std::unique_ptr<Snapshot> snapshot_;
};

}  // namespace

TimedCommand MakeCommand(uint64_t word, Storage& storage, const std::vector<TimedCommand>& earlier) {
  Choices choices(word);
  if (!earlier.empty() && choices.OneIn(20)) return earlier[choices.Below(earlier.size())];
  TimedCommand made;
  constexpr int64_t kWaits[] = {1, 3, 20, 60, 200};
  if (choices.OneIn(5)) made.wait_sec = kWaits[choices.Below(std::size(kWaits))];
  made.json = Teller(choices, storage).Next();
  made.json.pop_back();
  if (choices.OneIn(16)) made.json += R"(,"sensitive":true)";
  if (choices.OneIn(20)) made.json += fmt::format(R"(,"expect_version":{})", choices.Below(5));
  if (choices.OneIn(4)) made.json += fmt::format(R"(,"command_id":"k{}")", choices.Below(1'000));
  made.json += "}";
  return made;
}

}  // namespace annals::property
