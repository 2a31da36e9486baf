#include "cli/given_machine.h"

#include "cli/input_text.h"
#include "schemas/status.h"

namespace annals {

absl::StatusOr<GivenMachine> GivenMachine::Read(const std::string& name_or_file) {
  GivenMachine given;
  if (name_or_file.find('/') == std::string::npos && !name_or_file.ends_with(".json")) {
    ASSIGN_OR_RETURN(given.built_in_, FindMachine(name_or_file));
    return given;
  }
  ASSIGN_OR_RETURN(const std::string json, ReadFileText(name_or_file));
  absl::StatusOr<MachineDefinition> definition = ReadMachineDefinition(json);
  if (!definition.ok()) return WithContext(definition.status(), name_or_file);
  given.definition_ = *std::move(definition);
  ASSIGN_OR_RETURN(given.from_file_, Machine::FromData(given.definition_->data()));
  return given;
}

}  // namespace annals
