// The contract of eventstore/storage.h where content goes: what is gone, what stays, and that a rollback brings it
// back.
#include <optional>

#include "tests/eventstore/storage_contract.h"

namespace annals::contract {
namespace {

Salt SaltOf(char byte) {
  Salt salt;
  salt.fill(byte);
  return salt;
}

class RedactionContract : public StorageFixture, public testing::WithParamInterface<StorageBackend> {
 protected:
  void SetUp() override {
    Open(GetParam());
    Commit([](Transaction& transaction) {
      Must(Append(transaction, "run/a", 0,
                  {{.event = "1", .content = {{SaltOf('s'), "secret"}}},
                   {.event = "2", .content = {{SaltOf('t'), "kept"}}},
                   {.event = "3"}}));
    });
  }
};
INSTANTIATE_TEST_SUITE_P(Backends, RedactionContract, testing::ValuesIn(AllBackends()),
                         [](const auto& test) { return test.param.name; });

TEST_P(RedactionContract, TakesTheContentAndItsSaltAndNothingElse) {
  const std::vector<Record> before = LogOf(*Read());
  const Head head = Read()->head();
  Commit([](Transaction& transaction) { Must(transaction.RedactContent({1})); });
  if (GetParam().durable) Reopen();
  const std::vector<Record> after = LogOf(*Read());
  ASSERT_EQ(after.size(), 3u);
  EXPECT_EQ(after[0].event.content, std::pair(Salt{}, std::string()));
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(after[i].event.event, before[i].event.event);
    EXPECT_EQ(HexOf(after[i].kept_leaf), HexOf(before[i].kept_leaf));
    EXPECT_EQ(after[i].event == before[i].event, i > 0);
  }
  EXPECT_EQ(HexOf(Read()->head().tree.Root()), HexOf(head.tree.Root()));
  EXPECT_EQ(Read()->head().position, head.position);
}

// A rebuild that goes on in chunks would else put back what it has read before.
TEST_P(RedactionContract, MovesTheGeneration) {
  const uint64_t generation = Read()->head().generation;
  Commit([](Transaction& transaction) { Must(transaction.RedactContent({1})); });
  EXPECT_GT(Read()->head().generation, generation);
}

TEST_P(RedactionContract, IsTakenBackWithItsTransaction) {
  Drop([](Transaction& transaction) {
    Must(Append(transaction, "run/a", 3, {{.event = "4", .content = {{SaltOf('u'), "new"}}}}));
    Must(transaction.RedactContent({1}));
    Must(transaction.RedactContent({4}));
  });
  const std::vector<Record> records = LogOf(*Read());
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[0].event.content, std::pair(SaltOf('s'), std::string("secret")));
}

struct FailureCase {
  uint64_t position;
  absl::StatusCode code;
};
TEST_P(RedactionContract, FailsWhereThereIsNothingToTake) {
  Commit([](Transaction& transaction) { Must(transaction.RedactContent({2})); });
  for (const auto& [position, code] : {FailureCase{0, absl::StatusCode::kNotFound},
                                       {4, absl::StatusCode::kNotFound},
                                       {3, absl::StatusCode::kFailedPrecondition},
                                       {2, absl::StatusCode::kFailedPrecondition}}) {
    Drop([&](Transaction& transaction) { EXPECT_EQ(transaction.RedactContent({position}).code(), code) << position; });
  }
}

// As an import of a log does in which it was redacted.
TEST_P(RedactionContract, AppendsWhatIsRedactedAlready) {
  Commit([](Transaction& transaction) {
    Must(Append(transaction, "run/a", 3, {{.event = "4", .content = {{SaltOf('x'), ""}}}}));
  });
  EXPECT_EQ(LogOf(*Read())[3].event.content, std::pair(Salt{}, std::string()));
}

TEST_P(RedactionContract, DropsAShadowThatIsThereOrNot) {
  Commit([](Transaction& transaction) {
    Must(transaction.CreateShadow(TallyTable()));
    Must(Put(transaction, TallyTable(), {1, "secret"}, TableSet::kShadow));
  });
  const uint64_t generation = Read()->head().generation;
  for (int i = 0; i < 2; ++i) {
    Commit([](Transaction& transaction) { Must(transaction.DropShadow(TallyTable())); });
    EXPECT_EQ(Read()->head().generation, generation + 1 + static_cast<uint64_t>(i));
    EXPECT_FALSE(
        Read()->ReadRows({.table = &TallyTable()}, TableSet::kShadow, [](Row) { return absl::OkStatus(); }).ok());
  }
}

TEST_P(RedactionContract, SweepingChangesNothingThatIsRead) {
  Commit([](Transaction& transaction) {
    Must(Put(transaction, TallyTable(), {7, "row"}));
    Must(transaction.RedactContent({1}));
  });
  const Head head = Read()->head();
  Must(storage().Sweep());
  Must(storage().Sweep());
  EXPECT_EQ(Read()->head().tree.frontier(), head.tree.frontier());
  EXPECT_EQ(LogOf(*Read()).size(), 3u);
  EXPECT_EQ(RowsOf(*Read(), {.table = &TallyTable()}), (std::vector<Cells>{{7, "row"}}));
  Commit([](Transaction& transaction) { Must(Append(transaction, "run/a", 3, {{.event = "4"}})); });
}

}  // namespace
}  // namespace annals::contract
