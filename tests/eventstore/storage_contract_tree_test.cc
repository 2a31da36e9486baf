// The contract of eventstore/storage.h, as far as it is of the tree over the log.
#include <algorithm>

#include <fmt/format.h>

#include "tests/eventstore/reference_tree.h"
#include "tests/eventstore/storage_contract.h"

namespace annals::contract {
namespace {

class TreeContract : public StorageFixture, public testing::WithParamInterface<StorageBackend> {
 protected:
  void SetUp() override { Open(GetParam()); }
};
INSTANTIATE_TEST_SUITE_P(Backends, TreeContract, testing::ValuesIn(AllBackends()),
                         [](const auto& test) { return test.param.name; });

TEST_P(TreeContract, TreeHeadIsTheRootOfTheLeavesAtEverySize) {
  std::vector<Hash> leaves;
  for (uint64_t size = 0; size <= 300; ++size) {
    {
      const auto snapshot = Read();
      ASSERT_EQ(snapshot->head().tree.size(), size);
      ASSERT_EQ(HexOf(snapshot->head().tree.Root()), HexOf(reference::Root(leaves))) << size << " leaves";
    }
    const std::string body = fmt::format("event {}", size);
    leaves.push_back(LeafHashOf({size + 1}, "run/a", {size + 1}, body));
    Commit([&](Transaction& transaction) { Must(Append(transaction, "run/a", size, {{.event = body}})); });
  }
  const std::vector<Record> records = LogOf(*Read());
  EXPECT_TRUE(std::ranges::equal(records, leaves, {}, &Record::kept_leaf, KeptPartOf));
}

TEST(LeafHash, CoversPositionVersionAndStreamInTheirFixedWidths) {
  const std::string_view prefix("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x00\x00\x00\x00\x00\x00\x00\x09\x00\x05", 19);
  EXPECT_EQ(HexOf(LeafHashOf({0x0102030405060708}, "run/a", {9}, "body")), HexOf(Sha256({prefix, "run/a", "body"})));
}

std::vector<std::string> SubtreesOf(Snapshot& snapshot, uint64_t first, uint64_t last) {
  std::vector<std::string> subtrees;
  Must(snapshot.ReadSubtrees(first, last, [&](const Hash& hash) {
    subtrees.push_back(HexOf(hash));
    return absl::OkStatus();
  }));
  return subtrees;
}

TEST_P(TreeContract, WholeSubtreesAreKeptAndThoseOfDroppedWorkAreNot) {
  constexpr uint64_t kLeaves = MerkleTree::kSubtreeLeaves;
  const auto append = [](Transaction& transaction, uint64_t events, const char* bytes) {
    const StreamVersion version = Must(transaction.VersionOf("run/a"));
    Must(Append(transaction, "run/a", version.value, std::vector<Event>(events, Event{.event = bytes})));
  };
  Commit([&](Transaction& transaction) { append(transaction, kLeaves - 1, "x"); });
  EXPECT_TRUE(absl::IsDataLoss(Read()->ReadSubtrees(0, 0, [](const Hash&) { return absl::OkStatus(); })));
  Drop([&](Transaction& transaction) { append(transaction, 2 * kLeaves, "dropped"); });
  Commit([&](Transaction& transaction) { append(transaction, 2 * kLeaves + 2, "y"); });

  const auto snapshot = Read();
  std::vector<std::string> expected;
  MerkleTree tree;
  for (const Record& record : LogOf(*snapshot)) {
    const Hash leaf = LeafHashOf({record.position}, record.stream, {record.version}, record.event.event);
    if (const auto subtree = tree.Append(leaf)) expected.push_back(HexOf(*subtree));
  }
  ASSERT_EQ(expected.size(), 3u);
  EXPECT_EQ(SubtreesOf(*snapshot, 0, 2), expected);
  EXPECT_EQ(SubtreesOf(*snapshot, 1, 1), std::vector<std::string>{expected[1]});
  EXPECT_TRUE(SubtreesOf(*snapshot, 2, 1).empty());
  int visited = 0;
  const auto visit_once = [&](const Hash&) { return ++visited == 1 ? absl::OkStatus() : absl::UnknownError("enough"); };
  EXPECT_TRUE(absl::IsUnknown(snapshot->ReadSubtrees(0, 2, visit_once)));
  EXPECT_EQ(visited, 2);
  const absl::Status beyond = snapshot->ReadSubtrees(2, 3, [](const Hash&) { return absl::OkStatus(); });
  EXPECT_TRUE(absl::IsDataLoss(beyond));
  EXPECT_EQ(MessageOf(beyond), "read the tree: the root of the subtree over positions 769 to 1024 is not there");
}

}  // namespace
}  // namespace annals::contract
