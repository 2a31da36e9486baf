// State machines: the law as data, made quick to ask.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <absl/container/flat_hash_map.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/types/span.h>

#include "schemas/machine.capnp.h"
#include "schemas/severity.h"  // IWYU pragma: export  SeverityName
#include "schemas/text_map.h"

namespace annals {

struct Guard;

// One arrow. Text views the machine's data.
struct Edge {
  std::string_view from;
  std::string_view to;
  std::string_view trigger;
  std::vector<const Guard*> guards;
  schema::Severity severity = schema::Severity::INFO;
  std::string_view meaning;
};

// Threads: may be shared, nothing in it changes. What is asked of one state takes as long in a large machine as in a
// small one.
class Machine {
 public:
  // `data` must outlive the machine. kInvalidArgument: a guard nobody knows, a state that is not declared.
  static absl::StatusOr<Machine> FromData(schema::Machine::Reader data);

  std::string_view name() const;
  std::string_view version() const;
  std::string_view initial() const;
  schema::Machine::Reader data() const { return data_; }
  const std::vector<std::string_view>& states() const { return states_; }
  const std::vector<Edge>& edges() const { return edges_; }

  bool HasState(std::string_view state) const;
  bool IsTerminal(std::string_view state) const;
  bool HasTrigger(std::string_view trigger) const;
  // Each once, in the order of the edges. Takes time linear in the machine.
  std::vector<std::string_view> Triggers() const;
  // The edges that leave `from`, in the order of the data.
  absl::Span<const Edge> EdgesFrom(std::string_view from) const;
  // The states one edge away, each once, guards not judged.
  std::vector<std::string> LegalFrom(std::string_view from) const;
  // kInvalidArgument, with the nearest right name, unless `state` is one of this machine.
  absl::Status CheckState(std::string_view state) const;

 private:
  struct State {
    size_t number;  // in states_
    bool is_terminal = false;
    size_t first_edge = 0, edge_count = 0;  // in edges_
  };
  // nullptr: there is none of that name.
  const State* Find(std::string_view state) const;

  schema::Machine::Reader data_;
  std::vector<std::string_view> states_;
  std::vector<Edge> edges_;  // by the state they leave, in the order of states_
  absl::flat_hash_map<std::string_view, State, TextHash, std::equal_to<>> index_;
};

const Machine& RunMachine();
const Machine& WorkstreamMachine();
const Machine& TaskMachine();
const Machine& WorkerMachine();
const Machine& PatchMachine();
const Machine& TestGateMachine();
const Machine& CircuitBreakerMachine();
const Machine& RequestMachine();
// All built-in machines.
const std::vector<const Machine*>& BuiltInMachines();
// kInvalidArgument, with the nearest right name, when there is none of that name.
absl::StatusOr<const Machine*> FindMachine(std::string_view name);

// Whether the law has an edge from `from` to `to`, guards not judged.
//   kInvalidArgument     a state the machine does not have
//   kFailedPrecondition  no such edge; the message lists what is legal
absl::Status ValidateTransition(const Machine& machine, std::string_view from, std::string_view to);

// "a final state has no way out" or "legal from pending: running, failed"; the one way this is said.
std::string DescribeLegal(const Machine& machine, std::string_view from);

}  // namespace annals
