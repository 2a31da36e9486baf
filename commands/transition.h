// One judgement for every machine: may this entity move, along which edge.
#pragma once

#include <optional>
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

// kInvalidArgument: a state or trigger the machine does not have, or neither given.
absl::StatusOr<std::variant<Move, Refusal>> JudgeTransition(const TransitionRequest& request, Rows& rows,
                                                            const RunRow& run, const WorkstreamRow* workstream);

// Drafts the event of a granted move; its reason and override come from the command.
EventDraft& DraftTransition(const TransitionRequest& request, const Move& move, std::string_view ws_id,
                            schema::Command::Reader command, std::string_view reason, Drafts& drafts);

}  // namespace annals
