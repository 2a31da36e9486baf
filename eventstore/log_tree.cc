#include "eventstore/log_tree.h"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "eventstore/bundle.h"
#include "eventstore/merkle.h"
#include "eventstore/storage.h"
#include "schemas/check.h"
#include "schemas/status.h"

namespace annals {
namespace {

constexpr uint64_t kLeaves = MerkleTree::kSubtreeLeaves;
constexpr std::string_view kAdvice = "annals verify names every fault";

}  // namespace

absl::StatusOr<LogTree> LogTree::Open(Snapshot& snapshot) {
  ASSIGN_OR_RETURN(const bool is_bundle, snapshot.HasTable(BundleTable()));
  if (is_bundle) {
    return absl::InvalidArgumentError(
        "this is a bundle, which holds a part of the log: only the log itself can be sealed and proven from");
  }
  LogTree tree(snapshot);
  tree.size_ = snapshot.head().tree.size();
  RETURN_IF_ERROR(tree.ReadSubtrees());
  ASSIGN_OR_RETURN(const Hash root, tree.RootOf(0, tree.size_));
  if (root == snapshot.head().tree.Root()) return tree;
  return absl::DataLossError(
      fmt::format("read the tree of {} events: what is stored gives the root {}, the tree's head has {}; {}",
                  tree.size_, HexOf(root), HexOf(snapshot.head().tree.Root()), kAdvice));
}

absl::Status LogTree::ReadSubtrees() {
  const uint64_t whole = size_ / kLeaves;
  std::vector<Hash>& roots = levels_.emplace_back();
  if (whole == 0) return absl::OkStatus();
  roots.reserve(whole);
  RETURN_IF_ERROR(snapshot_->ReadSubtrees(0, whole - 1, [&](const Hash& root) {
    roots.push_back(root);
    return absl::OkStatus();
  }));
  while (levels_.back().size() > 1) {
    const std::vector<Hash>& below = levels_.back();
    std::vector<Hash> level(below.size() / 2);
    for (size_t i = 0; i < level.size(); ++i) level[i] = NodeHash(below[2 * i], below[2 * i + 1]);
    levels_.push_back(std::move(level));
  }
  return absl::OkStatus();
}

absl::StatusOr<Hash> LogTree::RootOf(uint64_t first, uint64_t last) {
  CHECK(first <= last && last <= size_);
  const uint64_t leaves = last - first;
  if (leaves == 0) return MerkleTree().Root();
  if (std::has_single_bit(leaves) && leaves >= kLeaves) {
    CHECK(first % leaves == 0);
    return levels_[static_cast<size_t>(std::countr_zero(leaves / kLeaves))][first / leaves];
  }
  if (leaves == 1) {
    ASSIGN_OR_RETURN(const std::vector<Hash>* const hashes, LeavesOf(first / kLeaves));
    return (*hashes)[first % kLeaves];
  }
  const uint64_t middle = first + std::bit_floor(leaves - 1);
  ASSIGN_OR_RETURN(const Hash left, RootOf(first, middle));
  ASSIGN_OR_RETURN(const Hash right, RootOf(middle, last));
  return NodeHash(left, right);
}

absl::StatusOr<const std::vector<Hash>*> LogTree::LeavesOf(uint64_t number) {
  if (const auto known = leaves_.find(number); known != leaves_.end()) return &known->second;
  const uint64_t first = number * kLeaves;
  const uint64_t last = std::min(first + kLeaves, size_);
  std::vector<Hash> hashes;
  MerkleTree subtree;
  ASSIGN_OR_RETURN(const auto cursor, snapshot_->ReadLog({.first = {first + 1}, .last = {last}}));
  while (true) {
    ASSIGN_OR_RETURN(const RecordView* const record, cursor->Next());
    if (record == nullptr) break;
    hashes.push_back(LeafHashOf(*record));
    subtree.Append(hashes.back());
  }
  const bool is_whole = last - first == kLeaves;
  if (hashes.size() != last - first || (is_whole && subtree.Root() != levels_[0][number])) {
    return absl::DataLossError(
        fmt::format("read the events at positions {} to {}: they do not give the root that is kept of them; {}",
                    first + 1, last, kAdvice));
  }
  return &leaves_.emplace(number, std::move(hashes)).first->second;
}

}  // namespace annals
