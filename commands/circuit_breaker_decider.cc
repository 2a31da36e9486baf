// Circuit breakers: one per tool, opened by failures in a row, tried again after a cooldown.
#include <fmt/format.h>

#include "commands/decision.h"
#include "commands/entity_law.h"
#include "eventstore/event_codec.h"
#include "schemas/status.h"

namespace annals {
namespace {

constexpr uint32_t kUsualFailures = 5;
constexpr uint32_t kUsualCooldownSec = 60;
constexpr uint32_t kUsualSuccesses = 1;

absl::Status Begin(const DecisionInput& input, schema::Created::Builder created, EventDraft&) {
  // The first report of a tool makes its breaker, as usual ones are.
  const auto command = input.command.getBody();
  const auto body = command.isCreateCircuitBreaker() ? command.getCreateCircuitBreaker()
                                                     : schema::CreateCircuitBreaker::Reader();
  auto spec = created.initCircuitBreaker();
  ASSIGN_OR_RETURN(const uint32_t failures, CountOr(body.hasFailureThreshold(), body.getFailureThreshold(),
                                                    kUsualFailures, UINT32_MAX, "failure_threshold"));
  ASSIGN_OR_RETURN(const uint32_t cooldown, CountOr(body.hasCooldownSeconds(), body.getCooldownSeconds(),
                                                    kUsualCooldownSec, UINT32_MAX, "cooldown_seconds"));
  ASSIGN_OR_RETURN(const uint32_t successes, CountOr(body.hasSuccessThreshold(), body.getSuccessThreshold(),
                                                     kUsualSuccesses, UINT32_MAX, "success_threshold"));
  if (failures == 0 || successes == 0) {
    return absl::InvalidArgumentError("a threshold is 0; a breaker moves after at least one failure or success");
  }
  spec.setFailureThreshold(failures);
  spec.setCooldownSeconds(cooldown);
  spec.setSuccessThreshold(successes);
  return absl::OkStatus();
}

// How a use of the tool ended. While the breaker is open it should not have been used: the answer says how long yet.
Decision Report(const DecisionInput& input) {
  const auto body = input.command.getBody().getReportToolResult();
  const std::string_view tool = View(body.getTool());
  ASSIGN_OR_RETURN(const CircuitBreakerRow* const breaker, input.rows.circuit_breakers.Find({tool}));
  if (breaker == nullptr) {
    RETURN_IF_ERROR(CreateEntity(kCircuitBreakerLaw, {.id = tool}, input).status());
  } else if (breaker->status == "open") {
    ASSIGN_OR_RETURN(auto refusal, MoveEntity(kCircuitBreakerLaw, {.id = tool, .to = "half_open"}, input,
                                              /*by_engine=*/true));
    if (refusal) {
      refusal->why = fmt::format("the circuit breaker of {} is open, for {} seconds more", tool,
                                 CooldownSecondsLeft(*breaker, input.now));
      return refusal;
    }
  }
  EventDraft& draft = input.drafts.Add({});
  draft.stream = std::string(kCircuitBreakerLaw.stream_prefix).append(tool);
  draft.text = View(body.getReason());
  auto amended = draft.event.initBody().initAmended();
  SetName(amended.getMachine(), CircuitBreakerMachine().name());
  amended.setEntity(AsText(tool));
  amended.initCircuitBreaker().setOutcome(body.getOutcome());
  return std::nullopt;
}

}  // namespace

const EntityLaw kCircuitBreakerLaw = {.machine = CircuitBreakerMachine,
                                      .stream_prefix = "breaker/",
                                      .list_command = "annals breaker list",
                                      .find = FindEntity<&Rows::circuit_breakers, &GuardInput::circuit_breaker>,
                                      .begin = Begin};

Decision DecideCircuitBreaker(const DecisionInput& input) {
  const auto body = input.command.getBody();
  if (body.isReportToolResult()) return Report(input);
  if (body.isCreateCircuitBreaker()) {
    const auto create = body.getCreateCircuitBreaker();
    return CreateEntity(kCircuitBreakerLaw, EntityCommandOf(create, create.getTool()), input);
  }
  const auto move = body.getTransitionCircuitBreaker();
  return MoveEntity(kCircuitBreakerLaw, EntityCommandOf(move, move.getTool()), input);
}

}  // namespace annals
