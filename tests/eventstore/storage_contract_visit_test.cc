// The contract of eventstore/storage.h for walks over the log that call back, kept by every backend.
#include <stdexcept>

#include <fmt/format.h>

#include "tests/eventstore/storage_contract.h"

namespace annals::contract {
namespace {

class VisitContract : public StorageFixture, public testing::WithParamInterface<StorageBackend> {
 protected:
  void SetUp() override {
    Open(GetParam());
    Commit([](Transaction& transaction) {
      Must(Append(transaction, "run/a", 0, {{.event = "1"}, {.event = "2"}, {.event = "3"}}));
      Must(Append(transaction, "run/b", 0, {{.event = "4"}}));
      Must(Put(transaction, TallyTable(), {1, "x"}));
    });
  }
};
INSTANTIATE_TEST_SUITE_P(Backends, VisitContract, testing::ValuesIn(AllBackends()),
                         [](const auto& test) { return test.param.name; });

TEST_P(VisitContract, EndsWhereItFailsWithWhatItSays) {
  const auto snapshot = Read();
  for (const LogRange& range : {LogRange{}, LogRange{.stream = "run/a"}}) {
    uint64_t last = 0;
    const absl::Status status = snapshot->VisitLog(range, [&](const RecordView& record) {
      last = record.position.value;
      return last < 2 ? absl::OkStatus() : absl::NotFoundError("enough");
    });
    EXPECT_EQ(status, absl::NotFoundError("enough"));
    EXPECT_EQ(last, 2u);
  }
  EXPECT_EQ(PositionsOf(*snapshot), (std::vector<uint64_t>{1, 2, 3, 4})) << "the next walk starts afresh";
}

TEST_P(VisitContract, LetsExceptionsThrough) {
  const auto snapshot = Read();
  const auto visit = [](const RecordView&) -> absl::Status { throw std::runtime_error("here"); };
  EXPECT_THROW(snapshot->VisitLog({}, visit).IgnoreError(), std::runtime_error);
  EXPECT_EQ(PositionsOf(*snapshot), (std::vector<uint64_t>{1, 2, 3, 4})) << "the next walk starts afresh";
}

// Whatever else is read meanwhile.
TEST_P(VisitContract, GoesOnWhileTheSnapshotIsRead) {
  if (GetParam().durable) Reopen();  // it has to learn the names anew
  const auto snapshot = Read();
  std::vector<std::string> seen;
  Must(snapshot->VisitLog({}, [&](const RecordView& record) {
    EXPECT_EQ(Must(snapshot->VersionOf("run/a")).value, 3u);
    EXPECT_EQ(RowsOf(*snapshot, {.table = &TallyTable()}).size(), 1u);
    EXPECT_EQ(PositionsOf(*snapshot, {.stream = "run/b"}), std::vector<uint64_t>{4});
    EXPECT_EQ(PositionsOf(*snapshot).size(), 4u) << "a walk within the walk";
    seen.push_back(fmt::format("{} {} {}", record.position.value, record.stream, record.event));
    return absl::OkStatus();
  }));
  EXPECT_EQ(seen, (std::vector<std::string>{"1 run/a 1", "2 run/a 2", "3 run/a 3", "4 run/b 4"}));
}

TEST_P(VisitContract, OfATransactionSeesWhatItWrote) {
  Drop([](Transaction& transaction) {
    Must(Append(transaction, "run/b", 1, {{.event = "5"}}));
    EXPECT_EQ(PositionsOf(transaction).size(), 5u);
  });
}

}  // namespace
}  // namespace annals::contract
