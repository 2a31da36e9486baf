#include "commands/definition_check.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "commands/guards.h"
#include "commands/machine.h"
#include "eventstore/event_codec.h"
#include "schemas/message_text.h"
#include "schemas/status.h"
#include "schemas/text_map.h"

namespace annals {
namespace {

constexpr size_t kMaxFaults = 20;

// What else is named in commands where a machine of a user is.
constexpr std::string_view kTakenNames[] = {"attempt", "breaker", "checkpoint", "command", "entity", "error",
                                            "event",   "gate",    "key",        "machine", "step",   "ws"};

using Number = uint32_t;  // of a state, a trigger or an edge, in the order in which they come

// Names as numbers. The names are views.
class Numbering {
 public:
  // The number of `name`, and whether it is new.
  std::pair<Number, bool> Add(std::string_view name) {
    const auto [found, is_new] = numbers_.try_emplace(name, static_cast<Number>(names_.size()));
    if (is_new) names_.push_back(name);
    return {found->second, is_new};
  }
  std::optional<Number> Find(std::string_view name) const {
    const auto found = numbers_.find(name);
    return found == numbers_.end() ? std::nullopt : std::optional(found->second);
  }
  const std::vector<std::string_view>& names() const { return names_; }

 private:
  absl::flat_hash_map<std::string_view, Number, TextHash, std::equal_to<>> numbers_;
  std::vector<std::string_view> names_;
};

class DefinitionCheck {
 public:
  DefinitionCheck(schema::MachineDefinition::Reader definition, MachineUse use) : definition_(definition), use_(use) {}

  absl::Status Run() {
    if (!IsTooLarge()) {
      CheckGiven();
      CheckName();
      CheckStates();
      CheckInitial();
      CheckTerminals();
      CheckEdges();
      CheckReachable();
    }
    return status();
  }

 private:
  template <class... Parts>
  void Fault(fmt::format_string<Parts...> text, Parts&&... parts) {
    if (count_++ < kMaxFaults) faults_.push_back(fmt::format(text, std::forward<Parts>(parts)...));
  }

  // Whether the fault that was found is among those that are named; else it is counted. What a name might have meant
  // takes long to find, and is not to be looked for ten thousand times.
  bool MayName() {
    if (count_ < kMaxFaults) return true;
    ++count_;
    return false;
  }

  absl::Status status() const {
    if (count_ == 0) return absl::OkStatus();
    if (count_ == 1) return absl::InvalidArgumentError("read the machine: " + faults_.front());
    std::string text = fmt::format("read the machine: {} faults:\n  {}", count_, fmt::join(faults_, "\n  "));
    if (count_ > faults_.size()) text += fmt::format("\n  and {} more", count_ - faults_.size());
    return absl::InvalidArgumentError(text);
  }

  bool IsTooLarge() {
    const size_t states = definition_.getStates().size(), edges = definition_.getEdges().size();
    if (states > kMaxMachineStates) {
      Fault("/states: there are {} states; a machine has at most {}", states, kMaxMachineStates);
    }
    if (edges > kMaxMachineEdges) {
      Fault("/edges: there are {} edges; a machine has at most {}", edges, kMaxMachineEdges);
    }
    return count_ > 0;
  }

  void CheckGiven() {
    const std::pair<std::string_view, bool> keys[] = {{"name", definition_.hasName()},
                                                      {"initial", definition_.hasInitial()},
                                                      {"terminals", definition_.hasTerminals()},
                                                      {"states", definition_.hasStates()},
                                                      {"edges", definition_.hasEdges()}};
    for (const auto& [key, is_given] : keys) {
      if (!is_given) Fault("/{}: it is missing; a machine has name, initial, terminals, states and edges", key);
    }
  }

  void CheckName() {
    const std::string_view name = View(definition_.getName());
    if (use_ != MachineUse::kUsers) return;
    if (FindMachine(name).ok()) Fault("/name: a built-in machine has the name {}; choose another", Quoted(name));
    if (std::ranges::find(kTakenNames, name) != std::end(kTakenNames)) {
      Fault("/name: {} names something else in the commands of Annals; choose another", Quoted(name));
    }
  }

  void CheckStates() {
    const auto states = definition_.getStates();
    if (states.size() == 0 && definition_.hasStates())
      Fault("/states: there is none; a machine has at least its initial state");
    std::vector<Number> first;  // by state
    for (Number i = 0; i < states.size(); ++i) {
      const auto [state, is_new] = states_.Add(View(states[i].getName()));
      if (is_new) {
        first.push_back(i);
      } else {
        Fault("/states/{}/name: {} is the name of /states/{} already", i, Quoted(states_.names()[state]), first[state]);
      }
    }
    is_terminal_.resize(states_.names().size());
    leads_to_.resize(states_.names().size());
  }

  // The number of the state; says that there is none.
  template <class... Parts>
  std::optional<Number> FindState(std::string_view name, fmt::format_string<const Parts&...> pointer,
                                  const Parts&... parts) {
    const std::optional<Number> state = states_.Find(name);
    if (!state && MayName()) {
      Fault("{}: {} is no state; {}", fmt::format(pointer, parts...), Quoted(name), SuggestName(name, states_.names()));
    }
    return state;
  }

  void CheckInitial() {
    if (!states_.names().empty() && definition_.hasInitial())
      initial_ = FindState(View(definition_.getInitial()), "/initial");
  }

