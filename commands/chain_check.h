// What the order of the log says: positions, times, and the tree over all leaf hashes.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <absl/status/status.h>

#include "commands/fault.h"
#include "commands/verify.h"
#include "eventstore/merkle.h"
#include "eventstore/storage.h"

namespace annals {

// The tree is made of the leaf hashes as they are stored, which others check against the events: so an event that was
// changed is one fault, at its position, and not also one of the tree.
class ChainCheck {
 public:
  // All of them must outlive it.
  ChainCheck(Snapshot& snapshot, const std::optional<SealedHead>& seal, FaultSink& faults);

  // The next record of the log. Needs position, recorded_at and leaf_hash alone.
  absl::Status Add(const RecordView& record);
  // The log is at its end.
  absl::Status Finish();

  uint64_t events() const { return events_; }
  bool seal_holds() const { return seal_holds_; }

 private:
  absl::Status AddLeaf(const Hash& leaf);
  void CompareSeal();
  absl::Status CompareSubtrees();
  absl::Status CompareHead();

  Snapshot& snapshot_;
  const std::optional<SealedHead>& seal_;
  FaultSink& faults_;
  uint64_t events_ = 0;
  Position last_;
  Timestamp last_recorded_at_{INT64_MIN};
  MerkleTree tree_;
  bool is_whole_ = true;  // no event is missing so far: the tree can be told
  bool seal_holds_ = false;
  // Roots of whole subtrees that are not compared yet, the first being number first_subtree_.
  std::vector<Hash> subtrees_;
  uint64_t first_subtree_ = 0;
};

}  // namespace annals
