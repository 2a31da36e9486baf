// Proofs as JSON (SPEC §7): what `annals prove` writes and `annals check-proof` reads.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include <absl/status/statusor.h>

#include "eventstore/proof.h"

namespace annals {

// That an event is in the log, with the bytes of its leaf (eventstore/leaf.h).
struct EventProof {
  uint64_t position = 0;
  std::string leaf_input;
  InclusionProof inclusion;
};

std::string ToJson(const EventProof& proof);
std::string ToJson(const ConsistencyProof& proof);

// Any kind of proof, told apart by what it holds. kDataLoss: it is none, and where it stops being one. Whether it holds
// is for others to say.
using Proof = std::variant<EventProof, ConsistencyProof>;
absl::StatusOr<Proof> ReadProof(std::string_view text);

}  // namespace annals
