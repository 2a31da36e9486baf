// SPEC §2.6 for the way through JSON: whatever commands made a log, its lines give it again byte for byte.
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "commands/bundle.h"
#include "commands/log_line.h"
#include "commands/verify.h"
#include "eventstore/memory/memory_storage.h"
#include "eventstore/sqlite/sqlite_bundle.h"
#include "eventstore/sqlite/sqlite_storage.h"
#include "projections/tables.h"
#include "tests/property/machine_script.h"
#include "tests/property/script.h"
#include "tests/support/ledger.h"
#include "tests/support/must.h"
#include "tests/support/session.h"
#include "tests/support/store.h"
#include "tests/support/transfer.h"

namespace annals::property {
namespace {

using support::ImportInto;
using support::Must;

enum class Told { kRuns, kMachines };

class TransferTest : public testing::TestWithParam<std::tuple<Told, uint64_t>> {
 protected:
  TransferTest() {
    const std::vector<uint64_t> script = SeededScript(seed(), 400);
    if (std::get<0>(GetParam()) == Told::kRuns) {
      Play(script, {.seed = seed()}, *told_);
      return;
    }
    support::Session session(*told_);
    std::vector<TimedCommand> commands;
    for (const uint64_t word : script) {
      commands.push_back(MakeCommand(word, *told_, commands));
      session.clock().Set({session.clock().Now().micros + commands.back().wait_sec * 1'000'000});
      session.Execute(commands.back().json);
    }
  }
  static uint64_t seed() { return std::get<1>(GetParam()); }
  std::unique_ptr<Storage> told_ = MemoryStorage::Create(ProjectedTables());
  std::unique_ptr<Storage> storage_ = MemoryStorage::Create(ProjectedTables());
};

INSTANTIATE_TEST_SUITE_P(Transfer, TransferTest,
                         testing::Combine(testing::Values(Told::kRuns, Told::kMachines),
                                          testing::Range<uint64_t>(1, 21)),
                         [](const auto& test) {
                           return (std::get<0>(test.param) == Told::kRuns ? "RunsSeed" : "MachinesSeed") +
                                  std::to_string(std::get<1>(test.param));
                         });

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
  EXPECT_TRUE(Must(ImportInto(*storage_, support::LinesOf(*told_), {.batch = seed()})).exact);
  EXPECT_EQ(support::RecordsOf(*storage_), support::RecordsOf(*told_));
  EXPECT_EQ(support::RootOf(*storage_), support::RootOf(*told_));
  EXPECT_EQ(support::TablesOf(*storage_), support::TablesOf(*told_));
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
  Storage* const merged = storage_.get();
  Must(Verify(
           {&merged, 1}, {}, [](uint64_t, uint64_t) {}, [](const Fault& fault) { ADD_FAILURE() << fault.detail; })
           .status());
}

// What a bundle shows of each run stands on its own.
TEST_P(TransferTest, ABundleOfEachRunIsWhole) {
  const auto snapshot = Must(told_->Read());
  std::vector<std::string> run_ids;
  Must(snapshot->ReadRows({.table = &RunsTable().table()}, TableSet::kLive, [&](Row row) {
    run_ids.push_back(RunsTable().FromValues(row).run_id);
    return absl::OkStatus();
  }));
  for (const std::string& run_id : run_ids) {
    const std::string path = support::FreshPath("bundle");
    SimulatedClock clock({0});
    SeededRandom random(1);
    {
      const auto out =
          Must(SqliteBundle::Create({.path = path, .tables = ProjectedTables(), .clock = &clock, .random = &random}));
      EXPECT_GT(Must(FillBundle(*snapshot, {.run_id = run_id}, *out)), 0u);
    }
    const auto bundle =
        Must(SqliteStorage::Open({.path = path, .mode = OpenMode::kReadOnly, .tables = ProjectedTables()}));
    Must(CheckBundle(*bundle, std::nullopt, [&](const Fault& fault) {
           ADD_FAILURE() << run_id << ": " << fault.detail;
         }).status());
    support::RemoveDatabase(path);
  }
}

}  // namespace
}  // namespace annals::property
