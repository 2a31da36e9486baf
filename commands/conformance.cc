#include "commands/conformance.h"

#include <utility>

#include <absl/status/status.h>
#include <fmt/format.h>

#include "schemas/message_text.h"
#include "schemas/status.h"

namespace annals {

std::string_view NameOf(BreakKind kind) {
  switch (kind) {
    case BreakKind::kEdge:
      return "edge";
    case BreakKind::kContinuity:
      return "continuity";
    case BreakKind::kInitial:
      return "initial";
    case BreakKind::kUnknownState:
      break;
  }
  return "unknown_state";
}

Conformance::Conformance(const Machine& machine, std::function<void(Break)> on_break)
    : machine_(machine), on_break_(std::move(on_break)) {
  for (const std::string_view state : machine.states()) is_reached_.emplace(state, false);
}

void Conformance::Take(uint64_t line, const TransitionLine& transition) {
  ++lines_;
  if (transition.entity_type != machine_.name()) {
    if (other_++ == 0) first_other_ = transition.entity_type;
    return;
  }
  if (transition.is_refused) {
    ++refused_;
    return;
  }
  const auto entity = state_by_entity_.find(transition.entity_id);
  const bool is_first = entity == state_by_entity_.end();
  const bool knows_states = KnowsStates(line, transition);
  const bool is_in_order = is_first ? BeginsRightly(line, transition) : GoesOnRightly(line, transition, entity->second);
  // An edge is only looked for between states that there are, and a creation takes none.
  const bool has_edge = !knows_states || transition.from_state.empty() || HasEdge(line, transition);
  if (knows_states && is_in_order && has_edge) ++conform_;
  NoteReached(transition.from_state);
  NoteReached(transition.to_state);
  if (is_first) {
    state_by_entity_.emplace(transition.entity_id, transition.to_state);
  } else {
    entity->second = transition.to_state;
  }
}

std::vector<std::string_view> Conformance::Unreached() const {
  std::vector<std::string_view> unreached;
  for (const std::string_view state : machine_.states()) {
    if (!is_reached_.find(state)->second) unreached.push_back(state);
  }
  return unreached;
}

void Conformance::Report(uint64_t line, BreakKind kind, std::string_view entity, std::string_view what) {
  on_break_({line, kind, fmt::format("{}: {}", Quoted(entity), what)});
}

bool Conformance::KnowsStates(uint64_t line, const TransitionLine& transition) {
  bool knows_all = true;
  const auto check = [&](std::string_view state) {
    if (machine_.HasState(state)) return;
    Report(line, BreakKind::kUnknownState, transition.entity_id, MessageOf(machine_.CheckState(state)));
    knows_all = false;
  };
  if (!transition.from_state.empty()) check(transition.from_state);
  check(transition.to_state);
  return knows_all;
}

bool Conformance::BeginsRightly(uint64_t line, const TransitionLine& transition) {
  const bool is_created = transition.from_state.empty();
  const std::string_view begins_in = is_created ? transition.to_state : transition.from_state;
  if (begins_in == machine_.initial()) return true;
  Report(line, BreakKind::kInitial, transition.entity_id,
         fmt::format("it {} {}; a {} begins in {}", is_created ? "is created in" : "is first heard of as it leaves",
                     Quoted(begins_in), machine_.name(), machine_.initial()));
  return false;
}

bool Conformance::GoesOnRightly(uint64_t line, const TransitionLine& transition, std::string_view left_in) {
  if (transition.from_state == left_in) return true;
  Report(line, BreakKind::kContinuity, transition.entity_id,
         transition.from_state.empty()
             ? fmt::format("it is created again; it was left in {}", Quoted(left_in))
             : fmt::format("it leaves {}, but was left in {}", Quoted(transition.from_state), Quoted(left_in)));
  return false;
}

bool Conformance::HasEdge(uint64_t line, const TransitionLine& transition) {
  const absl::Status valid = ValidateTransition(machine_, transition.from_state, transition.to_state);
  if (!valid.ok()) Report(line, BreakKind::kEdge, transition.entity_id, MessageOf(valid));
  return valid.ok();
}

void Conformance::NoteReached(std::string_view state) {
  if (const auto found = is_reached_.find(state); found != is_reached_.end()) found->second = true;
}

}  // namespace annals
