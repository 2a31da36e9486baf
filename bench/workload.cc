#include "bench/workload.h"

#include <capnp/dynamic.h>
#include <capnp/message.h>
#include <fmt/format.h>

#include "eventstore/event_codec.h"
#include "schemas/check.h"
#include "schemas/json_writer.h"

namespace annals::bench {

// As long as the ULIDs that annals makes itself.
std::string RunId(uint64_t seed, uint64_t run) {
  return fmt::format("01JCRUN{:04}{:015}", seed % 10'000, run);
}

void Workload::Next(schema::Command::Builder command) {
  command.setActor("agent-7");
  if (step_ == 0 && workstream_ == 0) {
    BeginRun(command);
    return;
  }
  if (workstream_ > kWorkstreamsPerRun) {
    auto body = command.initBody().initTransitionRun();
    body.setRunId(AsText(run_id_));
    body.setTo("completed");
    workstream_ = 0;
    step_ = 0;
    return;
  }
  WorkstreamCommand(command);
}

void Workload::BeginRun(schema::Command::Builder command) {
  run_id_ = RunId(seed_, ++run_);
  auto body = command.initBody().initCreateRun();
  body.setRunId(AsText(run_id_));
  body.setStatus("running");
  body.setMetadata(R"({"branch":"main","requested_by":"ci","pipeline":"nightly"})");
  workstream_ = 1;
  step_ = 0;
}

void Workload::WorkstreamCommand(schema::Command::Builder command) {
  ws_id_ = fmt::format("ws-{:03}", workstream_);
  const auto move = [&](const char* to) {
    auto body = command.initBody().initTransitionWorkstream();
    body.setRunId(AsText(run_id_));
    body.setWsId(AsText(ws_id_));
    body.setTo(to);
  };
  const auto attempt = [&](const char* step, schema::StepStatus status, int64_t exit_code) {
    auto body = command.initBody().initRecordStepAttempt();
    body.setRunId(AsText(run_id_));
    body.setWsId(AsText(ws_id_));
    body.setStepName(step);
    body.setStatus(status);
    body.initExitCode().setValue(exit_code);
    body.setResult(R"({"tool":"cppcheck","files":12,"warnings":3,"duration_ms":1840})");
  };
  switch (step_) {
    case 0: {
      auto body = command.initBody().initCreateWorkstream();
      body.setRunId(AsText(run_id_));
      body.setWsId(AsText(ws_id_));
      body.setIsCritical(workstream_ % 4 == 0);
      if (workstream_ % 2 == 0) body.initDependsOn(1).set(0, AsText(fmt::format("ws-{:03}", workstream_ - 1)));
      break;
    }
    case 1:
      move("ready");
      break;
    case 2:
      move("editing");
      break;
    case 3:
      attempt("edit", schema::StepStatus::SUCCESS, 0);
      break;
    case 4:
      move("static_check");
      break;
    case 5:
      attempt("static", schema::StepStatus::FAILURE, 1);
      break;
    case 6:
    case 7: {
      auto body = command.initBody().initRecordError();
      body.setRunId(AsText(run_id_));
      body.setWsId(AsText(ws_id_));
      body.setStepName("static");
      body.setErrorCode("nullPointer");
      body.setSignature("cppcheck:nullPointer:parser.cc");
      body.setMessage("parser.cc:118: error: Possible null pointer dereference: node");
      break;
    }
    case 8:
      move("fixing");
      break;
    case 9:
      move("runtime_check");
      break;
    default:
      move("done");
      break;
  }
  if (++step_ > 10) {
    step_ = 0;
    ++workstream_;
  }
}

std::string NextJsonLine(Workload& workload) {
  capnp::MallocMessageBuilder message;
  const auto command = message.initRoot<schema::Command>();
  workload.Next(command);
  // The writer puts the body under its name; as a command its fields stand beside "command".
  const capnp::DynamicStruct::Reader body = capnp::toDynamic(command.asReader().getBody());
  JsonWriter out;
  out.BeginObject();
  KJ_IF_MAYBE (member, body.which()) {
    out.Key("command").String(SnakeCase(member->getProto().getName().cStr()));
    const auto actor = command.asReader().getActor();
    out.Key("actor").String({actor.begin(), actor.size()});
    CHECK(WriteFields(body.get(*member).as<capnp::DynamicStruct>(), out).ok());
  }
  out.EndObject();
  return out.Take();
}

}  // namespace annals::bench
