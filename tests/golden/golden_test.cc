// Databases of every schema version that was ever written: opened, folded, compared with what they must hold, and gone
// on with.
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/memory/memory_storage.h"
#include "eventstore/sqlite/sqlite_migrations.h"
#include "projections/rebuild.h"
#include "tests/golden/story.h"
#include "tests/support/commands.h"
#include "tests/support/ledger.h"
#include "tests/support/must.h"
#include "tests/support/session.h"
#include "tests/support/store.h"

namespace annals::golden {
namespace {

using support::FaultsOf;
using support::Must;
using support::RecordsOf;
using testing::IsSupersetOf;

class GoldenTest : public testing::TestWithParam<int> {
 protected:
  GoldenTest() {
    std::filesystem::copy_file(Kept(".db"), path_);
    storage_ = support::OpenSqlite(path_);
    std::ostringstream text;
    text << std::ifstream(Kept(".txt")).rdbuf();
    digest_ = text.str();
  }
  ~GoldenTest() override {
    storage_.reset();
    support::RemoveDatabase(path_);
  }
  static std::string Kept(const std::string& suffix) {
    return std::string(ANNALS_SOURCE_DIR) + "/tests/golden/schema_" + std::to_string(GetParam()) + suffix;
  }

  const std::string path_ = support::FreshPath("golden");
  std::unique_ptr<Storage> storage_;
  std::string digest_;
};
INSTANTIATE_TEST_SUITE_P(Schema, GoldenTest, testing::Range(1, static_cast<int>(kSchemaVersion) + 1),
                         [](const auto& row) { return std::to_string(row.param); });

TEST_P(GoldenTest, HoldsWhatItHeldWhenItWasMade) {
  EXPECT_EQ(DigestOfStored(*storage_), digest_);
}

TEST_P(GoldenTest, FoldsToTheTablesItHeldWhenItWasMade) {
  EXPECT_EQ(DigestOfFold(*storage_), digest_);
  EXPECT_EQ(FaultsOf(*storage_), "");
  EXPECT_EQ(Must(CheckTables(*storage_, [](uint64_t, uint64_t) {})).difference_count, 0u);
}

TEST_P(GoldenTest, RebuildsToTheTablesItHeldWhenItWasMade) {
  Must(Rebuild(*storage_, nullptr, [](uint64_t, uint64_t) {}));
  EXPECT_EQ(DigestOfStored(*storage_), digest_);
}

TEST_P(GoldenTest, HoldsEveryTypeOfEventAndARowInEveryTable) {
  std::set<std::string> types;
  for (const support::StoredRecord& record : RecordsOf(*storage_)) types.insert(record.event_type);
  EXPECT_THAT(types, IsSupersetOf({"run_created",
                                   "workstream_created",
                                   "run_transitioned",
                                   "workstream_transitioned",
                                   "run_overridden",
                                   "workstream_overridden",
                                   "command_refused",
                                   "step_started",
                                   "step_completed",
                                   "error_recorded",
                                   "deploy",
                                   "content_redacted",
                                   "task_created",
                                   "task_transitioned",
                                   "task_overridden",
                                   "worker_created",
                                   "worker_transitioned",
                                   "worker_amended",
                                   "patch_created",
                                   "patch_transitioned",
                                   "test_gate_created",
                                   "test_gate_transitioned",
                                   "circuit_breaker_created",
                                   "circuit_breaker_transitioned",
                                   "circuit_breaker_amended",
                                   "request_created",
                                   "request_transitioned",
                                   "request_amended",
                                   "checkpoint_saved",
                                   "machine_defined",
                                   "deploy_created",
                                   "deploy_transitioned"}));
  for (const auto& [table, lines] : support::TablesOf(*storage_)) EXPECT_FALSE(lines.empty()) << table;
  EXPECT_EQ(support::TablesOf(*storage_).size(), ProjectedTables().size());
}

TEST_P(GoldenTest, IsGoneOnWith) {
  const uint64_t end = Must(storage_->Read())->head().position.value;
  support::Session session(*storage_);
  const Receipt repeat =
      session.Accept(support::With(support::MoveWorkstream("b", "failed"), R"("command_id":"fails")"));
  EXPECT_TRUE(repeat.repeat);
  const Receipt receipt = session.Accept(support::MoveRun("paused", "r2"));
  EXPECT_EQ(receipt.first_position, Position{end + 1});
  EXPECT_EQ(session.Refuse(support::MoveRun("running")).refusal.why, "partial is final");
  EXPECT_EQ(FaultsOf(*storage_), "");
}

// Promise 6 over time: as long as the law is the same, the commands of the story give the very bytes they gave then. A
// change of the law may end this; a change of how events are written must not.
TEST(GoldenStory, GivesTheSameBytesToday) {
  const auto storage = MemoryStorage::Create(ProjectedTables());
  TellStory(*storage);
  std::ostringstream kept;
  kept << std::ifstream(std::string(ANNALS_SOURCE_DIR) + "/tests/golden/schema_1.txt").rdbuf();
  EXPECT_EQ(DigestOfStored(*storage), kept.str());
}

}  // namespace
}  // namespace annals::golden
