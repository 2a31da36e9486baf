// How far a log of transitions, written by any program, keeps to a machine. Guards are not judged: they look at rows,
// and there are none.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/machine.h"
#include "schemas/text_map.h"
#include "schemas/transition_line.h"

namespace annals {

enum class BreakKind {
  kEdge,          // the machine has no edge between the two states
  kContinuity,    // the entity leaves another state than it was last in, or is created again
  kInitial,       // the first that is heard of the entity is not that it is in, or leaves, the initial state
  kUnknownState,  // the machine does not have one of the two states
};
inline constexpr BreakKind kBreakKinds[] = {BreakKind::kEdge, BreakKind::kContinuity, BreakKind::kInitial,
                                            BreakKind::kUnknownState};
// "edge", "continuity", "initial" or "unknown_state".
std::string_view NameOf(BreakKind kind);

struct Break {
  uint64_t line = 0;
  BreakKind kind = BreakKind::kEdge;
  std::string detail;  // names the entity; what comes from the log is quoted
};

// Takes the transitions of a log in their order. Memory: an id and a state for each entity of the machine's name.
class Conformance {
 public:
  // `on_break` is called for every rule that a line breaks, which may be several. `machine` must outlive this.
  Conformance(const Machine& machine, std::function<void(Break)> on_break);

  // Times are not compared: the order of the lines counts.
  void Take(uint64_t line, const TransitionLine& transition);

  uint64_t lines() const { return lines_; }
  uint64_t other() const { return other_; }      // of them, of another entity type than the machine's name
  uint64_t refused() const { return refused_; }  // of the rest, those that were refused, and moved nothing
  uint64_t judged() const { return lines_ - other_ - refused_; }
  uint64_t conform() const { return conform_; }  // of judged(), those that break no rule
  // The entity type of the first of other(); empty without one.
  const std::string& first_other() const { return first_other_; }
  // The states that no entity was ever in, in the order of the machine.
  std::vector<std::string_view> Unreached() const;

 private:
  void Report(uint64_t line, BreakKind kind, std::string_view entity, std::string_view what);
  // Each true where the line keeps the rule.
  bool KnowsStates(uint64_t line, const TransitionLine& transition);
  bool BeginsRightly(uint64_t line, const TransitionLine& transition);
  bool GoesOnRightly(uint64_t line, const TransitionLine& transition, std::string_view left_in);
  bool HasEdge(uint64_t line, const TransitionLine& transition);
  void NoteReached(std::string_view state);

  const Machine& machine_;
  const std::function<void(Break)> on_break_;
  TextMap<std::string> state_by_entity_;
  TextMap<bool> is_reached_;  // by state of the machine
  uint64_t lines_ = 0, other_ = 0, refused_ = 0, conform_ = 0;
  std::string first_other_;
};

}  // namespace annals
