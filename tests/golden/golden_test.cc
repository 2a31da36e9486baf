// Databases of every schema version that was ever written: opened, folded, compared with what they must hold, and gone
// on with.
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <capnp/schema.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands/machine.h"
#include "eventstore/event_codec.h"
#include "eventstore/memory/memory_storage.h"
#include "eventstore/sqlite/sqlite_migrations.h"
#include "eventstore/sqlite/sqlite_storage.h"
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
using testing::Contains;
using testing::IsSupersetOf;

std::string BytesOf(const std::string& path) {
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

class GoldenTest : public testing::TestWithParam<int> {
 protected:
  GoldenTest() {
    std::filesystem::copy_file(Kept(".db"), path_);
    storage_ = support::OpenSqlite(path_);
    digest_ = BytesOf(Kept(".txt"));
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

TEST_P(GoldenTest, HoldsEveryTypeOfEvent) {
  std::set<std::string> types;
  std::set<uint16_t> bodies;
  bool has_time_of_its_own = false;
  EventDecoder decoder;
  for (const support::StoredRecord& record : RecordsOf(*storage_)) {
    types.insert(record.event_type);
    const auto event = Must(decoder.Decode(record.event));
    bodies.insert(static_cast<uint16_t>(event.getBody().which()));
    has_time_of_its_own = has_time_of_its_own || event.getOccurredAt() != 0;
  }
  // Found out, so that a body or a machine that comes later is missed here.
  const auto body = capnp::Schema::from<schema::Event>().getFieldByName("body").getType().asStruct();
  for (const auto field : body.getUnionFields()) {
    const uint16_t which = field.getProto().getDiscriminantValue();
    if (which != static_cast<uint16_t>(schema::Event::Body::UNKNOWN)) {
      EXPECT_THAT(bodies, Contains(which)) << field.getProto().getName().cStr();
    }
  }
  std::vector<std::string> machines = {"deploy"};  // a user's
  for (const Machine* const machine : BuiltInMachines()) machines.emplace_back(machine->name());
  for (const std::string& machine : machines) {
    EXPECT_THAT(types, IsSupersetOf({machine + "_created", machine + "_transitioned", machine + "_overridden"}));
  }
  EXPECT_THAT(types, IsSupersetOf({"worker_amended", "circuit_breaker_amended", "request_amended"}));
  EXPECT_TRUE(has_time_of_its_own);
}

TEST_P(GoldenTest, HoldsARowInEveryTable) {
  for (const auto& [table, lines] : support::TablesOf(*storage_)) EXPECT_FALSE(lines.empty()) << table;
  EXPECT_EQ(support::TablesOf(*storage_).size(), ProjectedTables().size());
}

TEST_P(GoldenTest, IsNotChangedByWhoReadsIt) {
  EXPECT_EQ(DigestOfFold(*storage_), digest_);
  EXPECT_EQ(FaultsOf(*storage_), "");
  storage_ = nullptr;
  EXPECT_EQ(BytesOf(path_), BytesOf(Kept(".db"))) << "opened for writing";
  const std::string unwritable = support::FreshPath("unwritable");
  std::filesystem::copy_file(Kept(".db"), unwritable);
  std::filesystem::permissions(unwritable, std::filesystem::perms(0444));
  storage_ = Must(SqliteStorage::Open({.path = unwritable, .mode = OpenMode::kReadOnly, .tables = ProjectedTables()}));
  EXPECT_EQ(DigestOfStored(*storage_), digest_);
  EXPECT_EQ(DigestOfFold(*storage_), digest_);
  storage_ = nullptr;
  EXPECT_EQ(BytesOf(unwritable), BytesOf(Kept(".db"))) << "opened for reading";
  support::RemoveDatabase(unwritable);
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
  EXPECT_EQ(DigestOfStored(*storage), BytesOf(std::string(ANNALS_SOURCE_DIR) + "/tests/golden/schema_1.txt"));
}

}  // namespace
}  // namespace annals::golden
