// SPEC §2.6 for the way through JSON: whatever commands made a log, its lines give it again byte for byte.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "commands/log_line.h"
#include "eventstore/memory/memory_storage.h"
#include "projections/tables.h"
#include "tests/property/script.h"
#include "tests/support/ledger.h"
#include "tests/support/must.h"
#include "tests/support/transfer.h"

namespace annals::property {
namespace {

using support::ImportInto;
using support::Must;

class TransferTest : public testing::TestWithParam<uint64_t> {
 protected:
  TransferTest() { Play(SeededScript(GetParam(), 400), {.seed = GetParam()}, *told_); }
  std::unique_ptr<Storage> told_ = MemoryStorage::Create(ProjectedTables());
  std::unique_ptr<Storage> storage_ = MemoryStorage::Create(ProjectedTables());
};

INSTANTIATE_TEST_SUITE_P(Transfer, TransferTest, testing::Range<uint64_t>(1, 21),
                         [](const auto& test) { return "Seed" + std::to_string(test.param); });

TEST_P(TransferTest, EveryEventSurvivesWritingAndReading) {
  const std::vector<support::StoredRecord> records = support::RecordsOf(*told_);
  const std::vector<std::string> lines = support::LinesOf(*told_);
  ASSERT_EQ(records.size(), lines.size());
  LogLineDecoder decoder;
  for (size_t i = 0; i < lines.size(); ++i) {
    LogLine line = Must(decoder.Read(lines[i]));
    const NewEvent sealed = Must(decoder.Seal(line));
    ASSERT_EQ(sealed.event, records[i].event) << lines[i];
    ASSERT_EQ(sealed.content.has_value(), records[i].content.has_value());
    if (sealed.content) {
      ASSERT_EQ(sealed.content->bytes, records[i].content->second);
    }
  }
}

TEST_P(TransferTest, AnImportGivesTheSameLog) {
  EXPECT_TRUE(Must(ImportInto(*storage_, support::LinesOf(*told_), {.batch = GetParam()})).exact);
  EXPECT_EQ(support::RecordsOf(*storage_), support::RecordsOf(*told_));
  EXPECT_EQ(support::RootOf(*storage_), support::RootOf(*told_));
  EXPECT_EQ(support::FaultsOf(*storage_), "");
}

TEST_P(TransferTest, AMergeLosesNothingAndIsALogLikeAnyOther) {
  const std::vector<std::string> lines = support::LinesOf(*told_);
  const LineImportReport first = Must(ImportInto(*storage_, {R"({"position":7,"stream":"note","version":1,)"
                                                             R"("recorded_at":"2025-01-01T00:00:00Z","event_type":"x",)"
                                                             R"("note":true,"payload":{}})"}));
  EXPECT_FALSE(first.exact);
  const LineImportReport report = Must(ImportInto(*storage_, lines));
  EXPECT_FALSE(report.exact);
  EXPECT_EQ(report.events, lines.size());
  EXPECT_EQ(report.overridden + report.left_out + report.dangling, 0u);
  EXPECT_EQ(support::FaultsOf(*storage_), "");
}

}  // namespace
}  // namespace annals::property
