#include "tests/support/by_hand.h"

#include <algorithm>

#include <capnp/message.h>
#include <fmt/format.h>

#include "commands/decision.h"
#include "commands/log_line.h"
#include "commands/raw_append.h"
#include "commands/sealer.h"
#include "eventstore/event_codec.h"
#include "tests/support/must.h"

namespace annals::support {
namespace {

constexpr std::string_view kRun = "run/r1";

// One name means the same in every machine that has it.
bool IsFinal(std::string_view state) {
  static constexpr std::string_view kFinal[] = {"completed",   "failed",  "cancelled",  "abandoned", "shutdown",
                                                "rolled_back", "expired", "superseded", "passed",    "gone"};
  return std::ranges::find(kFinal, state) != std::end(kFinal);
}

std::string With(std::string object, std::string_view fields) {
  if (!fields.empty()) object.append(",").append(fields);
  return object + "}";
}

}  // namespace

std::string Entity::Stream() const {
  if (machine == "worker" || machine == "request") return fmt::format("{}/{}", machine, id);
  if (machine == "circuit_breaker") return "breaker/" + id;
  for (const char* const of_run : {"run", "workstream", "task", "patch", "test_gate"}) {
    if (machine == of_run) return std::string(kRun);
  }
  return fmt::format("entity/{}/{}", machine, id);
}

HandEvent Entity::Created(std::string_view initial, std::string_view fields) const {
  return {.stream = Stream(),
          .event_type = machine + "_created",
          .payload = With(fmt::format(R"({{"machine":"{}","entity":"{}","machine_version":"1","initial":"{}")", machine,
                                      id, initial),
                          fields),
          .ws_id = ws_id};
}

HandEvent Entity::Moved(std::string_view from, std::string_view to, std::string_view trigger,
                        std::string_view fields) const {
  const bool is_named = machine != "run" && machine != "workstream";
  return {
      .stream = Stream(),
      .event_type = machine + "_transitioned",
      .payload = With(fmt::format(R"({{"machine":"{}","from":"{}","to":"{}","trigger":"{}","final":{}{})", machine,
                                  from, to, trigger, IsFinal(to), is_named ? fmt::format(R"(,"entity":"{}")", id) : ""),
                      fields),
      .ws_id = ws_id};
}

HandEvent Entity::Amended(std::string_view fields) const {
  return {.stream = Stream(),
          .event_type = machine + "_amended",
          .payload = With(fmt::format(R"({{"machine":"{}","entity":"{}")", machine, id), fields),
          .ws_id = ws_id};
}

HandEvent Entity::Checkpoint(std::string_view name, std::string_view data) const {
  return Kept({.stream = Stream(),
               .event_type = "checkpoint_saved",
               .payload = fmt::format(R"({{"name":"{}","data":{}}})", name, data),
               .ws_id = ws_id});
}

HandEvent Kept(HandEvent event) {
  event.keeps_content = true;
  return event;
}

HandEvent MachineDefined(std::string_view name, std::string_view version, std::string_view definition) {
  return {.stream = fmt::format("machine/{}", name),
          .event_type = "machine_defined",
          .payload = fmt::format(R"({{"version":"{}","definition":{}}})", version, definition)};
}

Position ByHand::Write(const HandEvent& event) {
  WriteAll({event});
  return Must(storage_.Read())->head().position;
}

void ByHand::WriteAll(const std::vector<HandEvent>& events) {
  RawAppender appender(storage_);
  LogLineDecoder decoder;
  Sealer sealer(random_);
  capnp::MallocMessageBuilder command;
  command.initRoot<schema::Command>();
  for (const HandEvent& event : events) {
    Must(appender.Begin());
    const Timestamp now{std::max(clock_.Now(), appender.transaction().head().recorded_at).micros + 1000};
    const std::string ws_id = event.ws_id.empty() ? "null" : fmt::format(R"("{}")", event.ws_id);
    const std::optional<std::string_view> run_id = RunOfStream(event.stream);
    LogLine line = Must(decoder.Read(
        fmt::format(R"({{"position":1,"version":1,"stream":"{}","recorded_at":"{}","event_type":"{}","run_id":{},)"
                    R"("ws_id":{},"actor":"Hand","payload":{}}})",
                    event.stream, FormatTimestamp(now), event.event_type,
                    run_id ? fmt::format(R"("{}")", *run_id) : "null", ws_id, event.payload)));
    EventDraft draft;
    draft.event = line.event;
    draft.json = line.json;
    draft.text = line.text;
    if (event.keeps_content) draft.origin = EventDraft::Origin::kProduced;
    const NewEvent sealed =
        sealer.Seal(command.getRoot<schema::Command>().asReader(), {.recorded_at = now, .occurred_at = {}}, draft);
    const StreamVersion version{Must(appender.transaction().VersionOf(event.stream)).value + 1};
    const FoldedEvent folded = Must(appender.Read(event.stream, version, sealed));
    Must(appender.Append(event.stream, version, sealed, folded));
  }
  Must(appender.Commit());
}

std::vector<HandEvent> WholeLife() {
  const Entity run{"run", "r1"}, workstream{"workstream", "", "a"}, worker{"worker", "w1"},
      gate{"test_gate", "g1", "a"}, first{"task", "t1", "a"}, second{"task", "t2", "a"},
      breaker{"circuit_breaker", "git"}, patch{"patch", "p1", "a"}, request{"request", "q1"}, entity{"deploy", "x"};
  const std::string hash(64, 'a');
  return {
      {.stream = "run/r1", .event_type = "run_created", .payload = R"({"machine_version":"1"})"},  // 1
      run.Moved("pending", "running", "start"),
      {.stream = "run/r1", .event_type = "workstream_created", .payload = R"({"machine_version":"1"})", .ws_id = "a"},
      {.stream = "run/r1",
       .event_type = "workstream_created",
       .payload = R"({"machine_version":"1","depends_on":["a"]})",
       .ws_id = "b"},
      {.stream = "run/r1", .event_type = "step_started", .payload = R"({"step_name":"edit"})", .ws_id = "a"},  // 5
      {.stream = "run/r1",
       .event_type = "error_recorded",
       .payload = R"({"step_name":"edit","error_code":"E1","signature":"s"})",
       .ws_id = "a"},
      worker.Created("initializing", R"("worker":{"capabilities":["cc","py"],"affinity":[],)"
                                     R"("max_concurrent_tasks":2,"heartbeat_sec":30},"metadata":{"host":"h"})"),
      worker.Moved("initializing", "idle", "started", R"("worker":{"last_heartbeat":"2026-01-01T12:00:00Z"})"),
      gate.Created("pending", R"("test_gate":{"type":"unit","timeout_sec":60,"depends_on":[]})"),
      first.Created("pending", R"("task":{"depends_on":[],"gate_dependencies":["g1"],"validation_gates":["g1"],)"  // 10
                               R"("is_critical":true,"max_retries":3,"timeout_sec":1800})"),
      second.Created("pending", R"("task":{"depends_on":["t1"],"max_retries":3,"timeout_sec":1800})"),
      gate.Moved("pending", "running", "start"),
      Kept(gate.Moved("running", "passed", "pass", R"("test_gate":{"exit_code":0},"detail":{"output":"ok"})")),
      first.Moved("pending", "queued", "submit"),
      worker.Moved("idle", "busy", "assign",  // 15
                   R"("worker":{"claim":"taken","run_id":"r1","task_id":"t1","epoch":1})"),
      first.Moved("queued", "running", "assign", R"("task":{"worker_id":"w1","epoch":1})"),
      breaker.Created("closed",
                      R"("circuit_breaker":{"failure_threshold":1,"cooldown_seconds":60,"success_threshold":1})"),
      breaker.Amended(R"("circuit_breaker":{"outcome":"failure"})"),
      breaker.Moved("closed", "open", "failures_reached"),
      first.Moved("running", "retrying", "retry",  // 20
                  R"("task":{"worker_id":"w1","retry_at":"2026-01-01T13:00:00Z"},"reason":"flaky")"),
      worker.Moved("busy", "idle", "release",
                   R"("worker":{"claim":"released","run_id":"r1","task_id":"t1","epoch":1})"),
      Kept(
          patch.Created("pending", R"("patch":{"task_id":"t1","tool":"git","format":"unified_diff","files":["a b.cc"],)"
                                   R"("diff_hash":")" +
                                       hash + R"(","lines_added":1,"lines_removed":0},"text":"+int a;\n")")),
      patch.Moved("pending", "validating", "validate"),
      patch.Moved("validating", "quarantined", "quarantine",
                  R"("patch":{"scope_passed":false,"constraints_passed":true},"reason":"out of scope")"),
      Kept(request.Created("pending", R"("request":{"document":"request"},"text":"make it fast")")),  // 25
      request.Moved("pending", "planning", "plan", R"("request":{"run_id":"r1"})"),
      Kept(request.Moved("planning", "plan_awaiting_approval", "submit_plan",
                         R"("request":{"document":"plan"},"detail":{"files":["a.cc"]},"reason":"the plan")")),
      request.Moved("plan_awaiting_approval", "plan_approved", "approve_plan",
                    R"("request":{"digest":")" + hash + R"(","authority":"lead"},"operator":"Olga","by_hand":true)"),
      request.Checkpoint("planned", R"({"at":1})"),
      workstream.Checkpoint("half", R"({"at":2})"),  // 30
      MachineDefined("deploy", "v1", R"({"name":"deploy","initial":"new","terminals":["gone"]})"),
      entity.Created("new", R"("metadata":{"by":"ci"})"),
      entity.Moved("new", "up", "start", R"("severity":"warning","reason":"now")"),
      entity.Moved("up", "gone", "stop"),
  };
}

}  // namespace annals::support
