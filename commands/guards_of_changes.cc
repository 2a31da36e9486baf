// Guards of patches, circuit breakers and requests.
#include <fmt/format.h>

#include "commands/guard_functions.h"
#include "eventstore/event_codec.h"
#include "eventstore/event_content.h"
#include "eventstore/patch_statement.h"
#include "schemas/message_text.h"
#include "schemas/sabotage.h"
#include "schemas/status.h"

namespace annals::guards {

absl::StatusOr<std::string> PatchChecksPassed(const GuardInput& input) {
  if (!input.patch->format_passed) {
    return fmt::format("its diff is no {}: {}", input.patch->format, input.patch->format_fault.value_or(""));
  }
  const PatchStatement stated = StatementIn(input.moved, input.patch->status);
  if (!stated.scope_passed) return "nobody says that its scope passed";
  if (!*stated.scope_passed) return "it changes what it may not change";
  if (!stated.constraints_passed) return "nobody says that its constraints passed";
  if (!*stated.constraints_passed) return "it does not keep the constraints";
  return "";
}

absl::StatusOr<std::string> TestsPassed(const GuardInput& input) {
  const PatchStatement stated = StatementIn(input.moved, input.patch->status);
  if (!stated.tests_passed) return "nobody says that the tests passed with it";
  return *stated.tests_passed ? "" : "the tests did not pass with it";
}

namespace {

// What a move tells that says nothing of the breaker, as those of before breakers were recorded.
constexpr std::string_view kUnknown = "unknown";

// What is known of the breaker when a patch is judged: its state, "" where the patch names no tool, or kUnknown.
absl::StatusOr<std::string> BreakerFor(const GuardInput& input) {
  if (input.moved.getPatch().hasBreaker()) return std::string(View(input.moved.getPatch().getBreaker()));
  if (input.is_recorded) return std::string(kUnknown);
  return BreakerSeen(*input.patch, input.rows);
}

}  // namespace

absl::StatusOr<std::string> BreakerIsClosed(const GuardInput& input) {
  // Not moved out: the compiler then warns of bytes that no short text has.
  const absl::StatusOr<std::string> seen = BreakerFor(input);
  RETURN_IF_ERROR(seen.status());
  if (*seen != "open") return "";
  const std::string& tool = *input.patch->tool;
  ASSIGN_OR_RETURN(const CircuitBreakerRow* const breaker, input.rows.circuit_breakers.Find({tool}));
  if (breaker == nullptr) return fmt::format("the circuit breaker of {} is open", tool);
  const int64_t left = CooldownSecondsLeft(*breaker, input.now);
  if (left > 0) return fmt::format("the circuit breaker of {} is open, for {} seconds more", tool, left);
  return fmt::format("the circuit breaker of {0} is open; its cooldown is over: annals breaker probe {0}", tool);
}

absl::StatusOr<std::string> BreakerIsOpen(const GuardInput& input) {
  // Not moved out: the compiler then warns of bytes that no short text has.
  const absl::StatusOr<std::string> seen = BreakerFor(input);
  RETURN_IF_ERROR(seen.status());
  if (*seen == "open" || *seen == kUnknown) return "";
  if (seen->empty()) return "it names no tool, whose circuit breaker could hold it up";
  return fmt::format("the circuit breaker of {} is {}", *input.patch->tool, *seen);
}

absl::StatusOr<std::string> FailuresReached(const GuardInput& input) {
  const CircuitBreakerRow& breaker = *input.circuit_breaker;
  if (breaker.failures >= breaker.failure_threshold) return "";
  return fmt::format("it failed {} times in a row, {} are needed", breaker.failures, breaker.failure_threshold);
}

absl::StatusOr<std::string> HasFailedAgain(const GuardInput& input) {
  return input.circuit_breaker->failures > 0 ? "" : "it has not failed since it is tried again";
}

absl::StatusOr<std::string> SuccessesReached(const GuardInput& input) {
  const CircuitBreakerRow& breaker = *input.circuit_breaker;
  if (breaker.successes >= breaker.success_threshold) return "";
  return fmt::format("it succeeded {} times in a row, {} are needed", breaker.successes, breaker.success_threshold);
}

absl::StatusOr<std::string> CooldownElapsed(const GuardInput& input) {
  const int64_t left = CooldownSecondsLeft(*input.circuit_breaker, input.now);
  return left == 0 ? "" : fmt::format("{} seconds of its cooldown are left", left);
}

absl::StatusOr<std::string> PlanGiven(const GuardInput& input) {
  return input.moved.getRequest().getDocument() == schema::Document::PLAN ? "" : "there is no plan to be approved";
}

absl::StatusOr<std::string> ImplementationGiven(const GuardInput& input) {
  if (input.moved.getRequest().getDocument() == schema::Document::IMPLEMENTATION) return "";
  return "there is no implementation to be approved";
}

absl::StatusOr<std::string> DigestIsCurrent(const GuardInput& input) {
  const RequestRow& request = *input.request;
  const bool is_plan = request.status == "plan_awaiting_approval";
  const std::string_view what = is_plan ? "plan" : "implementation";
  const std::string current = (is_plan ? request.plan_digest : request.implementation_digest).value_or("");
  const std::string_view named = View(input.moved.getRequest().getDigest());
  if (current.empty()) return fmt::format("there is no {} to be approved; annals request revise gives one", what);
  // What stood there when it was approved may be gone today.
  if (!input.is_recorded && IsRedacted((is_plan ? request.plan : request.implementation).value_or(""))) {
    return fmt::format("the {0} was redacted, and nobody can see what is approved; annals request revise gives another",
                       what);
  }
  if (named.empty()) return "no digest says what is approved";
  if (named == current || IsSabotaged("any_digest_approves")) return "";
  return fmt::format("what waits for approval is not what that digest is of; look at it again: annals request show {}",
                     request.request_id);
}

}  // namespace annals::guards
