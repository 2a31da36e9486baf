// The RFC 6962 Merkle tree over the log, as far as a writer needs it: the right edge, from which the root follows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "eventstore/types.h"

namespace annals {

// SHA-256(0x01 ‖ left ‖ right).
Hash NodeHash(const Hash& left, const Hash& right);

class MerkleTree {
 public:
  // Whole subtrees of this many leaves have their root kept beside the log, so that a proof need not hash it all again.
  static constexpr uint64_t kSubtreeLeaves = 256;

  MerkleTree() = default;
  // The tree of `size` leaves whose right edge is `frontier`, as frontier() gave it. kDataLoss if the two do not fit.
  static absl::StatusOr<MerkleTree> FromFrontier(uint64_t size, std::string_view frontier);

  // Adds a leaf. Returns the root of the subtree of kSubtreeLeaves leaves that this leaf completed, if it did.
  std::optional<Hash> Append(const Hash& leaf_hash);

  uint64_t size() const { return size_; }
  // The tree head; of an empty tree the hash of nothing.
  Hash Root() const;
  // The roots of the perfect subtrees from left to right, 32 bytes each: one for each bit set in size().
  std::string frontier() const;

 private:
  uint64_t size_ = 0;
  std::vector<Hash> peaks_;
};

}  // namespace annals
