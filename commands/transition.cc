#include "commands/transition.h"

#include <fmt/format.h>

#include "eventstore/event_codec.h"
#include "schemas/message_text.h"
#include "schemas/sabotage.h"
#include "schemas/status.h"

namespace annals {
namespace {

absl::Status CheckNames(const TransitionRequest& request) {
  if (request.to.empty() && request.trigger.empty()) {
    return absl::InvalidArgumentError(
        fmt::format("{} {}: neither to nor trigger is given; name the state it shall reach", request.machine.name(),
                    request.entity));
  }
  if (request.to.empty() && request.has_override) {
    return absl::InvalidArgumentError(fmt::format("{} {}: an override names the state to reach, not only a trigger",
                                                  request.machine.name(), request.entity));
  }
  if (!request.to.empty()) {
    RETURN_IF_ERROR(WithContext(request.machine.CheckState(request.to),
                                fmt::format("{} {}", request.machine.name(), request.entity)));
  }
  if (request.trigger.empty() || request.machine.HasTrigger(request.trigger)) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("{} {}: {} is no trigger of the {} machine; {}", request.machine.name(),
                                                request.entity, Quoted(request.trigger), request.machine.name(),
                                                SuggestName(request.trigger, request.machine.Triggers())));
}

// Empty when every guard of `edge` holds. `held` is how many did before the one that objects.
absl::StatusOr<std::string> FirstObjection(const Edge& edge, const GuardInput& input, size_t& held) {
  held = 0;
  for (const Guard* const guard : edge.guards) {
    if (guard->name == "dependencies_done" && IsSabotaged("a_guard_is_dropped")) continue;
    ASSIGN_OR_RETURN(const std::string saw, guard->judge(input));
    if (!saw.empty()) return fmt::format("the guard {} does not hold: {}", guard->name, saw);
    ++held;
  }
  return "";
}

}  // namespace

Refusal RefuseTransition(const TransitionRequest& request, std::string why) {
  Refusal refusal{.machine = std::string(request.machine.name()),
                  .entity = std::string(request.entity),
                  .from = std::string(request.from),
                  .to = std::string(request.to),
                  .trigger = std::string(request.trigger),
                  .why = std::move(why),
                  .legal = {}};
  if (!request.machine.IsTerminal(request.from)) refusal.legal = request.machine.LegalFrom(request.from);
  return refusal;
}

absl::StatusOr<std::variant<Move, Refusal>> JudgeTransition(const TransitionRequest& request, GuardInput seen) {
  const Machine& machine = request.machine;
  std::string objection;
  size_t most_held = 0;
  bool has_edge = false;
  // The edges first, as there nearly always is one; then its names need not be looked up.
  const bool names_one = !request.to.empty() || (!request.trigger.empty() && !request.has_override);
  if (names_one && request.to != request.from) {
    for (const Edge& edge : machine.EdgesFrom(request.from)) {
      if (!request.to.empty() && edge.to != request.to) continue;
      if (!request.trigger.empty() && edge.trigger != request.trigger) continue;
      has_edge = true;
      const Move move{edge.to, edge.trigger, edge.severity};
      if (request.has_override) return move;
      size_t held = 0;
      seen.to = edge.to;
      ASSIGN_OR_RETURN(std::string saw, FirstObjection(edge, seen, held));
      if (saw.empty()) return move;
      // Of several targets of one trigger, the one of which most held is the one that was meant.
      if (objection.empty() || held > most_held) {
        objection = std::move(saw);
        most_held = held;
      }
    }
  }
  if (has_edge) return RefuseTransition(request, std::move(objection));
  RETURN_IF_ERROR(CheckNames(request));
  const bool is_final = machine.IsTerminal(request.from) && !IsSabotaged("overrides_leave_the_end");
  if (is_final) return RefuseTransition(request, fmt::format("{} is final", request.from));
  if (request.to == request.from) return RefuseTransition(request, fmt::format("it is {} already", request.from));
  if (request.has_override) return Move{request.to, {}, schema::Severity::WARNING};
  const std::string wanted =
      request.to.empty() ? fmt::format("by {}", request.trigger)
                         : fmt::format("to {}{}{}", request.to, request.trigger.empty() ? "" : " by ", request.trigger);
  return RefuseTransition(
      request, fmt::format("no edge leads from {} {}; {}", request.from, wanted, DescribeLegal(machine, request.from)));
}

void FillMove(const TransitionRequest& request, const Move& move, schema::Transitioned::Builder moved) {
  SetName(moved.getMachine(), request.machine.name());
  SetName(moved.getFrom(), request.from);
  SetName(moved.getTo(), move.to);
  SetName(moved.getTrigger(), move.trigger);
  moved.setSeverity(move.severity);
  moved.setFinal(request.machine.IsTerminal(move.to));
}

}  // namespace annals
