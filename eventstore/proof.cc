#include "eventstore/proof.h"

#include <bit>

#include <fmt/format.h>

#include "eventstore/bundle.h"
#include "eventstore/log_tree.h"
#include "eventstore/merkle.h"
#include "schemas/sabotage.h"
#include "schemas/status.h"

namespace annals {
namespace {

absl::Status Fault(std::string_view proof, std::string_view reason) {
  return absl::DataLossError(fmt::format("the {} proof does not hold: {}", proof, reason));
}
absl::Status InclusionFault(std::string_view reason) {
  return Fault("inclusion", reason);
}
absl::Status ConsistencyFault(std::string_view reason) {
  return Fault("consistency", reason);
}

enum class Side { kLeft, kRight };

// Where a path stands on its way up: the number of a node on its level, and that of the level's last node (fn and sn of
// RFC 9162 §2.1.3.2 and §2.1.4.2).
class Climb {
 public:
  Climb(uint64_t node, uint64_t last) : node_(node), last_(last) {}

  bool IsAtRoot() const { return last_ == 0; }
  // The side of the neighbour whose hash is next in the path. Goes up past it, and past the levels where there is none.
  Side PassNeighbour() {
    Side side = Side::kRight;
    if (IsRight() || node_ == last_) {
      side = Side::kLeft;
      while (!IsRight() && node_ != 0) Up();
    }
    Up();
    return side;
  }
  void PassRightNodes() {
    while (IsRight()) Up();
  }

 private:
  bool IsRight() const { return (node_ & 1) == 1; }
  void Up() {
    node_ >>= 1;
    last_ >>= 1;
  }

