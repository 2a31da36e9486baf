// A machine of the user's own: read from JSON, checked, and made the data that a Machine is made of. And back.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>
#include <capnp/message.h>

#include "schemas/machine.capnp.h"

namespace annals {

inline constexpr size_t kMaxMachineBytes = size_t{1} << 20;  // of JSON
inline constexpr size_t kMaxMachineStates = 1000;
inline constexpr size_t kMaxMachineEdges = 10'000;

// Whose law a machine is to be.
enum class MachineUse {
  kAny,   // a built-in machine's, or nobody's
  kUsers  // a user's, in the log: its name is its own, and its guards look at commands alone
};

// A machine that keeps every rule of ReadMachineDefinition(). Owns its data, which stays where it is when this is
// moved.
class MachineDefinition {
 public:
  // One edge for each arrow, with one `from` and one `to`, in the order of the JSON; what is empty is absent. So the
  // same machine is the same data, whatever its JSON looked like. Cap'n Proto's canonical form of it is under 4 MiB.
  schema::Machine::Reader data() const { return data_; }
  // The first 16 hex digits of SHA-256 over the canonical form of data() without its version.
  std::string_view version() const;

 private:
  friend absl::StatusOr<MachineDefinition> ReadMachineDefinition(std::string_view json, MachineUse use);
  explicit MachineDefinition(std::unique_ptr<capnp::MallocMessageBuilder> message);

  std::unique_ptr<capnp::MallocMessageBuilder> message_;
  schema::Machine::Reader data_;
};

// Reads a machine (SPEC §6) and checks that it is a law one can live by: known names, every state reachable, no way out
// of a terminal state, no edge twice, and what `use` wants.
//   kInvalidArgument  no JSON of that shape: the byte, the JSON pointer and the reason, as ObjectReader has them; or
//                     faults of meaning: the first 20, each with its JSON pointer, on an indented line of its own
//                     where there are several. The message begins with "read the machine: ".
absl::StatusOr<MachineDefinition> ReadMachineDefinition(std::string_view json, MachineUse use = MachineUse::kAny);

// The JSON that ReadMachineDefinition() makes the same data from, and "version". Edges with several states at one of
// their ends, as built-in machines have them, are written one by one.
std::string MachineJson(schema::Machine::Reader data);

}  // namespace annals
