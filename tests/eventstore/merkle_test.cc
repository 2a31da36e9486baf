#include "eventstore/merkle.h"

#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "eventstore/sha256.h"
#include "tests/eventstore/reference_tree.h"

namespace annals {
namespace {

std::vector<Hash> NumberedLeaves(size_t count) {
  std::vector<Hash> leaves;
  for (size_t i = 0; i < count; ++i) leaves.push_back(reference::HashOfLeaf(std::to_string(i)));
  return leaves;
}

MerkleTree TreeOf(const std::vector<Hash>& leaves) {
  MerkleTree tree;
  for (const Hash& leaf : leaves) tree.Append(leaf);
  return tree;
}

TEST(Sha256, OfPiecesIsThatOfTheWhole) {
  // FIPS 180-2, appendix B.1.
  constexpr char kOfAbc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  EXPECT_EQ(HexOf(Sha256({"abc"})), kOfAbc);
  EXPECT_EQ(HexOf(Sha256({"a", "", "bc"})), kOfAbc);
}

TEST(Sha256, DoesNotDependOnWhereThePiecesEnd) {
  std::string bytes;
  for (int i = 0; i < 2'000; ++i) bytes += static_cast<char>(i % 251);
  const std::string_view whole = bytes;
  EXPECT_TRUE(rc::check([&] {
    const auto size = *rc::gen::inRange<size_t>(0, whole.size());
    const auto first = *rc::gen::inRange<size_t>(0, size + 1);
    const auto second = *rc::gen::inRange<size_t>(first, size + 1);
    Sha256Stream stream;
    stream.Add(whole.substr(0, size));
    RC_ASSERT(Sha256({whole.substr(0, first), whole.substr(first, second - first),
                      whole.substr(second, size - second)}) == stream.Finish());
  }));
}

// The leaves and roots that the Certificate Transparency implementations publish as their reference tree; the roots
// were recomputed from the definition of RFC 6962 §2.1 by a program of its own.
TEST(MerkleTree, GivesThePublishedRootsOfCertificateTransparency) {
  constexpr std::string_view kLeaves[] = {
      "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
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
  MerkleTree tree;
  EXPECT_EQ(HexOf(tree.Root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (size_t i = 0; i < std::size(kLeaves); ++i) {
    tree.Append(reference::HashOfLeaf(*BytesOfHex(kLeaves[i])));
    EXPECT_EQ(HexOf(tree.Root()), kRoots[i]) << i + 1 << " leaves";
  }
}

TEST(MerkleTree, HasTheRootOfTheDefinitionAtEverySize) {
  const std::vector<Hash> leaves = NumberedLeaves(600);
  MerkleTree tree;
  for (size_t size = 0; size <= leaves.size(); ++size) {
    ASSERT_EQ(tree.size(), size);
    ASSERT_EQ(HexOf(tree.Root()), HexOf(reference::Root(reference::Leaves(leaves).subspan(0, size))))
        << size << " leaves";
    if (size < leaves.size()) tree.Append(leaves[size]);
  }
}

TEST(MerkleTree, GivesTheRootOfEachWholeSubtreeWhenItsLastLeafComes) {
  const std::vector<Hash> leaves = NumberedLeaves(4 * MerkleTree::kSubtreeLeaves + 3);
  MerkleTree tree;
  for (size_t i = 0; i < leaves.size(); ++i) {
    const std::optional<Hash> subtree = tree.Append(leaves[i]);
    const bool is_last = (i + 1) % MerkleTree::kSubtreeLeaves == 0;
    ASSERT_EQ(subtree.has_value(), is_last) << "leaf " << i;
    if (is_last) {
      const size_t first = i + 1 - MerkleTree::kSubtreeLeaves;
      ASSERT_EQ(HexOf(*subtree),
                HexOf(reference::Root(reference::Leaves(leaves).subspan(first, MerkleTree::kSubtreeLeaves))))
          << "leaf " << i;
    }
  }
}

TEST(MerkleTree, RootsOfWholeSubtreesAreLeavesOfTheTreeAbove) {
  const std::vector<Hash> leaves = NumberedLeaves(5 * MerkleTree::kSubtreeLeaves);
  std::vector<Hash> subtrees;
  MerkleTree tree;
  for (const Hash& leaf : leaves) {
    if (const std::optional<Hash> subtree = tree.Append(leaf)) subtrees.push_back(*subtree);
  }
  ASSERT_EQ(subtrees.size(), 5u);
  EXPECT_EQ(HexOf(TreeOf(subtrees).Root()), HexOf(tree.Root()));
}

TEST(MerkleTree, GoesOnFromItsFrontierAsIfItHadNeverStopped) {
  const std::vector<Hash> leaves = NumberedLeaves(520);
  MerkleTree whole;
  for (size_t size = 0; size < leaves.size(); ++size) {
    absl::StatusOr<MerkleTree> resumed = MerkleTree::FromFrontier(whole.size(), whole.frontier());
    ASSERT_TRUE(resumed.ok()) << resumed.status();
    ASSERT_EQ(resumed->size(), size);
    ASSERT_EQ(HexOf(resumed->Root()), HexOf(whole.Root()));
    ASSERT_EQ(resumed->Append(leaves[size]), whole.Append(leaves[size]));
    ASSERT_EQ(resumed->frontier(), whole.frontier());
    ASSERT_EQ(HexOf(resumed->Root()), HexOf(whole.Root()));
  }
}

TEST(MerkleTree, FrontierIsTheRootsOfThePerfectSubtreesFromLeftToRight) {
  const std::vector<Hash> leaves = NumberedLeaves(7);
  std::string expected;
  for (const auto& [first, size] : {std::pair<size_t, size_t>{0, 4}, {4, 2}, {6, 1}}) {
    expected += BytesOf(reference::Root(reference::Leaves(leaves).subspan(first, size)));
  }
  EXPECT_EQ(HexOf(TreeOf(leaves).frontier()), HexOf(expected));
  EXPECT_EQ(MerkleTree().frontier(), "");
}

struct BadFrontierCase {
  const char* name;
  uint64_t size;
  size_t frontier_bytes;
};
void PrintTo(const BadFrontierCase& test, std::ostream* out) {
  *out << test.name;
}
class BadFrontierTest : public testing::TestWithParam<BadFrontierCase> {};

TEST_P(BadFrontierTest, IsDataLoss) {
  const auto tree = MerkleTree::FromFrontier(GetParam().size, std::string(GetParam().frontier_bytes, 'x'));
  EXPECT_EQ(tree.status().code(), absl::StatusCode::kDataLoss);
}

constexpr BadFrontierCase kBadFrontiers[] = {
    {"MissingForOneLeaf", 1, 0},         {"LeftOverForNoLeaves", 0, 32}, {"OneHashTooFew", 7, 64},
    {"OneHashTooMany", 8, 64},           {"HalfAHash", 1, 16},           {"OneByteTooMany", 3, 65},
    {"AllBitsSet", UINT64_MAX, 63 * 32},
};
INSTANTIATE_TEST_SUITE_P(MerkleTree, BadFrontierTest, testing::ValuesIn(kBadFrontiers),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(MerkleTree, RootTellsOrderAndEachLeaf) {
  const std::vector<Hash> leaves = NumberedLeaves(13);
  const std::string root = HexOf(TreeOf(leaves).Root());
  for (size_t i = 0; i < leaves.size(); ++i) {
    std::vector<Hash> changed = leaves;
    changed[i][31] ^= 1;
    EXPECT_NE(HexOf(TreeOf(changed).Root()), root) << "leaf " << i << " changed";
    changed = leaves;
    std::swap(changed[i], changed[(i + 1) % changed.size()]);
    EXPECT_NE(HexOf(TreeOf(changed).Root()), root) << "leaf " << i << " moved";
  }
}

}  // namespace
}  // namespace annals