  uint64_t node_;
  uint64_t last_;
};

bool NeedsPath(const ConsistencyProof& proof) {
  return proof.first_size != 0 && proof.first_size < proof.second_size;
}

// What must hold whatever the path says; without one it is all there is to check.
absl::Status CheckSizes(const ConsistencyProof& proof) {
  if (proof.first_size > proof.second_size) {
    return ConsistencyFault(
        fmt::format("a tree of {} leaves is not the beginning of one of {}", proof.first_size, proof.second_size));
  }
  if (NeedsPath(proof) == proof.path.empty()) {
    return ConsistencyFault(NeedsPath(proof) ? "its path is empty" : "its path should be empty");
  }
  if (proof.first_size == proof.second_size && proof.first_root != proof.second_root) {
    return ConsistencyFault("the trees are of the same size, and their roots differ");
  }
  if (proof.first_size == 0 && proof.first_root != MerkleTree().Root()) {
    return ConsistencyFault("the first tree is empty, and its root is not the hash of nothing");
  }
  return absl::OkStatus();
}

absl::Status CheckPath(const ConsistencyProof& proof) {
  // A smaller tree that is one whole subtree of the larger is not told in the path: it is known.
  const bool is_whole = std::has_single_bit(proof.first_size);
  Climb climb(proof.first_size - 1, proof.second_size - 1);
  climb.PassRightNodes();
  Hash first = is_whole ? proof.first_root : proof.path[0];
  Hash second = first;
  for (size_t i = is_whole ? 0 : 1; i < proof.path.size(); ++i) {
    if (climb.IsAtRoot()) return ConsistencyFault("its path is too long");
    if (climb.PassNeighbour() == Side::kLeft) {
      first = NodeHash(proof.path[i], first);
      second = NodeHash(proof.path[i], second);
    } else {
      second = NodeHash(second, proof.path[i]);
    }
  }
  if (!climb.IsAtRoot()) return ConsistencyFault("its path is too short");
  if (first != proof.first_root) {
    return ConsistencyFault(
        fmt::format("its path gives the first root {}, not {}", HexOf(first), HexOf(proof.first_root)));
  }
  if (second != proof.second_root) {
    return ConsistencyFault(
        fmt::format("its path gives the second root {}, not {}", HexOf(second), HexOf(proof.second_root)));
  }
  return absl::OkStatus();
}

// PATH of RFC 6962 §2.1.1, over the leaves from `first` to before `last`.
absl::Status AddPath(LogTree& tree, uint64_t leaf, uint64_t first, uint64_t last, std::vector<Hash>& path) {
  if (last - first == 1) return absl::OkStatus();
  const uint64_t middle = first + std::bit_floor(last - first - 1);
  const bool is_left = leaf < middle;
  RETURN_IF_ERROR(is_left ? AddPath(tree, leaf, first, middle, path) : AddPath(tree, leaf, middle, last, path));
  ASSIGN_OR_RETURN(const Hash neighbour, is_left ? tree.RootOf(middle, last) : tree.RootOf(first, middle));
  path.push_back(neighbour);
  return absl::OkStatus();
}

// SUBPROOF of RFC 6962 §2.1.2: of the leaves from `first` to before `last` those before `end` are the smaller tree's.
// `is_known`: the smaller tree is made of nothing but them, so that its root need not be told.
absl::Status AddSubproof(LogTree& tree, uint64_t end, uint64_t first, uint64_t last, bool is_known,
                         std::vector<Hash>& path) {
  Hash neighbour;
  if (end == last) {
    if (is_known) return absl::OkStatus();
    ASSIGN_OR_RETURN(neighbour, tree.RootOf(first, last));
  } else {
    const uint64_t middle = first + std::bit_floor(last - first - 1);
    const bool is_left = end <= middle;
    RETURN_IF_ERROR(is_left ? AddSubproof(tree, end, first, middle, is_known, path)
                            : AddSubproof(tree, end, middle, last, false, path));
    ASSIGN_OR_RETURN(neighbour, is_left ? tree.RootOf(middle, last) : tree.RootOf(first, middle));
  }
  path.push_back(neighbour);
  return absl::OkStatus();
}

absl::Status CheckThatLogHas(const LogTree& tree, uint64_t size) {
  if (size <= tree.size()) return absl::OkStatus();
  return absl::NotFoundError(
      fmt::format("prove with a tree of {} events: the log has {}; give a size up to that", size, tree.size()));
}

// A bundle has the proofs of its events with it.
absl::StatusOr<InclusionProof> ProofInBundle(Snapshot& bundle, Position position) {
  ASSIGN_OR_RETURN(const auto cursor, bundle.ReadLog({.first = position, .last = position}));
  ASSIGN_OR_RETURN(const RecordView* const record, cursor->Next());
  if (record == nullptr) {
    return absl::NotFoundError(fmt::format("the bundle holds no event at position {}", position.value));
  }
  InclusionProof proof{.leaf_index = position.value - 1,
                       .tree_size = bundle.head().tree.size(),
                       .leaf_hash = LeafHashOf(*record),
                       .root = bundle.head().tree.Root()};
  ASSIGN_OR_RETURN(proof.audit_path, ReadAuditPath(bundle, position));
  RETURN_IF_ERROR(CheckInclusion(proof));
  return proof;
}

}  // namespace

absl::Status CheckInclusion(const InclusionProof& proof) {
  if (proof.leaf_index >= proof.tree_size) {
    return InclusionFault(fmt::format("a tree of {} leaves has none with index {}", proof.tree_size, proof.leaf_index));
  }
  Climb climb(proof.leaf_index, proof.tree_size - 1);
  Hash root = proof.leaf_hash;
  for (const Hash& neighbour : proof.audit_path) {
    if (climb.IsAtRoot()) return InclusionFault("its path is too long");
    root = climb.PassNeighbour() == Side::kLeft ? NodeHash(neighbour, root) : NodeHash(root, neighbour);
  }
  if (!climb.IsAtRoot() && !IsSabotaged("short_proofs_hold")) return InclusionFault("its path is too short");
  if (root != proof.root) {
    return InclusionFault(fmt::format("leaf and path give the root {}, not {}", HexOf(root), HexOf(proof.root)));
  }
  return absl::OkStatus();
}

absl::Status CheckConsistency(const ConsistencyProof& proof) {
  RETURN_IF_ERROR(CheckSizes(proof));
  return NeedsPath(proof) ? CheckPath(proof) : absl::OkStatus();
}

absl::StatusOr<InclusionProof> ProveInclusion(LogTree& tree, Position position, uint64_t size) {
  if (position.value == 0) return absl::InvalidArgumentError("prove position 0: positions count from 1");
  if (position.value > size) {
    return absl::InvalidArgumentError(
        fmt::format("prove position {}: it lies behind a tree of {} events", position.value, size));
  }
  RETURN_IF_ERROR(CheckThatLogHas(tree, size));
  InclusionProof proof{.leaf_index = position.value - 1, .tree_size = size};
  ASSIGN_OR_RETURN(proof.leaf_hash, tree.RootOf(proof.leaf_index, position.value));
  ASSIGN_OR_RETURN(proof.root, tree.RootOf(0, size));
  RETURN_IF_ERROR(AddPath(tree, proof.leaf_index, 0, size, proof.audit_path));
  return proof;
}

absl::StatusOr<InclusionProof> ProveInclusion(Snapshot& snapshot, Position position, uint64_t size) {
  ASSIGN_OR_RETURN(const bool is_bundle, snapshot.HasTable(BundleTable()));
  if (is_bundle && size == snapshot.head().tree.size()) return ProofInBundle(snapshot, position);
  ASSIGN_OR_RETURN(LogTree tree, LogTree::Open(snapshot));
  return ProveInclusion(tree, position, size);
}

absl::StatusOr<ConsistencyProof> ProveConsistency(Snapshot& snapshot, uint64_t first_size, uint64_t second_size) {
  if (first_size > second_size) {
    return absl::InvalidArgumentError(
        fmt::format("prove that a tree of {} events is the beginning of one of {}: give the smaller size first",
                    first_size, second_size));
  }
  ASSIGN_OR_RETURN(LogTree tree, LogTree::Open(snapshot));
  RETURN_IF_ERROR(CheckThatLogHas(tree, second_size));
  ConsistencyProof proof{.first_size = first_size, .second_size = second_size};
  ASSIGN_OR_RETURN(proof.first_root, tree.RootOf(0, first_size));
  ASSIGN_OR_RETURN(proof.second_root, tree.RootOf(0, second_size));
  if (first_size > 0) RETURN_IF_ERROR(AddSubproof(tree, first_size, 0, second_size, true, proof.path));
  return proof;
}

absl::StatusOr<Hash> RootAt(Snapshot& snapshot, uint64_t size) {
  ASSIGN_OR_RETURN(LogTree tree, LogTree::Open(snapshot));
  RETURN_IF_ERROR(CheckThatLogHas(tree, size));
  return tree.RootOf(0, size);
}

}  // namespace annals
