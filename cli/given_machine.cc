#include "cli/given_machine.h"

#include <memory>
#include <utility>

#include <fmt/format.h>

#include "cli/context.h"
#include "cli/input_text.h"
#include "projections/rows.h"
#include "schemas/status.h"

namespace annals {

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
  if (!newest) return built_in.status();
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
