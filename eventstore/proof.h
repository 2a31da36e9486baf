// RFC 6962's proofs over the tree of the log: that an event is in it, and that one tree goes on from another.
//
// Checking needs nothing but the proof. Whoever checks must know from elsewhere that the root (of the larger tree, the
// roots) is the one to trust: a seal says so, the proof itself cannot.
#pragma once

#include <cstdint>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "eventstore/types.h"

namespace annals {

class LogTree;
class Snapshot;

// The leaf is the one with index `leaf_index` (position − 1) in the tree of `tree_size` leaves whose root is `root`.
// The path goes from the leaf up. It does not pin the size: some sizes near each other share the way up.
struct InclusionProof {
  uint64_t leaf_index = 0;
  uint64_t tree_size = 0;
  Hash leaf_hash = {};
  Hash root = {};
  std::vector<Hash> audit_path = {};
};

// The tree of `first_size` leaves is the beginning of the tree of `second_size`.
struct ConsistencyProof {
  uint64_t first_size = 0;
  uint64_t second_size = 0;
  Hash first_root = {};
  Hash second_root = {};
  std::vector<Hash> path = {};
};

// kDataLoss: the proof does not prove that, and why. Two trees of the same size are consistent when their roots are the
// same; every tree goes on from the empty one, whose root is the hash of nothing.
absl::Status CheckInclusion(const InclusionProof& proof);
absl::Status CheckConsistency(const ConsistencyProof& proof);

// The proofs of a log, at any size it had. What they are made of is checked against the tree's head (see
// eventstore/log_tree.h), so that what these return always proves what it says.
//   kInvalidArgument  position 0, the position lies behind `size`, or the first size is above the second
//   kNotFound         the log ends before `size`
//   kDataLoss         what is stored does not give the tree's head
absl::StatusOr<InclusionProof> ProveInclusion(Snapshot& snapshot, Position position, uint64_t size);
// The same of a tree that is open: for many proofs of one log.
absl::StatusOr<InclusionProof> ProveInclusion(LogTree& tree, Position position, uint64_t size);
absl::StatusOr<ConsistencyProof> ProveConsistency(Snapshot& snapshot, uint64_t first_size, uint64_t second_size);
// The root of the tree when it had `size` leaves.
absl::StatusOr<Hash> RootAt(Snapshot& snapshot, uint64_t size);

}  // namespace annals
