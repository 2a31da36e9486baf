// Any bytes as a machine of the user's own: it is refused, or is a machine, and what is written of it is read back as
// the same.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "commands/machine.h"
#include "commands/machine_definition.h"
#include "eventstore/event_codec.h"
#include "schemas/check.h"
#include "schemas/utf8.h"

namespace annals {
namespace {

void DefineAndWrite(std::string_view json) {
  const auto definition = ReadMachineDefinition(json);
  CHECK(definition.ok() || absl::IsInvalidArgument(definition.status()));
  if (!definition.ok()) return;
  CHECK(FirstInvalidUtf8(json) == std::string_view::npos);
  const auto machine = Machine::FromData(definition->data());
  CHECK(machine.ok());
  CHECK(machine->HasState(machine->initial()));
  // Guards and severities are written out, so what was near the limit may be over it.
  const auto again = ReadMachineDefinition(MachineJson(definition->data()));
  if (!again.ok() && MachineJson(definition->data()).size() > kMaxMachineBytes) return;
  CHECK(again.ok());
  CHECK(again->version() == definition->version());
  CHECK(CanonicalBytes(again->data()) == CanonicalBytes(definition->data()));
}

}  // namespace
}  // namespace annals

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  annals::DefineAndWrite({reinterpret_cast<const char*>(data), size});
  return 0;
}
