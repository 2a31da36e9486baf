// The machines that users defined, made ready to judge by; kept, as a version is the hash of its definition and never
// changes.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <absl/container/flat_hash_map.h>
#include <absl/status/statusor.h>

#include "commands/machine.h"
#include "commands/machine_definition.h"
#include "projections/rows.h"
#include "schemas/text_map.h"

namespace annals {

// The machine of that name and version that a user defined; kDataLoss where its definition is not there.
using MachineSource = std::function<absl::StatusOr<const Machine*>(std::string_view name, std::string_view version)>;

// Threads: one at a time.
class MachineShelf {
 public:
  // What new entities follow. kInvalidArgument when no user defined a machine of that name.
  absl::StatusOr<const Machine*> Newest(std::string_view name, Rows& rows);
  // What an entity that was created under `version` follows. kDataLoss when its definition is not there.
  absl::StatusOr<const Machine*> Version(std::string_view name, std::string_view version, Rows& rows);
  // What looks definitions up in `rows`; both must outlive it.
  MachineSource From(Rows& rows) {
    return [this, &rows](std::string_view name, std::string_view version) { return Version(name, version, rows); };
  }

 private:
  struct Kept {
    MachineDefinition definition;
    Machine machine;
  };
  absl::StatusOr<const Machine*> Keep(const MachineRow& row);

  TextMap<std::unique_ptr<Kept>> kept_;  // by name/version
};

}  // namespace annals
