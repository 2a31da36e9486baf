#include "commands/target.h"

#include <capnp/dynamic.h>
#include <fmt/format.h>

#include "eventstore/event_codec.h"
#include "schemas/json_writer.h"
#include "schemas/message_text.h"
#include "schemas/status.h"

namespace annals {
namespace {

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

absl::Status FindTarget(schema::Command::Reader command, Rows& rows, absl::FunctionRef<std::string()> new_run_id,
                        Target& target) {
  const auto body = command.getBody();
  const auto in_run = [&](std::string_view run_id, Decider decide) {
    target.run_id = run_id;
    target.stream = RunStream(run_id);
    target.decide = decide;
    return absl::OkStatus();
  };
  switch (body.which()) {
    case schema::Command::Body::NONE:
    case schema::Command::Body::REDACT_CONTENT:  // judged by the engine itself
      break;
    default:
      break;
    case schema::Command::Body::CREATE_RUN:
      if (body.getCreateRun().hasRunId()) return in_run(View(body.getCreateRun().getRunId()), DecideRun);
      return in_run(new_run_id(), DecideRun);
    case schema::Command::Body::TRANSITION_RUN:
      return in_run(View(body.getTransitionRun().getRunId()), DecideRun);
    case schema::Command::Body::CREATE_WORKSTREAM:
      return in_run(View(body.getCreateWorkstream().getRunId()), DecideWorkstream);
    case schema::Command::Body::TRANSITION_WORKSTREAM: {
      if (body.getTransitionWorkstream().hasRunId())
        return in_run(View(body.getTransitionWorkstream().getRunId()), DecideWorkstream);
      ASSIGN_OR_RETURN(const std::string run_id, FindRunHolding(View(body.getTransitionWorkstream().getWsId()), rows));
      return in_run(run_id, DecideWorkstream);
    }
    case schema::Command::Body::START_STEP:
      return in_run(View(body.getStartStep().getRunId()), DecideStep);
    case schema::Command::Body::FINISH_STEP: {
      // An attempt knows its run. One that does not exist has none; the decider says so.
      ASSIGN_OR_RETURN(const StepAttemptRow* const attempt,
                       rows.step_attempts.Find({body.getFinishStep().getAttemptId().getValue()}));
      return in_run(attempt == nullptr ? "" : attempt->run_id, DecideStep);
    }
    case schema::Command::Body::RECORD_STEP_ATTEMPT:
      return in_run(View(body.getRecordStepAttempt().getRunId()), DecideStep);
    case schema::Command::Body::RECORD_ERROR:
      return in_run(View(body.getRecordError().getRunId()), DecideError);
    case schema::Command::Body::RECORD_EVENT:
      if (body.getRecordEvent().hasRunId()) return in_run(View(body.getRecordEvent().getRunId()), DecideNote);
      target.run_id.clear();
      target.stream = kNoteStream;
      target.decide = DecideNote;
      return absl::OkStatus();
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

}  // namespace annals
