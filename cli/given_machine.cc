#include "cli/given_machine.h"

#include <memory>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/context.h"
#include "cli/input_text.h"
#include "projections/entity_tables.h"
#include "projections/rows.h"
#include "schemas/message_text.h"
#include "schemas/status.h"

namespace annals {
namespace {

absl::Status NoSuchMachine(Snapshot& snapshot, std::string_view name) {
  std::vector<std::string> known;
  for (const Machine* const machine : BuiltInMachines()) known.emplace_back(machine->name());
  RETURN_IF_ERROR(
      snapshot.ReadRows({.table = &MachinesTable().table(), .order = {0}}, TableSet::kLive, [&](Row values) {
        MachineRow row = MachinesTable().FromValues(values);
        if (known.back() != row.name) known.push_back(std::move(row.name));
        return absl::OkStatus();
      }));
  const std::vector<std::string_view> names(known.begin(), known.end());
  return absl::InvalidArgumentError(fmt::format("{} is no machine; {}", Quoted(name), SuggestName(name, names)));
}

}  // namespace

absl::StatusOr<GivenMachine> GivenMachine::Read(Context& context, const std::string& name_or_file,
                                                const std::optional<std::string>& version) {
  GivenMachine given;
  if (name_or_file.find('/') != std::string::npos || name_or_file.ends_with(".json")) {
    ASSIGN_OR_RETURN(const std::string json, ReadFileText(name_or_file));
    RETURN_IF_ERROR(WithContext(given.Define(json), name_or_file));
    return given;
  }
  const absl::StatusOr<const Machine*> built_in = FindMachine(name_or_file);
  if (built_in.ok()) {
    given.built_in_ = *built_in;
    return given;
  }
  const absl::StatusOr<std::unique_ptr<Snapshot>> snapshot = context.Read();
  // Without a database there are no machines but the built-in ones.
  if (absl::IsNotFound(snapshot.status())) return built_in.status();
  RETURN_IF_ERROR(snapshot.status());
  Rows rows;
  rows.Attach(snapshot->get(), TableSet::kLive);
  ASSIGN_OR_RETURN(const std::optional<std::string> newest, rows.NewestMachineVersion(name_or_file));
  if (!newest) return NoSuchMachine(**snapshot, name_or_file);
  ASSIGN_OR_RETURN(const MachineRow* const row, rows.machines.Find({name_or_file, version.value_or(*newest)}));
  if (row == nullptr) {
    return absl::NotFoundError(
        fmt::format("machine {} has no version {}; its newest is {}", name_or_file, *version, *newest));
  }
  RETURN_IF_ERROR(given.Define(row->definition_json));
  return given;
}

absl::Status GivenMachine::Define(std::string_view json) {
  ASSIGN_OR_RETURN(definition_, ReadMachineDefinition(json));
  ASSIGN_OR_RETURN(from_file_, Machine::FromData(definition_->data()));
  return absl::OkStatus();
}

}  // namespace annals
