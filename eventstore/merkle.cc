#include "eventstore/merkle.h"

#include <bit>
#include <cstring>

#include <fmt/format.h>

#include "eventstore/sha256.h"

namespace annals {

Hash NodeHash(const Hash& left, const Hash& right) {
  return Sha256({std::string_view("\x01", 1), BytesOf(left), BytesOf(right)});
}

absl::StatusOr<MerkleTree> MerkleTree::FromFrontier(uint64_t size, std::string_view frontier) {
  const auto peaks = static_cast<size_t>(std::popcount(size));
  if (frontier.size() != peaks * sizeof(Hash)) {
    return absl::DataLossError(
        fmt::format("read the tree head: a tree of {} leaves has a right edge of {} hashes, {} bytes are stored", size,
                    peaks, frontier.size()));
  }
  MerkleTree tree;
  tree.size_ = size;
  tree.peaks_.resize(peaks);
  if (peaks > 0) std::memcpy(tree.peaks_.data(), frontier.data(), frontier.size());
  return tree;
}

std::optional<Hash> MerkleTree::Append(const Hash& leaf_hash) {
  std::optional<Hash> subtree;
  Hash node = leaf_hash;
  uint64_t leaves = 1;
  for (uint64_t rest = size_; rest & 1; rest >>= 1) {
    node = NodeHash(peaks_.back(), node);
    peaks_.pop_back();
    leaves *= 2;
    if (leaves == kSubtreeLeaves) subtree = node;
  }
  peaks_.push_back(node);
  ++size_;
  return subtree;
}

Hash MerkleTree::Root() const {
  if (peaks_.empty()) return Sha256({});
  Hash root = peaks_.back();
  for (size_t i = peaks_.size() - 1; i-- > 0;) root = NodeHash(peaks_[i], root);
  return root;
}

std::string MerkleTree::frontier() const {
  return {reinterpret_cast<const char*>(peaks_.data()), peaks_.size() * sizeof(Hash)};
}

}  // namespace annals
