// An import whose 1st, 2nd, 3rd, … call of the storage fails leaves nothing, or all of it where only the answer was
// lost; done again it ends where an undisturbed one ends.
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands/import_state.h"
#include "tests/crash/failing_storage.h"
#include "tests/support/foreign.h"
#include "tests/support/ledger.h"
#include "tests/support/must.h"
#include "tests/support/session.h"
#include "tests/support/store.h"

namespace annals::crash {
namespace {

using namespace annals::support;

constexpr uint64_t kMostCalls = 20'000;

absl::StatusOr<ImportReport> Import(Session& session, const std::vector<ForeignTable>& tables) {
  const ImportOptions options{.mode = ImportMode::kKeep, .actor = "ann", .file = "old.db"};
  return ImportState(session.engine(), session.clock(), tables, options, [](uint64_t, uint64_t) {});
}

std::vector<ForeignTable> Tables() {
  StateTables tables;
  tables.Run().Workstream("a", "failed").Workstream("b", "done", "a").Attempt("a").Error("a", 3).Event("gone");
  return tables.All();
}

class FailingImportTest : public testing::TestWithParam<FaultMoment> {};

TEST_P(FailingImportTest, LeavesNothingOrAllAndCanBeDoneAgain) {
  const std::vector<ForeignTable> tables = Tables();
  Store undisturbed(Backend::kMemory);
  Session reference(undisturbed.storage());
  Must(Import(reference, tables).status());
  const TableLines expected = TablesOf(undisturbed.storage());
  const size_t events = RecordsOf(undisturbed.storage()).size();
  for (uint64_t call = 1;; ++call) {
    ASSERT_LT(call, kMostCalls);
    Store store(Backend::kMemory);
    FaultPlan plan;
    FailingStorage faulty(store.storage(), plan);
    Session session(faulty);
    plan.FailAt(call, GetParam(), absl::StatusCode::kInternal);
    const auto report = Import(session, tables);
    if (!plan.met()) {
      EXPECT_TRUE(report.ok());
      EXPECT_GT(call, 50U);
      break;
    }
    EXPECT_FALSE(report.ok()) << call;
    const size_t kept = RecordsOf(store.storage()).size();
    EXPECT_TRUE(kept == 0 || (GetParam() == FaultMoment::kAfter && kept == events)) << call << ": " << kept;
    plan.Heal();
    EXPECT_EQ(Must(Import(session, tables)).imported_before.has_value(), kept > 0) << call;
    EXPECT_EQ(TablesOf(store.storage()), expected) << call;
    EXPECT_EQ(FaultsOf(store.storage()), "") << call;
  }
}

INSTANTIATE_TEST_SUITE_P(Moments, FailingImportTest, testing::Values(FaultMoment::kBefore, FaultMoment::kAfter),
                         [](const auto& test) { return test.param == FaultMoment::kBefore ? "Before" : "After"; });

}  // namespace
}  // namespace annals::crash
