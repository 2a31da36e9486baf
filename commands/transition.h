// One judgement for every machine: may this entity move, along which edge.
#pragma once

#include <string_view>
#include <variant>

#include <absl/status/statusor.h>

#include "commands/decision.h"
#include "commands/guards.h"
#include "commands/machine.h"

namespace annals {

// What a command asks for. `to` or `trigger` may be empty, not both.
struct TransitionRequest {
  const Machine& machine;
  std::string_view entity;
  std::string_view from;
  std::string_view to;
  std::string_view trigger;
  bool has_override = false;
};

// What was granted. An override along no edge has no trigger.
struct Move {
  std::string_view to;
  std::string_view trigger;
  schema::Severity severity;
};

// `seen` is what guards look at; its `to` is set here for each edge.
// kInvalidArgument: a state or trigger the machine does not have, or neither given.
absl::StatusOr<std::variant<Move, Refusal>> JudgeTransition(const TransitionRequest& request, GuardInput seen);

// A refusal of `request`, with what is legal instead.
Refusal RefuseTransition(const TransitionRequest& request, std::string why);

// Fills in what every granted move says.
void FillMove(const TransitionRequest& request, const Move& move, schema::Transitioned::Builder moved);

}  // namespace annals
