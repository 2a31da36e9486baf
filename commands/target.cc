#include "commands/target.h"

#include <capnp/dynamic.h>
#include <fmt/format.h>

#include "commands/machine_definition.h"
#include "eventstore/event_codec.h"
#include "schemas/json_writer.h"
#include "schemas/message_text.h"
#include "schemas/status.h"

namespace annals {
namespace {

// The fields of the command's body.
capnp::DynamicStruct::Reader FieldsOf(schema::Command::Reader command) {
  const capnp::DynamicStruct::Reader body = capnp::toDynamic(command.getBody());
  KJ_IF_MAYBE (member, body.which()) {
    if (member->getType().isStruct()) return body.get(*member).as<capnp::DynamicStruct>();
  }
  return body;
}

std::string NameInDefinition(std::string_view json) {
  const absl::StatusOr<MachineDefinition> definition = ReadMachineDefinition(json);
  return definition.ok() ? std::string(View(definition->data().getName())) : "";
}

// The one open run that holds a workstream of that name.
absl::StatusOr<std::string> FindRunHolding(std::string_view ws_id, Rows& rows) {
  ASSIGN_OR_RETURN(const RunsHolding holding, rows.FindRunsHolding(ws_id));
  if (holding.open.size() == 1) return holding.open[0];
  if (!holding.open.empty()) {
    return absl::InvalidArgumentError(fmt::format("workstream {} stands in {} open runs ({}); name the run", ws_id,
                                                  holding.open.size(), ListedBriefly(holding.open)));
  }
  if (holding.ended.empty()) {
    return absl::NotFoundError(
        fmt::format("no run has a workstream {}; annals workstream list shows those there are", ws_id));
  }
  return absl::InvalidArgumentError(fmt::format("workstream {} stands only in runs that have ended ({}); name the run",
                                                ws_id, ListedBriefly(holding.ended)));
}

}  // namespace

absl::Status FindTarget(schema::Command::Reader command, Rows& rows, absl::FunctionRef<std::string()> new_id,
                        Target& target) {
  const auto body = command.getBody();
  target.new_id.clear();
  const auto in_run = [&](capnp::Text::Reader run_id, Decider decide) {
    target.run_id = View(run_id);
    target.stream.assign("run/").append(target.run_id);
    target.decide = decide;
    return absl::OkStatus();
  };
  const auto outside = [&](std::string_view prefix, std::string_view id, Decider decide) {
    target.run_id.clear();
    target.stream.assign(prefix).append(id);
    target.decide = decide;
    return absl::OkStatus();
  };
  const auto of_users = [&](auto entity) {
    const std::string id = fmt::format("{}/{}", View(entity.getMachine()), View(entity.getEntityId()));
    return outside("entity/", id, DecideUsersEntity);
  };
  switch (body.which()) {
    case schema::Command::Body::NONE:
    case schema::Command::Body::REDACT_CONTENT:  // judged by the engine itself
      break;
    case schema::Command::Body::CREATE_RUN:
      if (body.getCreateRun().hasRunId()) return in_run(body.getCreateRun().getRunId(), DecideRun);
      target.new_id = new_id();
      return in_run(AsText(target.new_id), DecideRun);
    case schema::Command::Body::TRANSITION_RUN:
      return in_run(body.getTransitionRun().getRunId(), DecideRun);
    case schema::Command::Body::CREATE_WORKSTREAM:
      return in_run(body.getCreateWorkstream().getRunId(), DecideWorkstream);
    case schema::Command::Body::TRANSITION_WORKSTREAM: {
      if (body.getTransitionWorkstream().hasRunId())
        return in_run(body.getTransitionWorkstream().getRunId(), DecideWorkstream);
      ASSIGN_OR_RETURN(const std::string run_id, FindRunHolding(View(body.getTransitionWorkstream().getWsId()), rows));
      return in_run(AsText(run_id), DecideWorkstream);
    }
    case schema::Command::Body::START_STEP:
      return in_run(body.getStartStep().getRunId(), DecideStep);
    case schema::Command::Body::FINISH_STEP: {
      // An attempt knows its run. One that does not exist has none; the decider says so.
      ASSIGN_OR_RETURN(const StepAttemptRow* const attempt,
                       rows.step_attempts.Find({body.getFinishStep().getAttemptId().getValue()}));
      return in_run(attempt == nullptr ? capnp::Text::Reader() : AsText(attempt->run_id), DecideStep);
    }
    case schema::Command::Body::RECORD_STEP_ATTEMPT:
      return in_run(body.getRecordStepAttempt().getRunId(), DecideStep);
    case schema::Command::Body::RECORD_ERROR:
      return in_run(body.getRecordError().getRunId(), DecideError);
    case schema::Command::Body::RECORD_EVENT:
      if (body.getRecordEvent().hasRunId()) return in_run(body.getRecordEvent().getRunId(), DecideNote);
      return outside(kNoteStream, {}, DecideNote);
    case schema::Command::Body::CREATE_TASK:
      return in_run(body.getCreateTask().getRunId(), DecideTask);
    case schema::Command::Body::TRANSITION_TASK:
      return in_run(body.getTransitionTask().getRunId(), DecideTask);
    case schema::Command::Body::CREATE_PATCH:
      return in_run(body.getCreatePatch().getRunId(), DecidePatch);
    case schema::Command::Body::TRANSITION_PATCH:
      return in_run(body.getTransitionPatch().getRunId(), DecidePatch);
    case schema::Command::Body::CREATE_TEST_GATE:
      return in_run(body.getCreateTestGate().getRunId(), DecideTestGate);
    case schema::Command::Body::TRANSITION_TEST_GATE:
      return in_run(body.getTransitionTestGate().getRunId(), DecideTestGate);
    case schema::Command::Body::CREATE_WORKER:
      return outside("worker/", View(body.getCreateWorker().getWorkerId()), DecideWorker);
    case schema::Command::Body::TRANSITION_WORKER:
      return outside("worker/", View(body.getTransitionWorker().getWorkerId()), DecideWorker);
    case schema::Command::Body::HEARTBEAT_WORKER:
      return outside("worker/", View(body.getHeartbeatWorker().getWorkerId()), DecideWorker);
    case schema::Command::Body::CREATE_CIRCUIT_BREAKER:
      return outside("breaker/", View(body.getCreateCircuitBreaker().getTool()), DecideCircuitBreaker);
    case schema::Command::Body::TRANSITION_CIRCUIT_BREAKER:
      return outside("breaker/", View(body.getTransitionCircuitBreaker().getTool()), DecideCircuitBreaker);
    case schema::Command::Body::REPORT_TOOL_RESULT:
      return outside("breaker/", View(body.getReportToolResult().getTool()), DecideCircuitBreaker);
    case schema::Command::Body::TRANSITION_REQUEST:
      return outside("request/", View(body.getTransitionRequest().getRequestId()), DecideRequest);
    case schema::Command::Body::AMEND_REQUEST:
      return outside("request/", View(body.getAmendRequest().getRequestId()), DecideRequest);
    case schema::Command::Body::CREATE_REQUEST:
      if (body.getCreateRequest().hasRequestId()) {
        return outside("request/", View(body.getCreateRequest().getRequestId()), DecideRequest);
      }
      target.new_id = new_id();
      return outside("request/", target.new_id, DecideRequest);
    case schema::Command::Body::SAVE_CHECKPOINT:
      if (body.getSaveCheckpoint().hasRequestId()) {
        return outside("request/", View(body.getSaveCheckpoint().getRequestId()), DecideCheckpoint);
      }
      return in_run(body.getSaveCheckpoint().getRunId(), DecideCheckpoint);
    case schema::Command::Body::DEFINE_MACHINE:
      // The definition names it; what cannot be read has no name, and the decider says so.
      return outside("machine/", NameInDefinition(View(body.getDefineMachine().getMachine())), DecideMachine);
    case schema::Command::Body::CREATE_ENTITY:
      return of_users(body.getCreateEntity());
    case schema::Command::Body::TRANSITION_ENTITY:
      return of_users(body.getTransitionEntity());
  }
  return absl::InvalidArgumentError("the command says nothing to do; name one");
}

std::string CommandName(schema::Command::Reader command) {
  const capnp::DynamicStruct::Reader body = capnp::toDynamic(command.getBody());
  KJ_IF_MAYBE (member, body.which()) {
    return SnakeCase(member->getProto().getName().cStr());
  }
  return "unknown";
}

bool IsTransition(schema::Command::Reader command) {
  return FieldsOf(command).getSchema().findFieldByName("to") != nullptr;
}

std::string_view StatedReason(schema::Command::Reader command) {
  if (command.hasOverride()) return View(command.getOverride().getReason());
  const capnp::DynamicStruct::Reader fields = FieldsOf(command);
  KJ_IF_MAYBE (reason, fields.getSchema().findFieldByName("reason")) {
    return View(fields.get(*reason).as<capnp::Text>());
  }
  return {};
}

}  // namespace annals
