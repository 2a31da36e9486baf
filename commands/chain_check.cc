#include "commands/chain_check.h"

#include <utility>

#include <fmt/format.h>

#include "schemas/sabotage.h"
#include "schemas/status.h"

namespace annals {
namespace {

// Compared together: a look for each alone would cost more than the hashing.
constexpr size_t kSubtreesAtOnce = 1024;

}  // namespace

ChainCheck::ChainCheck(Snapshot& snapshot, const std::optional<SealedCheckpoint>& seal, FaultSink& faults)
    : snapshot_(snapshot), seal_(seal), faults_(faults) {
  if (seal_ && seal_->size == 0) CompareSeal();
}

absl::Status ChainCheck::Add(const RecordView& record) {
  ++events_;
  const CheckedLeaf leaf = CheckLeaf(record, faults_);
  if (static_cast<int64_t>(record.position.value) < 1) {
    faults_.Add(record.position, FaultKind::kGap, "an event stands before the first position");
    return absl::OkStatus();
  }
  const Position expected{last_.value + 1};
  if (record.position != expected) {
    is_whole_ = false;
    const std::string missing =
        record.position.value == expected.value + 1
            ? "the event is missing"
            : fmt::format("the events up to position {} are missing", record.position.value - 1);
    faults_.Add(expected, FaultKind::kGap, missing + "; the tree cannot be compared without it");
  }
  const Head& head = snapshot_.head();
  if (last_ <= head.position && record.position > head.position) {
    faults_.Add(record.position, FaultKind::kTreeHead,
                fmt::format("the log goes on behind position {}, where its head says it ends", head.position.value));
  }
  last_ = record.position;
  if (record.recorded_at < last_recorded_at_) {
    faults_.Add(record.position, FaultKind::kTime,
                fmt::format("it was recorded at {}, before the event in front of it ({})",
                            FormatTimestamp(record.recorded_at), FormatTimestamp(last_recorded_at_)));
  }
  last_recorded_at_ = record.recorded_at;
  return is_whole_ ? AddLeaf(leaf) : absl::OkStatus();
}

absl::Status ChainCheck::AddLeaf(const CheckedLeaf& leaf) {
  newest_altered_ |= !leaf.fits;
  const std::optional<Hash> subtree = tree_.Append(leaf.hash);
  if (seal_ && tree_.size() == seal_->size) CompareSeal();
  if (!subtree) return absl::OkStatus();
  const bool is_altered = std::exchange(newest_altered_, false);
  // The trees beyond the head have no nodes yet, and are a fault already.
  if (tree_.size() > snapshot_.head().position.value) return absl::OkStatus();
  subtrees_.push_back({*subtree, is_altered});
  return subtrees_.size() < kSubtreesAtOnce ? absl::OkStatus() : CompareSubtrees();
}

void ChainCheck::CompareSeal() {
  seal_holds_ = tree_.Root() == seal_->root || IsSabotaged("any_seal_holds");
  if (seal_holds_) return;
  faults_.Add({std::nullopt, FaultKind::kSeal,
               fmt::format("the first {} events are not those that were sealed: their root is {}, the seal says {}",
                           seal_->size, HexOf(tree_.Root()), HexOf(seal_->root))});
}

absl::Status ChainCheck::CompareSubtrees() {
  size_t next = 0;
  const auto compare = [&](const Hash& stored) {
    const uint64_t first_position = (first_subtree_ + next) * MerkleTree::kSubtreeLeaves + 1;
    const Subtree& subtree = subtrees_[next];
    tree_of_subtrees_.Append(subtree.is_altered ? stored : subtree.root);
    if (stored != subtree.root && !subtree.is_altered) {
      faults_.Add({first_position}, FaultKind::kTreeHead,
                  fmt::format("the stored root of the subtree over positions {} to {} is not theirs", first_position,
                              first_position + MerkleTree::kSubtreeLeaves - 1));
    }
    ++next;
    return absl::OkStatus();
  };
  while (next < subtrees_.size()) {
    const absl::Status status =
        snapshot_.ReadSubtrees(first_subtree_ + next, first_subtree_ + subtrees_.size() - 1, compare);
    if (status.ok()) break;
    if (!absl::IsDataLoss(status)) return status;
    faults_.Add({(first_subtree_ + next) * MerkleTree::kSubtreeLeaves + 1}, FaultKind::kTreeHead, DiagnosisOf(status));
    tree_of_subtrees_.Append(subtrees_[next].root);
    ++next;
  }
  first_subtree_ += subtrees_.size();
  subtrees_.clear();
  return absl::OkStatus();
}

absl::Status ChainCheck::Finish() {
  RETURN_IF_ERROR(CompareSubtrees());
  const uint64_t end = snapshot_.head().position.value;
  if (last_.value < end) {
    is_whole_ = false;
    faults_.Add({last_.value + 1}, FaultKind::kTreeHead,
                fmt::format("the log ends at position {}, its head says {}", last_.value, end));
  }
  if (seal_ && last_.value < seal_->size) {
    faults_.Add({last_.value + 1}, FaultKind::kSeal,
                fmt::format("the log ends at position {}, {} events were sealed", last_.value, seal_->size));
  }
  return is_whole_ && last_.value == end ? CompareHead() : absl::OkStatus();
}

absl::Status ChainCheck::CompareHead() {
  const Head& head = snapshot_.head();
  // Whole subtrees are the left part of the right edge; what is right of them is as long in both trees.
  std::string edge = tree_of_subtrees_.frontier();
  edge += (newest_altered_ ? head.tree : tree_).frontier().substr(edge.size());
  ASSIGN_OR_RETURN(const MerkleTree tree, MerkleTree::FromFrontier(tree_.size(), edge));
  const auto add = [&](std::string detail) { faults_.Add({std::nullopt, FaultKind::kTreeHead, std::move(detail)}); };
  if (head.tree.frontier() != edge) add("the right edge it holds is not that of the events' tree");
  ASSIGN_OR_RETURN(const Hash root, snapshot_.StoredRoot());
  if (events_ > 0 && root != tree.Root()) {
    add(fmt::format("the root it holds is {}, that of the events is {}", HexOf(root), HexOf(tree.Root())));
  }
  if (events_ > 0 && head.recorded_at != last_recorded_at_) {
    add(fmt::format("it says that the newest event was recorded at {}, which was at {}",
                    FormatTimestamp(head.recorded_at), FormatTimestamp(last_recorded_at_)));
  }
  return absl::OkStatus();
}

}  // namespace annals
