// SPEC §2.7: nothing is signed that was not read back and hashed again.
#include "eventstore/rehash.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/storage.h"
#include "schemas/status.h"
#include "tests/integrity/scene.h"
#include "tests/integrity/told.h"

namespace annals::integrity {
namespace {

using testing::AllOf;
using testing::HasSubstr;

absl::StatusOr<Hash> Rehash(const Scene& scene, size_t threads) {
  std::vector<std::unique_ptr<SqliteStorage>> storages;
  std::vector<std::unique_ptr<Snapshot>> owned;
  std::vector<Snapshot*> snapshots;
  for (size_t i = 0; i < threads; ++i) {
    storages.push_back(OpenAt(scene.path(), OpenMode::kReadOnly));
    owned.push_back(storages.back()->Read().value());
    snapshots.push_back(owned.back().get());
  }
  return RehashedRoot(snapshots, [](uint64_t, uint64_t) {});
}

std::string FaultOf(const Scene& scene, size_t threads) {
  const absl::Status status = Rehash(scene, threads).status();
  return absl::IsDataLoss(status) ? std::string(MessageOf(status)) : "not found: " + status.ToString();
}

TEST(Rehash, OfAWholeLogGivesItsHeadWithAnyNumberOfThreads) {
  const Scene scene;
  const auto storage = OpenAt(scene.path(), OpenMode::kReadOnly);
  const Hash root = storage->Read().value()->head().tree.Root();
  for (const size_t threads : {1u, 2u, 3u, 9u}) EXPECT_EQ(Rehash(scene, threads).value(), root) << threads;
}

TEST(Rehash, NamesTheEventThatDoesNotGiveItsHash) {
  const Scene scene;
  const uint64_t last = scene.log().size();
  ASSERT_GT(last, 300u);
  for (const uint64_t position : {last, uint64_t{257}, uint64_t{256}, uint64_t{100}, uint64_t{1}}) {
    scene.Alter(fmt::format("UPDATE log SET event = x'00' WHERE position = {}", position));
    for (const size_t threads : {1u, 2u, 3u}) {
      EXPECT_THAT(FaultOf(scene, threads), HasSubstr(fmt::format("position {}: the event does not give the hash kept "
                                                                 "beside it",
                                                                 position)));
    }
  }
}

struct RehashCase {
  const char* name;
  const char* sql;
  const char* says;
};
constexpr RehashCase kCases[] = {
    {"Missing", "DELETE FROM log WHERE position = 100", "position 100: the event is missing"},
    {"TailMissing", "DELETE FROM log WHERE position > 300", "position 301: the event is missing"},
    {"AnotherVersion", "UPDATE log SET version = 9999 WHERE position = 100", "position 100: the event does not give"},
    {"AnotherHash", "UPDATE log SET leaf_hash = zeroblob(32) WHERE position = 100", "position 100: the event does not"},
    {"HashesOfOtherSizes",
     "UPDATE log SET leaf_hash = substr(leaf_hash, 1, 15) WHERE position = 100; "
     "UPDATE log SET leaf_hash = CAST(leaf_hash || x'00' AS BLOB) WHERE position = 99",
     "position 99: the event does not"},
    {"AnotherSubtree", "UPDATE tree_nodes SET hash = zeroblob(32)", "position 1: the events from here to 256 do not"},
    {"AnotherHead", "UPDATE tree_head SET frontier = zeroblob(length(frontier))", "the tree's head has"},
};
class RehashFault : public testing::TestWithParam<RehashCase> {};
INSTANTIATE_TEST_SUITE_P(Cases, RehashFault, testing::ValuesIn(kCases),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_P(RehashFault, IsFound) {
  const Scene scene;
  scene.Alter(GetParam().sql);
  EXPECT_THAT(FaultOf(scene, 2), HasSubstr(GetParam().says));
}

// An event whose bytes alone were altered, in a subtree whose root is kept: the head did not show it.
TEST(Seal, IsNotMadeOfALogThatDoesNotGiveItsHead) {
  const Scene scene;
  const std::string key = scene.path() + ".key";
  const std::string seal = scene.path() + ".seal";
  std::ofstream(key) << scene.log().key().text() << '\n';
  EXPECT_EQ(RunOn(scene.path(), {"seal", "--key", key, "--out", seal}).exit, 0);
  std::filesystem::remove(seal);
  scene.EditEvent(100, [](schema::Event::Builder event) { event.setActor("Olga"); });
  const Told told = RunOn(scene.path(), {"seal", "--key", key, "--out", seal});
  EXPECT_EQ(told.exit, 6);
  EXPECT_THAT(told.err, AllOf(HasSubstr("position 100: "), HasSubstr("nothing is signed"), HasSubstr("annals verify")));
  EXPECT_FALSE(std::filesystem::exists(seal));
  const std::string bundle = scene.path() + ".bundle";
  const Told exported = RunOn(scene.path(), {"export", "--run", "big", "--bundle", bundle, "--key", key});
  EXPECT_EQ(exported.exit, 6) << exported.err;
  EXPECT_FALSE(std::filesystem::exists(bundle));
  std::filesystem::remove(key);
}

}  // namespace
}  // namespace annals::integrity
