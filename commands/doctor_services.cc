// Workers that are not heard of, and circuit breakers that keep tools from being used.
#include <algorithm>

#include <fmt/format.h>

#include "commands/doctor_kinds.h"
#include "commands/machine.h"
#include "eventstore/event_codec.h"
#include "schemas/status.h"
#include "schemas/time_expression.h"

namespace annals::doctor {
namespace {

std::string MoveLine(const WorkerRow& worker, std::string_view to, std::string_view reason) {
  return fmt::format("annals worker transition {} {} --reason '{}'", worker.worker_id, to, reason);
}

std::string ResetLine(const CircuitBreakerRow& breaker) {
  return fmt::format("annals breaker reset {} --operator NAME --reason TEXT", breaker.tool);
}

}  // namespace

absl::StatusOr<std::optional<Timestamp>> SilentSince(const Ward& ward, const WorkerRow& worker) {
  if (!ward.knows_leases || (worker.status != "idle" && worker.status != "busy" && worker.status != "draining")) {
    return std::nullopt;
  }
  ASSIGN_OR_RETURN(const std::optional<Timestamp> renewed_at, ward.rows.LeaseOf(worker.worker_id));
  // Before its first heartbeat it counts from its last change.
  const Timestamp since = renewed_at.value_or(worker.updated_at);
  const Timestamp over = SecondMissedHeartbeat(worker, since);
  return IsOver(since, over, ward.now) ? std::optional(over) : std::nullopt;
}

Seen LookAtSilentWorker(const Ward& ward, const WorkerRow& worker) {
  ASSIGN_OR_RETURN(const std::optional<Timestamp> since, SilentSince(ward, worker));
  if (!since) return std::nullopt;
  const std::string reason =
      fmt::format("not heard of for two heartbeats of {}", FormatSpan(std::chrono::seconds(worker.heartbeat_sec)));
  if (worker.status == "draining") {  // nobody waits to hear of it again
    return Sign{*since, fmt::format("{}, and asked to stop; it holds {} task(s)", reason, worker.current_load),
                MoveLine(worker, "shutdown", reason)};
  }
  return Sign{*since, fmt::format("{}; it holds {} task(s)", reason, worker.current_load),
              MoveLine(worker, "unresponsive", reason),
              [worker_id = worker.worker_id, reason](schema::Command::Builder command) {
                auto move = command.initBody().initTransitionWorker();
                move.setWorkerId(AsText(worker_id));
                move.setTo("unresponsive");
                move.setReason(AsText(reason));
              }};
}

Seen LookAtLingeringWorker(const Ward& ward, const WorkerRow& worker) {
  ASSIGN_OR_RETURN(const std::optional<Timestamp> silent, SilentSince(ward, worker));
  if (silent) return std::nullopt;  // worker.silent
  struct Case {
    std::string_view status, detail, reason;
  };
  static constexpr Case kCases[] = {
      {"initializing", "it was registered and never began", "it could not be started"},
      {"draining", "it was asked to stop and has not", "it stopped"},
      {"unresponsive", "it was not heard of again", "it is held for gone"},
  };
  const auto* const found = std::ranges::find(kCases, worker.status, &Case::status);
  return Sign{worker.updated_at, fmt::format("{}; it holds {} task(s)", found->detail, worker.current_load),
              MoveLine(worker, "shutdown", found->reason)};
}

Seen LookAtOpenBreaker(const Ward& ward, const CircuitBreakerRow& breaker) {
  const int64_t left = CooldownSecondsLeft(breaker, ward.now);
  if (left == 0) return std::nullopt;  // circuit_breaker.cooldown_over
  return Sign{breaker.opened_at.value_or(breaker.updated_at),
              fmt::format("{} is not used for {} s more; failures in a row: {}", breaker.tool, left, breaker.failures),
              ResetLine(breaker)};
}

Seen LookAtBreakerToTryAgain(const Ward& ward, const CircuitBreakerRow& breaker) {
  if (CooldownSecondsLeft(breaker, ward.now) > 0) return std::nullopt;
  return Sign{After(breaker.opened_at.value_or(breaker.updated_at), breaker.cooldown_seconds),
              fmt::format("its cooldown of {} is over", FormatSpan(std::chrono::seconds(breaker.cooldown_seconds))),
              fmt::format("annals breaker transition {} half_open", breaker.tool),
              [tool = breaker.tool](schema::Command::Builder command) {
                auto move = command.initBody().initTransitionCircuitBreaker();
                move.setTool(AsText(tool));
                move.setTo("half_open");
              }};
}

Seen LookAtHalfOpenBreaker(const Ward&, const CircuitBreakerRow& breaker) {
  return Sign{breaker.updated_at, fmt::format("nobody tried {} again", breaker.tool), ResetLine(breaker)};
}

}  // namespace annals::doctor
