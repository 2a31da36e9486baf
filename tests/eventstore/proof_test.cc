// Checking proofs: the published vectors, every small tree, and that no altered proof passes.
#include "eventstore/proof.h"

#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/eventstore/reference_proofs.h"
#include "tests/eventstore/reference_tree.h"

namespace annals {
namespace {

using reference::ConsistencyOf;
using reference::InclusionOf;
using reference::NumberedLeaves;

Hash HashOfHex(std::string_view hex) {
  Hash hash;
  std::memcpy(hash.data(), BytesOfHex(hex).value().data(), hash.size());
  return hash;
}

// The vectors of Certificate Transparency's reference implementation, as transparency-dev/merkle has them
// (proof/verify_test.go): the leaves, the roots of the trees of the first 1 to 8 of them, and paths.
constexpr std::string_view kLeafData[] = {
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
};
constexpr std::string_view kRoots[] = {
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};
struct Vector {
  const char* name;
  uint64_t first;   // of an inclusion the leaf, from 1; of a consistency the smaller size
  uint64_t second;  // the size
  std::vector<std::string_view> path;
};
const Vector kInclusions[] = {
    {"1in1", 1, 1, {}},
    {"1in8",
     1,
     8,
     {"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}},
    {"6in8",
     6,
     8,
     {"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}},
    {"3in3", 3, 3, {"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"}},
    {"2in5",
     2,
     5,
     {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}},
};
const Vector kConsistencies[] = {
    {"1to1", 1, 1, {}},
    {"1to8",
     1,
     8,
     {"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}},
    {"6to8",
     6,
     8,
     {"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}},
    {"2to5",
     2,
     5,
     {"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}},
    {"6to7",
     6,
     7,
     {"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
      "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}},
};

std::vector<Hash> VectorLeaves() {
  std::vector<Hash> leaves;
  for (const std::string_view data : kLeafData) leaves.push_back(reference::HashOfLeaf(BytesOfHex(data).value()));
  return leaves;
}

std::vector<Hash> HashesOf(const std::vector<std::string_view>& path) {
  std::vector<Hash> hashes;
  for (const std::string_view hex : path) hashes.push_back(HashOfHex(hex));
  return hashes;
}

// Every way a path is altered by one step: a bit turned, a hash left out, given twice, swapped with the next, or one
// more at either end.
std::vector<std::vector<Hash>> AlteredPaths(const std::vector<Hash>& path, const Hash& more) {
  std::vector<std::vector<Hash>> altered;
  const auto add = [&](const std::function<void(std::vector<Hash>&)>& alter) { alter(altered.emplace_back(path)); };
  for (size_t i = 0; i < path.size(); ++i) {
    const auto at = static_cast<std::ptrdiff_t>(i);
    add([&](auto& copy) { copy[i][i % sizeof(Hash)] ^= static_cast<uint8_t>(1u << i % 8); });
    add([&](auto& copy) { copy.erase(copy.begin() + at); });
    add([&](auto& copy) { copy.insert(copy.begin() + at, copy[i]); });
    if (i > 0) add([&](auto& copy) { std::swap(copy[i - 1], copy[i]); });
  }
  add([&](auto& copy) { copy.push_back(more); });
  add([&](auto& copy) { copy.insert(copy.begin(), more); });
  return altered;
}

std::vector<InclusionProof> Altered(const InclusionProof& proof) {
  std::vector<InclusionProof> altered;
  for (auto& path : AlteredPaths(proof.audit_path, proof.root)) altered.emplace_back(proof).audit_path = path;
  altered.emplace_back(proof).leaf_hash[0] ^= 1;
  altered.emplace_back(proof).root[31] ^= 128;
  altered.emplace_back(proof).root = Sha256({});
  altered.emplace_back(proof).leaf_index += 1;
  altered.emplace_back(proof).leaf_index -= 1;
  altered.emplace_back(proof).leaf_index ^= 2;
  altered.emplace_back(proof).tree_size = 0;
  altered.emplace_back(proof).tree_size *= 2;
  return altered;
}

std::vector<ConsistencyProof> Altered(const ConsistencyProof& proof) {
  std::vector<ConsistencyProof> altered;
  for (const Hash& more : {proof.first_root, proof.second_root}) {
    for (auto& path : AlteredPaths(proof.path, more)) altered.emplace_back(proof).path = path;
  }
  altered.emplace_back(proof).first_root[0] ^= 1;
  // What goes on from the empty tree may be anything.
  if (proof.first_size > 0) altered.emplace_back(proof).second_root[31] ^= 128;
  altered.emplace_back(proof).first_size = proof.second_size + 1;
  if (proof.path.empty()) return altered;
  std::swap(altered.emplace_back(proof).first_root, altered.back().second_root);
  altered.emplace_back(proof).first_size += 1;
  altered.emplace_back(proof).first_size -= 1;
  altered.emplace_back(proof).second_size *= 2;
  return altered;
}

template <class Proof>
void ExpectAccepted(const Proof& proof, absl::Status (*check)(const Proof&)) {
  EXPECT_TRUE(check(proof).ok()) << check(proof);
}

template <class Proof>
void ExpectOnlyItself(const Proof& proof, absl::Status (*check)(const Proof&)) {
  ExpectAccepted(proof, check);
  size_t number = 0;
  for (const Proof& altered : Altered(proof)) {
    EXPECT_EQ(check(altered).code(), absl::StatusCode::kDataLoss) << "alteration " << number;
    ++number;
  }
}

TEST(Rfc6962Vectors, TheReferenceGivesThePublishedRoots) {
  const std::vector<Hash> leaves = VectorLeaves();
  for (size_t size = 1; size <= leaves.size(); ++size) {
    EXPECT_EQ(HexOf(reference::Root(reference::Leaves(leaves).first(size))), kRoots[size - 1]) << size;
  }
}

class InclusionVector : public testing::TestWithParam<Vector> {};
TEST_P(InclusionVector, IsAcceptedAndNothingLikeIt) {
  const auto& [name, leaf, size, path] = GetParam();
  const std::vector<Hash> leaves = VectorLeaves();
  const InclusionProof proof{.leaf_index = leaf - 1,
                             .tree_size = size,
                             .leaf_hash = leaves[leaf - 1],
                             .root = HashOfHex(kRoots[size - 1]),
                             .audit_path = HashesOf(path)};
  ExpectOnlyItself(proof, CheckInclusion);
  EXPECT_EQ(reference::Path(leaf - 1, reference::Leaves(leaves).first(size)), proof.audit_path);
}
INSTANTIATE_TEST_SUITE_P(Rfc6962Vectors, InclusionVector, testing::ValuesIn(kInclusions),
                         [](const auto& test) { return std::string(test.param.name); });

class ConsistencyVector : public testing::TestWithParam<Vector> {};
TEST_P(ConsistencyVector, IsAcceptedAndNothingLikeIt) {
  const auto& [name, first, second, path] = GetParam();
  const ConsistencyProof proof{.first_size = first,
                               .second_size = second,
                               .first_root = HashOfHex(kRoots[first - 1]),
                               .second_root = HashOfHex(kRoots[second - 1]),
                               .path = HashesOf(path)};
  ExpectOnlyItself(proof, CheckConsistency);
  const std::vector<Hash> leaves = VectorLeaves();
  EXPECT_EQ(reference::Consistency(first, reference::Leaves(leaves).first(second)), proof.path);
}
INSTANTIATE_TEST_SUITE_P(Rfc6962Vectors, ConsistencyVector, testing::ValuesIn(kConsistencies),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(Proofs, OfEverySmallTreeAreAcceptedAndNothingLikeThem) {
  constexpr size_t kAlteredUpTo = 70;  // beyond it the alterations would take seconds
  const std::vector<Hash> all = NumberedLeaves(130);
  for (size_t size = 0; size <= all.size(); ++size) {
    const auto leaves = reference::Leaves(all).first(size);
    for (size_t index = 0; index < size; ++index) {
      SCOPED_TRACE(fmt::format("leaf {} of {}", index, size));
      const InclusionProof proof = InclusionOf(index, leaves);
      size <= kAlteredUpTo ? ExpectOnlyItself(proof, CheckInclusion) : ExpectAccepted(proof, CheckInclusion);
    }
    for (size_t first = 0; first <= size; ++first) {
      SCOPED_TRACE(fmt::format("from {} to {}", first, size));
      const ConsistencyProof proof = ConsistencyOf(first, leaves);
      size <= kAlteredUpTo ? ExpectOnlyItself(proof, CheckConsistency) : ExpectAccepted(proof, CheckConsistency);
    }
    if (HasFailure()) return;
  }
}

TEST(Proofs, OfALargeTreeAreAccepted) {
  const std::vector<Hash> leaves = NumberedLeaves(1000);
  for (const size_t at : {0, 1, 255, 256, 511, 512, 513, 767, 768, 998, 999}) {
    ExpectOnlyItself(InclusionOf(at, leaves), CheckInclusion);
    ExpectOnlyItself(ConsistencyOf(at + 1, leaves), CheckConsistency);
  }
}

TEST(Proofs, OfTheLargestNumbersEndInAnAnswer) {
  const InclusionProof inclusion{.leaf_index = UINT64_MAX - 1, .tree_size = UINT64_MAX, .audit_path = {100, Hash{}}};
  EXPECT_EQ(CheckInclusion(inclusion).code(), absl::StatusCode::kDataLoss);
  const ConsistencyProof consistency{
      .first_size = UINT64_MAX - 1, .second_size = UINT64_MAX, .path = std::vector<Hash>(100)};
  EXPECT_EQ(CheckConsistency(consistency).code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace annals
