// Proofs as the reference tree gives them, in the form that ours are checked in.
#pragma once

#include <vector>

#include <fmt/format.h>

#include "eventstore/proof.h"
#include "tests/eventstore/reference_tree.h"

namespace annals::reference {

inline InclusionProof InclusionOf(size_t index, Leaves leaves) {
  return {.leaf_index = index,
          .tree_size = leaves.size(),
          .leaf_hash = leaves[index],
          .root = Root(leaves),
          .audit_path = Path(index, leaves)};
}

inline ConsistencyProof ConsistencyOf(size_t first, Leaves leaves) {
  return {.first_size = first,
          .second_size = leaves.size(),
          .first_root = Root(leaves.first(first)),
          .second_root = Root(leaves),
          .path = Consistency(first, leaves)};
}

inline std::vector<Hash> NumberedLeaves(size_t count) {
  std::vector<Hash> leaves;
  for (size_t i = 0; i < count; ++i) leaves.push_back(HashOfLeaf(fmt::format("leaf {}", i)));
  return leaves;
}

}  // namespace annals::reference
