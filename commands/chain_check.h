// What the order of the log says: positions, times, leaf hashes, and the tree over all of them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <absl/status/status.h>

#include "commands/fault.h"
#include "commands/leaf_check.h"
#include "eventstore/merkle.h"
#include "eventstore/sealed_checkpoint.h"
#include "eventstore/storage.h"

namespace annals {

// An event whose leaf hash is not the one that was kept is one fault, at its position, and not also one of the tree:
// where such an event is, the tree's own hashes are left as they are kept. Against a seal it counts as it is.
class ChainCheck {
 public:
  // All of them must outlive it.
  ChainCheck(Snapshot& snapshot, const std::optional<SealedCheckpoint>& seal, FaultSink& faults);

  // The next record of the log.
  absl::Status Add(const RecordView& record);
  // The log is at its end.
  absl::Status Finish();

  uint64_t events() const { return events_; }
  bool seal_holds() const { return seal_holds_; }

 private:
  // The root of a whole subtree, and whether one of its leaf hashes is not the one that was kept.
  struct Subtree {
    Hash root;
    bool is_altered;
  };

  absl::Status AddLeaf(const CheckedLeaf& leaf);
  void CompareSeal();
  absl::Status CompareSubtrees();
  absl::Status CompareHead();

  Snapshot& snapshot_;
  const std::optional<SealedCheckpoint>& seal_;
  FaultSink& faults_;
  uint64_t events_ = 0;
  Position last_;
  Timestamp last_recorded_at_{INT64_MIN};
  MerkleTree tree_;              // over the events as they are
  MerkleTree tree_of_subtrees_;  // over the roots of whole subtrees: as they are kept where an event was altered
  bool newest_altered_ = false;  // an event behind the last whole subtree was altered
  bool is_whole_ = true;         // no event is missing so far: the tree can be told
  bool seal_holds_ = false;
  // Roots of whole subtrees that are not compared yet, the first being number first_subtree_.
  std::vector<Subtree> subtrees_;
  uint64_t first_subtree_ = 0;
};

}  // namespace annals
