// The tree of a whole log, from the kept roots of its subtrees: any part's root without hashing the log again.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "eventstore/types.h"

namespace annals {

class Snapshot;

// Nothing that comes out of it was taken on trust: opening it checks that the kept subtree roots and the leaves behind
// the last of them, hashed anew from their events, give the root in the tree's head; the leaves of a subtree are hashed
// anew when they are asked for, and must give its root.
class LogTree {
 public:
  // `snapshot` must outlive it. Memory: 64 bytes a subtree, 2.5 MB for 10 million events.
  //   kInvalidArgument  it is a bundle
  //   kDataLoss  what is stored does not give the tree's head
  static absl::StatusOr<LogTree> Open(Snapshot& snapshot);

  uint64_t size() const { return size_; }

  // RFC 6962's hash of the leaves with index `first` to before `last`: of one leaf its own, of none the hash of
  // nothing. The part is one of those that splitting a tree from leaf 0 gives; `last` is at most size().
  absl::StatusOr<Hash> RootOf(uint64_t first, uint64_t last);

 private:
  explicit LogTree(Snapshot& snapshot) : snapshot_(&snapshot) {}
  absl::Status ReadSubtrees();
  // The leaf hashes of subtree `number`, whole or the last one that is not; they are read and hashed once.
  absl::StatusOr<const std::vector<Hash>*> LeavesOf(uint64_t number);

  Snapshot* snapshot_;
  uint64_t size_ = 0;
  // levels_[0] are the roots of whole subtrees of kSubtreeLeaves leaves, each level above joins two by two.
  std::vector<std::vector<Hash>> levels_;
  std::map<uint64_t, std::vector<Hash>> leaves_;
};

}  // namespace annals
