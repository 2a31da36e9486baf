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

TEST_P(CheckContract, AWalkForACheckGivesTheSameRecordsInTwoSteps) {
  Salt salt;
  salt.fill('s');
  Commit([&](Transaction& transaction) {
    Must(Append(transaction, "run/a", 0,
                {{.event = "1", .ws_id = "w", .recorded_at = {5}}, {.event = "2", .content = {{salt, "kept"}}}}));
    Must(Append(transaction, "note", 0, {{.event = "3", .event_type = "remark"}}));
  });
  const auto snapshot = Read();
  const std::vector<Record> expected = LogOf(*snapshot);
  const auto cursor = Must(snapshot->ReadLog({.for_check = true}));
  for (const Record& record : expected) {
    const RecordView* const view = Must(cursor->Next());
    ASSERT_NE(view, nullptr);
    EXPECT_EQ(view->position.value, record.position);
    EXPECT_EQ(view->stream, record.stream);
    EXPECT_EQ(view->version.value, record.version);
    EXPECT_EQ(view->recorded_at, record.event.recorded_at);
    EXPECT_EQ(view->event, record.event.event);
    EXPECT_EQ(HexOf(view->kept_leaf), HexOf(record.kept_leaf));
    Must(cursor->Complete());
    EXPECT_EQ(view->event_type, record.event.event_type);
    EXPECT_EQ(view->ws_id, record.event.ws_id);
    ASSERT_EQ(view->content.has_value(), record.event.content.has_value());
    if (!view->content) continue;
    EXPECT_EQ(view->content->salt, record.event.content->first);
    EXPECT_EQ(view->content->bytes, record.event.content->second);
  }
  EXPECT_EQ(Must(cursor->Next()), nullptr);
}

TEST_P(CheckContract, TheStoredRootIsThatOfTheHead) {
  EXPECT_EQ(Must(Read()->StoredRoot()), MerkleTree().Root());
  Commit([&](Transaction& transaction) { Must(Append(transaction, "run/a", 0, {{.event = "1"}, {.event = "2"}})); });
  const auto snapshot = Read();
  EXPECT_EQ(Must(snapshot->StoredRoot()), snapshot->head().tree.Root());
}

}  // namespace
}  // namespace annals::contract
