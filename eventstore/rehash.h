// The whole log read back and hashed again, before anything is said of it that others will rely on.
#pragma once

#include <cstdint>

#include <absl/functional/function_ref.h>
#include <absl/status/statusor.h>
#include <absl/types/span.h>

#include "eventstore/types.h"

namespace annals {

class Snapshot;

// The root of the tree as the first of `snapshots` has it, once every leaf up to its end was hashed again from the
// event that is stored: each must be the leaf hash beside it, each whole subtree give the root that is kept of it, and
// all together the head's. The snapshots are of one database, none older than the first; each is used by a thread of
// its own. `progress` is told now and then how many events of how many are done. Memory: some 64 bytes a subtree.
//   kInvalidArgument  it is a bundle
//   kDataLoss  something of it does not fit; names the first position
absl::StatusOr<Hash> RehashedRoot(absl::Span<Snapshot* const> snapshots,
                                  absl::FunctionRef<void(uint64_t done, uint64_t total)> progress);

}  // namespace annals
