// SPEC §2.7: a proof that was altered does not hold. Judged by a second implementation, which shares nothing with ours
// but SHA-256.
#include <random>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/eventstore/reference_proofs.h"
#include "tests/support/effort.h"

namespace annals {
namespace {

using reference::ConsistencyOf;
using reference::InclusionOf;
using reference::Leaves;
using support::IsFullEffort;
using support::SeedOr;
using support::Tried;

constexpr size_t kLargest = 257;

bool ReferenceAccepts(const InclusionProof& proof) {
  return proof.leaf_index < proof.tree_size &&
         reference::RootOfPath(proof.leaf_index, proof.tree_size, proof.leaf_hash, proof.audit_path) == proof.root;
}

bool ReferenceAccepts(const ConsistencyProof& proof) {
  if (proof.first_size == 0) return proof.path.empty() && proof.first_root == reference::Root({});
  if (proof.first_size > proof.second_size) return false;
  return reference::RootsOfSubproof(proof.first_size, proof.second_size, true, proof.first_root, proof.path) ==
         std::pair(proof.first_root, proof.second_root);
}

// Whether a proof about a tree whose size and root a seal names, which is the tree of the first of `all`, says what is
// so. Of sizes and roots that belong to no seal it may say anything.
bool IsTrueUnderASeal(const InclusionProof& proof, Leaves all, const std::vector<Hash>& roots) {
  if (proof.tree_size >= roots.size() || proof.root != roots[proof.tree_size]) return true;
  const InclusionProof expected = InclusionOf(proof.leaf_index, all.first(proof.tree_size));
  return proof.leaf_hash == expected.leaf_hash && proof.audit_path == expected.audit_path;
}
bool IsTrueUnderASeal(const ConsistencyProof& proof, Leaves all, const std::vector<Hash>& roots) {
  if (proof.second_size >= roots.size() || proof.second_root != roots[proof.second_size]) return true;
  const ConsistencyProof expected = ConsistencyOf(proof.first_size, all.first(proof.second_size));
  return proof.first_root == expected.first_root && proof.path == expected.path;
}

// Alters things by chance.
class Mutator {
 public:
  Mutator(uint64_t seed, Leaves leaves) : chance_(seed), leaves_(leaves) {
    for (size_t size = 0; size <= leaves.size(); ++size) roots_.push_back(reference::Root(leaves.first(size)));
  }

  uint64_t Below(uint64_t end) { return chance_() % end; }
  // Of the trees of the first leaves, by size.
  const std::vector<Hash>& roots() const { return roots_; }

  InclusionProof Mutated(InclusionProof proof) {
    for (uint64_t steps = 1 + Below(3); steps > 0; --steps) {
      switch (Below(6)) {
        case 0:
          Alter(proof.leaf_hash);
          break;
        case 1:
          Alter(proof.root);
          break;
        case 2:
          Alter(proof.leaf_index);
          break;
        case 3:
          Alter(proof.tree_size);
          break;
        default:
          Alter(proof.audit_path);
      }
    }
    return proof;
  }
  ConsistencyProof Mutated(ConsistencyProof proof) {
    for (uint64_t steps = 1 + Below(3); steps > 0; --steps) {
      switch (Below(7)) {
        case 0:
          Alter(proof.first_root);
          break;
        case 1:
          Alter(proof.second_root);
          break;
        case 2:
          Alter(proof.first_size);
          break;
        case 3:
          Alter(proof.second_size);
          break;
        case 4:
          std::swap(proof.first_root, proof.second_root);
          break;
        default:
          Alter(proof.path);
      }
    }
    return proof;
  }

