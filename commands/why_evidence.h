// What a guard saw when it objected: the entities its words are about, with the events that brought them there.
#pragma once

#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "commands/guards.h"
#include "commands/why_kinds.h"

namespace annals::why {

// At most kMaxEvidence of them, by name in order.
struct Evidence {
  std::vector<EntityName> entities = {};
  size_t more = 0;
};
inline constexpr size_t kMaxEvidence = 10;

// Of a guard that nothing is known of here, the entity itself: its state is what any guard looks at.
absl::StatusOr<Evidence> EvidenceOf(const Guard& guard, const GuardInput& input, Snapshot& snapshot,
                                    const EntityName& self);
// Whether the table here knows the guard.
bool HasEvidence(std::string_view guard);
// Whether the guard asks what the caller states, so that nothing has to come first for it to hold.
bool LooksAtCommandAlone(const Guard* guard);

// "`saw` (40)", or "`saw` (a 40, c 38 and 2 more)" where it is about several.
absl::StatusOr<Sentence> WithEvidence(std::string_view saw, const Evidence& evidence, const Story& story);

}  // namespace annals::why
