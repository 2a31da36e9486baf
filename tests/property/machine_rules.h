// What must hold of the tables and of the log however the machines were moved, written from the contract and sharing no
// code with deciders and projectors.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "commands/machine.h"
#include "commands/machine_definition.h"
#include "eventstore/storage.h"
#include "projections/projector.h"

namespace annals::property {

// What rows of different tables say of each other: "" or what does not fit.
std::string Contradictions(Storage& storage);

// Follows the states of all entities through the log alone.
class StateWatch {
 public:
  // Everything after what was read before: "" or the first move that does not begin where its entity stood, leads out
  // of a final state, or goes along no edge and is no override.
  std::string ReadOn(Storage& storage);
  // How many entities of a machine came to a state, as "task running".
  const std::map<std::string, int>& reached() const { return reached_; }

 private:
  struct Standing {
    std::string state;
    const Machine* machine;
  };
  std::string Read(const FoldedEvent& event);
  void Begin(const std::string& entity, const Machine& machine);

  Position read_;
  std::map<std::string, Standing> standings_;
  std::map<std::string, std::pair<MachineDefinition, std::optional<Machine>>> defined_;  // by name and version
  std::map<std::string, int> reached_;
};

}  // namespace annals::property
