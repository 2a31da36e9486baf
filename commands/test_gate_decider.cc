// Test gates: checks that tasks and other gates wait for.
#include <fmt/format.h>

#include "commands/decision.h"
#include "commands/entity_law.h"
#include "eventstore/event_codec.h"
#include "schemas/status.h"

namespace annals {
namespace {

constexpr uint32_t kUsualTimeoutSec = 1800;

absl::StatusOr<std::string> Check(std::string_view run_id, schema::Created::Reader created, Rows& rows) {
  RETURN_IF_ERROR(CheckNeeds(kTestGateLaw, View(created.getEntity()),
                             {{"depends_on", kTestGateLaw, created.getTestGate().getDependsOn()}}, run_id, rows));
  return "";
}

absl::Status Begin(const DecisionInput& input, schema::Created::Builder created, EventDraft&) {
  const auto body = input.command.getBody().getCreateTestGate();
  auto spec = created.initTestGate();
  spec.setType(body.getType());
  if (body.getDependsOn().size() > 0) spec.setDependsOn(body.getDependsOn());
  ASSIGN_OR_RETURN(const uint32_t timeout,
                   CountOr(body.hasTimeoutSec(), body.getTimeoutSec(), kUsualTimeoutSec, UINT32_MAX, "timeout_sec"));
  spec.setTimeoutSec(timeout);
  return absl::OkStatus();
}

absl::StatusOr<std::string> Carry(const DecisionInput& input, bool by_engine, const GuardInput&, std::string_view to,
                                  schema::Transitioned::Builder moved, EventDraft& draft) {
  if (by_engine) return "";
  const auto stated = input.command.getBody().getTransitionTestGate();
  const int64_t exit_code = stated.getExitCode().getValue();
  // An operator may hold one for passed that found something.
  if (to == "passed" && exit_code != 0 && !input.command.hasOverride()) {
    return absl::InvalidArgumentError(
        fmt::format("gate {} passes, but its exit code is {}; say that it failed, or leave the code out",
                    View(stated.getGateId()), exit_code));
  }
  // Without it nobody knew any more, once its content is redacted, that there was a result.
  if (stated.hasExitCode() || stated.hasResult()) {
    auto found = moved.initTestGate();
    if (stated.hasExitCode()) found.setExitCode(stated.getExitCode());
  }
  if (stated.hasResult()) {
    draft.json = View(stated.getResult());
    draft.origin = EventDraft::Origin::kProduced;
  }
  return "";
}

}  // namespace

const EntityLaw kTestGateLaw = {.machine = TestGateMachine,
                                .stream_prefix = {},
                                .list_command = "annals gate list",
                                .find = FindEntity<&Rows::test_gates, &GuardInput::test_gate>,
                                .begin = Begin,
                                .check = Check,
                                .carry = Carry};

Decision DecideTestGate(const DecisionInput& input) {
  const auto body = input.command.getBody();
  if (body.isCreateTestGate()) {
    return CreateEntity(kTestGateLaw, EntityCommandOf(body.getCreateTestGate(), body.getCreateTestGate().getGateId()),
                        input);
  }
  const auto move = body.getTransitionTestGate();
  return MoveEntity(kTestGateLaw, EntityCommandOf(move, move.getGateId()), input);
}

}  // namespace annals