  void CheckTerminals() {
    Number i = 0;
    for (const auto terminal : definition_.getTerminals()) {
      const std::optional<Number> state = FindState(View(terminal), "/terminals/{}", i);
      if (state && is_terminal_[*state]) Fault("/terminals/{}: {} is given twice", i, Quoted(View(terminal)));
      if (state) is_terminal_[*state] = true;
      ++i;
    }
  }

  void CheckEdges() {
    const auto edges = definition_.getEdges();
    for (Number i = 0; i < edges.size(); ++i) {
      const std::string_view from_name = View(edges[i].getFrom()), to_name = View(edges[i].getTo());
      const std::optional<Number> from = FindState(from_name, "/edges/{}/from", i);
      const std::optional<Number> to = FindState(to_name, "/edges/{}/to", i);
      if (from && is_terminal_[*from]) {
        Fault("/edges/{}/from: {} is terminal; no way leads out of it", i, Quoted(from_name));
      }
      if (from && from == to) {
        Fault("/edges/{}/to: it leads from {} back to itself; a move goes to another state", i, Quoted(from_name));
      }
      CheckGuards(i);
      if (!from || !to) {
        knows_all_ends_ = false;
        continue;
      }
      CheckUnique(i, *from, *to);
      leads_to_[*from].push_back(*to);
    }
  }

  void CheckGuards(Number edge) {
    Numbering seen;
    Number i = 0;
    for (const auto name : definition_.getEdges()[edge].getGuards()) {
      if (!IsGuard(View(name))) {
        if (MayName()) Fault("/edges/{}/guards/{}: {}", edge, i, NoGuard(View(name)));
      } else if (use_ == MachineUse::kUsers && !(*FindGuard(View(name)))->machines.empty()) {
        Fault(
            "/edges/{}/guards/{}: {} looks at what only the {} machine's entities have; a machine of your own may "
            "use {}",
            edge, i, View(name), (*FindGuard(View(name)))->machines.front(), fmt::join(GuardsOfCommands(), " and "));
      } else if (!seen.Add(View(name)).second) {
        Fault("/edges/{}/guards/{}: {} is given twice", edge, i, Quoted(View(name)));
      }
      ++i;
    }
  }

  std::string NoGuard(std::string_view name) const {
    if (use_ != MachineUse::kUsers) return std::string(MessageOf(FindGuard(name).status()));
    return fmt::format("{} is no guard; {}", Quoted(name), SuggestName(name, GuardsOfCommands()));
  }

  // A command may name a trigger alone. So one trigger leads from one state to one state, or guards choose between
  // several: each of them has one then.
  void CheckUnique(Number i, Number from, Number to) {
    const auto edge = definition_.getEdges()[i];
    const Number trigger = triggers_.Add(View(edge.getTrigger())).first;
    const auto [same, is_new] = arrows_.try_emplace({from, to, trigger}, i);
    if (!is_new) {
      Fault("/edges/{}: it is /edges/{} again, from {} to {} by {}", i, same->second, Quoted(View(edge.getFrom())),
            Quoted(View(edge.getTo())), Quoted(View(edge.getTrigger())));
      return;
    }
    const auto [rival, is_first] = ways_.try_emplace({from, trigger}, i);
    const bool are_guarded =
        edge.getGuards().size() > 0 && definition_.getEdges()[rival->second].getGuards().size() > 0;
    if (is_first || are_guarded) return;
    Fault("/edges/{}/trigger: {} leads out of {} already, by /edges/{}; take another one, or give both a guard", i,
          Quoted(View(edge.getTrigger())), Quoted(View(edge.getFrom())), rival->second);
  }

  // Where a state is misspelt, whatever it leads to would be called unreachable: that says nothing new.
  void CheckReachable() {
    if (!initial_ || !knows_all_ends_) return;
    std::vector<bool> is_reached(states_.names().size());
    is_reached[*initial_] = true;
    for (std::vector<Number> open = {*initial_}; !open.empty();) {
      const Number state = open.back();
      open.pop_back();
      for (const Number next : leads_to_[state]) {
        if (is_reached[next]) continue;
        is_reached[next] = true;
        open.push_back(next);
      }
    }
    const auto states = definition_.getStates();
    for (Number i = 0; i < states.size(); ++i) {
      const Number state = *states_.Find(View(states[i].getName()));
      if (is_reached[state]) continue;
      is_reached[state] = true;  // a name that is there twice is said once
      Fault("/states/{}: {} is unreachable: no edges lead to it from {}, the initial state", i,
            Quoted(states_.names()[state]), Quoted(states_.names()[*initial_]));
    }
  }

  const schema::MachineDefinition::Reader definition_;
  const MachineUse use_;
  Numbering states_, triggers_;
  std::vector<bool> is_terminal_;              // by state
  std::vector<std::vector<Number>> leads_to_;  // by state
  std::optional<Number> initial_;
  bool knows_all_ends_ = true;                                              // of the edges
  absl::flat_hash_map<std::tuple<Number, Number, Number>, Number> arrows_;  // from, to, trigger: the first such edge
  absl::flat_hash_map<std::pair<Number, Number>, Number> ways_;             // from, trigger
  std::vector<std::string> faults_;
  size_t count_ = 0;
};

}  // namespace

absl::Status CheckDefinition(schema::MachineDefinition::Reader definition, MachineUse use) {
  return DefinitionCheck(definition, use).Run();
}

}  // namespace annals
