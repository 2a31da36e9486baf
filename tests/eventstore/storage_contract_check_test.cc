// The contract of eventstore/storage.h as far as whoever checks a log and its tables relies on it.
#include <gtest/gtest.h>

#include "tests/eventstore/storage_contract.h"

namespace annals::contract {
namespace {

class CheckContract : public StorageFixture, public testing::WithParamInterface<StorageBackend> {
 protected:
  void SetUp() override { Open(GetParam()); }
};
INSTANTIATE_TEST_SUITE_P(Backends, CheckContract, testing::ValuesIn(AllBackends()),
                         [](const auto& test) { return test.param.name; });

TEST_P(CheckContract, AWalkForACheckGivesTheSameRecords) {
  Salt salt;
  salt.fill('s');
  Commit([&](Transaction& transaction) {
    Must(Append(transaction, "run/a", 0,
                {{.event = "1", .ws_id = "w", .recorded_at = {5}}, {.event = "2", .content = {{salt, "kept"}}}}));
    Must(Append(transaction, "note", 0, {{.event = "3", .event_type = "remark"}}));
  });
  const auto snapshot = Read();
  EXPECT_TRUE(LogOf(*snapshot, {.for_check = true}) == LogOf(*snapshot));
}

TEST_P(CheckContract, TheStoredRootIsThatOfTheHead) {
  EXPECT_EQ(Must(Read()->StoredRoot()), MerkleTree().Root());
  Commit([&](Transaction& transaction) { Must(Append(transaction, "run/a", 0, {{.event = "1"}, {.event = "2"}})); });
  const auto snapshot = Read();
  EXPECT_EQ(Must(snapshot->StoredRoot()), snapshot->head().tree.Root());
}

}  // namespace
}  // namespace annals::contract