 private:
  const Hash& OfTheTree() { return Below(2) == 0 ? roots_[Below(roots_.size())] : leaves_[Below(leaves_.size())]; }
  void Alter(Hash& hash) {
    if (Below(2) == 0) {
      hash[Below(hash.size())] ^= static_cast<uint8_t>(1u << Below(8));
    } else {
      hash = OfTheTree();
    }
  }
  void Alter(uint64_t& number) {
    const uint64_t others[] = {
        number + 1, number - 1, number * 2, number / 2, number ^ (uint64_t{1} << Below(40)), Below(kLargest + 1)};
    number = others[Below(std::size(others))] % (uint64_t{1} << 60);
  }
  void Alter(std::vector<Hash>& path) {
    const auto at = [&] { return path.begin() + static_cast<std::ptrdiff_t>(Below(path.size() + 1)); };
    if (path.empty() || Below(6) == 0) {
      path.insert(at(), OfTheTree());
      return;
    }
    Hash& one = path[Below(path.size())];
    switch (Below(5)) {
      case 0:
        path.pop_back();
        break;
      case 1:
        path.erase(path.begin());
        break;
      case 2:
        std::swap(one, path[Below(path.size())]);
        break;
      case 3:
        path.insert(at(), Hash(one));
        break;
      default:
        Alter(one);
    }
  }

  std::mt19937_64 chance_;
  Leaves leaves_;
  std::vector<Hash> roots_;
};

template <class Proof>
std::vector<Proof> Originals(Leaves leaves, Proof (*make)(size_t, Leaves), size_t from) {
  std::vector<Proof> proofs;
  for (size_t size = 1; size <= leaves.size(); size += 1 + size / 16) {
    for (size_t at = from; at < size + from; at += 1 + size / 16) proofs.push_back(make(at, leaves.first(size)));
  }
  return proofs;
}

template <class Proof>
void TryMutations(Proof (*make)(size_t, Leaves), size_t from, absl::Status (*check)(const Proof&)) {
  const std::vector<Hash> leaves = reference::NumberedLeaves(kLargest);
  const std::vector<Proof> originals = Originals(Leaves(leaves), make, from);
  Mutator mutator(SeedOr(3), leaves);
  const uint64_t wanted = IsFullEffort() ? 5'000'000 : 50'000;
  uint64_t tried = 0;
  for (; tried < wanted && !testing::Test::HasFailure(); ++tried) {
    const Proof& original = originals[mutator.Below(originals.size())];
    const Proof mutated = mutator.Mutated(original);
    const bool accepted = check(mutated).ok();
    EXPECT_EQ(accepted, ReferenceAccepts(mutated)) << "mutation " << tried;
    EXPECT_TRUE(!accepted || IsTrueUnderASeal(mutated, leaves, mutator.roots())) << "mutation " << tried;
  }
  Tried(tried, "mutated proofs");
}

TEST(MutatedProofs, OfInclusionHoldUnderASealOnlyWhereTheyAreTrue) {
  TryMutations<InclusionProof>(InclusionOf, 0, CheckInclusion);
}

TEST(MutatedProofs, OfConsistencyHoldUnderASealOnlyWhereTheyAreTrue) {
  TryMutations<ConsistencyProof>(ConsistencyOf, 1, CheckConsistency);
}

TEST(Proofs, OfEverySizeUpTo257AreTheReferencesAndHold) {
  const std::vector<Hash> all = reference::NumberedLeaves(kLargest);
  const size_t step = IsFullEffort() ? 1 : 16;
  uint64_t tried = 0;
  for (size_t size = kLargest % step; size <= kLargest; size += step) {
    const Leaves leaves = Leaves(all).first(size);
    for (size_t at = 0; at <= size; ++at) {
      const ConsistencyProof consistency = ConsistencyOf(at, leaves);
      ASSERT_TRUE(CheckConsistency(consistency).ok()) << at << " of " << size;
      ASSERT_TRUE(ReferenceAccepts(consistency)) << at << " of " << size;
      ++tried;
      if (at == size) break;
      const InclusionProof inclusion = InclusionOf(at, leaves);
      ASSERT_TRUE(CheckInclusion(inclusion).ok()) << at << " of " << size;
      ASSERT_TRUE(ReferenceAccepts(inclusion)) << at << " of " << size;
      ++tried;
    }
  }
  Tried(tried, "proofs of every size");
}

}  // namespace
}  // namespace annals
