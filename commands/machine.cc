#include "commands/machine.h"

#include <algorithm>

#include <absl/container/flat_hash_set.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "commands/guards.h"
#include "eventstore/event_codec.h"
#include "schemas/check.h"
#include "schemas/message_text.h"
#include "schemas/status.h"

namespace annals {
namespace {

// A built-in machine is right or the program is not: a test walks them all.
Machine BuiltIn(schema::Machine::Reader data) {
  absl::StatusOr<Machine> machine = Machine::FromData(data);
  CHECK(machine.ok());
  return *std::move(machine);
}

}  // namespace

absl::StatusOr<Machine> Machine::FromData(schema::Machine::Reader data) {
  Machine machine;
  machine.data_ = data;
  for (const auto state : data.getStates()) {
    machine.index_.try_emplace(View(state.getName()), State{.number = machine.states_.size()});
    machine.states_.push_back(View(state.getName()));
  }
  for (const auto terminal : data.getTerminals()) {
    RETURN_IF_ERROR(machine.CheckState(View(terminal)));
    machine.index_.find(View(terminal))->second.is_terminal = true;
  }
  for (const auto edge : data.getEdges()) {
    std::vector<const Guard*> guards;
    for (const auto name : edge.getGuards()) {
      ASSIGN_OR_RETURN(const Guard* const guard, FindGuard(View(name)));
      guards.push_back(guard);
    }
    for (const auto from : edge.getFrom()) {
      RETURN_IF_ERROR(machine.CheckState(View(from)));
      for (const auto to : edge.getTo()) {
        RETURN_IF_ERROR(machine.CheckState(View(to)));
        machine.edges_.push_back(
            {View(from), View(to), View(edge.getTrigger()), guards, edge.getSeverity(), View(edge.getMeaning())});
      }
    }
  }
  std::ranges::stable_sort(machine.edges_, {}, [&](const Edge& edge) { return machine.Find(edge.from)->number; });
  for (size_t i = 0; i < machine.edges_.size(); ++i) {
    State& state = machine.index_.find(machine.edges_[i].from)->second;
    if (state.edge_count++ == 0) state.first_edge = i;
  }
  return machine;
}

std::string_view Machine::name() const {
  return View(data_.getName());
}
std::string_view Machine::version() const {
  return View(data_.getVersion());
}
std::string_view Machine::initial() const {
  return View(data_.getInitial());
}

const Machine::State* Machine::Find(std::string_view state) const {
  const auto found = index_.find(state);
  return found == index_.end() ? nullptr : &found->second;
}

bool Machine::HasState(std::string_view state) const {
  return Find(state) != nullptr;
}

bool Machine::IsTerminal(std::string_view state) const {
  const State* const found = Find(state);
  return found != nullptr && found->is_terminal;
}

bool Machine::HasTrigger(std::string_view trigger) const {
  return std::ranges::any_of(edges_, [&](const Edge& edge) { return edge.trigger == trigger; });
}

std::vector<std::string_view> Machine::Triggers() const {
  std::vector<std::string_view> triggers;
  absl::flat_hash_set<std::string_view, TextHash, std::equal_to<>> seen;
  for (const Edge& edge : edges_) {
    if (seen.insert(edge.trigger).second) triggers.push_back(edge.trigger);
  }
  return triggers;
}

absl::Span<const Edge> Machine::EdgesFrom(std::string_view from) const {
  const State* const state = Find(from);
  if (state == nullptr) return {};
  return absl::MakeConstSpan(edges_).subspan(state->first_edge, state->edge_count);
}

std::vector<std::string> Machine::LegalFrom(std::string_view from) const {
  std::vector<std::string> legal;
  absl::flat_hash_set<std::string_view, TextHash, std::equal_to<>> seen;
  for (const Edge& edge : EdgesFrom(from)) {
    if (seen.insert(edge.to).second) legal.emplace_back(edge.to);
  }
  return legal;
}

absl::Status Machine::CheckState(std::string_view state) const {
  if (HasState(state)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("{} is no state of the {} machine; {}", Quoted(state), name(), SuggestName(state, states_)));
}

const Machine& RunMachine() {
  static const Machine machine = BuiltIn(*schema::RUN_MACHINE);
  return machine;
}

const Machine& WorkstreamMachine() {
  static const Machine machine = BuiltIn(*schema::WORKSTREAM_MACHINE);
  return machine;
}

const Machine& TaskMachine() {
  static const Machine machine = BuiltIn(*schema::TASK_MACHINE);
  return machine;
}

const Machine& WorkerMachine() {
  static const Machine machine = BuiltIn(*schema::WORKER_MACHINE);
  return machine;
}

const Machine& PatchMachine() {
  static const Machine machine = BuiltIn(*schema::PATCH_MACHINE);
  return machine;
}

const Machine& TestGateMachine() {
  static const Machine machine = BuiltIn(*schema::TEST_GATE_MACHINE);
  return machine;
}

const Machine& CircuitBreakerMachine() {
  static const Machine machine = BuiltIn(*schema::CIRCUIT_BREAKER_MACHINE);
  return machine;
}

const Machine& RequestMachine() {
  static const Machine machine = BuiltIn(*schema::REQUEST_MACHINE);
  return machine;
}

const std::vector<const Machine*>& BuiltInMachines() {
  static const std::vector<const Machine*> machines = {
      &RunMachine(),   &WorkstreamMachine(), &TaskMachine(),           &WorkerMachine(),
      &PatchMachine(), &TestGateMachine(),   &CircuitBreakerMachine(), &RequestMachine()};
  return machines;
}

absl::StatusOr<const Machine*> FindMachine(std::string_view name) {
  for (const Machine* const machine : BuiltInMachines()) {
    if (machine->name() == name) return machine;
  }
  std::vector<std::string_view> names;
  for (const Machine* const machine : BuiltInMachines()) names.push_back(machine->name());
  return absl::InvalidArgumentError(fmt::format("{} is no machine; {}", Quoted(name), SuggestName(name, names)));
}

absl::Status ValidateTransition(const Machine& machine, std::string_view from, std::string_view to) {
  RETURN_IF_ERROR(machine.CheckState(from));
  RETURN_IF_ERROR(machine.CheckState(to));
  for (const Edge& edge : machine.EdgesFrom(from)) {
    if (edge.to == to) return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      fmt::format("a {} cannot go from {} to {}: {}", machine.name(), from, to, DescribeLegal(machine, from)));
}

std::string DescribeLegal(const Machine& machine, std::string_view from) {
  if (machine.IsTerminal(from)) return fmt::format("{} is final", from);
  return fmt::format("legal from {}: {}", from, fmt::join(machine.LegalFrom(from), ", "));
}

}  // namespace annals
