#include "commands/machine_shelf.h"

#include <fmt/format.h>

#include "schemas/message_text.h"
#include "schemas/status.h"

namespace annals {

absl::StatusOr<const Machine*> MachineShelf::Newest(std::string_view name, Rows& rows) {
  ASSIGN_OR_RETURN(const std::optional<std::string> version, rows.NewestMachineVersion(name));
  if (version) return Version(name, *version, rows);
  for (const Machine* const machine : BuiltInMachines()) {
    if (machine->name() != name) continue;
    return absl::InvalidArgumentError(fmt::format(
        "machine {0}: it is built in, and its entities have commands of their own; see annals {0} --help", name));
  }
  return absl::InvalidArgumentError(
      fmt::format("there is no machine {}; annals machine list shows those there are, annals "
                  "machine define FILE makes one",
                  Quoted(name)));
}

absl::StatusOr<const Machine*> MachineShelf::Version(std::string_view name, std::string_view version, Rows& rows) {
  if (const auto found = kept_.find(fmt::format("{}/{}", name, version)); found != kept_.end()) {
    return &found->second->machine;
  }
  ASSIGN_OR_RETURN(const MachineRow* const row, rows.machines.Find({name, version}));
  if (row != nullptr) return Keep(*row);
  return absl::DataLossError(
      fmt::format("read version {} of machine {}: its definition is not there; annals verify shows what was altered",
                  version, name));
}

absl::StatusOr<const Machine*> MachineShelf::Keep(const MachineRow& row) {
  absl::StatusOr<MachineDefinition> definition = ReadMachineDefinition(row.definition_json);
  if (!definition.ok()) {
    return absl::DataLossError(
        fmt::format("read version {} of machine {}: {}", row.version, row.name, MessageOf(definition.status())));
  }
  ASSIGN_OR_RETURN(Machine machine, Machine::FromData(definition->data()));
  auto kept = std::make_unique<Kept>(Kept{*std::move(definition), std::move(machine)});
  const Machine* const found = &kept->machine;
  kept_.insert_or_assign(fmt::format("{}/{}", row.name, row.version), std::move(kept));
  return found;
}

}  // namespace annals
