// What is kept of an event's leaf hash: its beginning, or all of it in older records. It names the event that was
// altered, and nothing else rests on it.
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/sqlite/sqlite_backup.h"
#include "tests/integrity/scene.h"
#include "tests/integrity/told.h"
#include "tests/support/commands.h"
#include "tests/support/must.h"
#include "tests/support/session.h"
#include "tests/support/store.h"

namespace annals::integrity {
namespace {

using support::FreshPath;
using support::Must;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr uint64_t kEvents = 389;  // of a scene

// With the database at `path`; expects that it works.
std::string Out(const std::string& path, const std::vector<std::string>& arguments) {
  const Told told = RunOn(path, arguments);
  EXPECT_EQ(told.exit, 0) << told.out << told.err;
  return told.out;
}

std::string Number(std::string_view sql, const std::string& path) {
  return Must(OpenAt(path, OpenMode::kReadOnly)->connection().QueryText(sql)).value_or("NULL");
}

struct Sizes {
  const char* name;
  uint64_t last;  // as in Scene::KeepWholeLeaves
  uint64_t step;
  const char* whole;  // how many records there are then that keep all
};
constexpr Sizes kSizes[] = {
    {"Short", 0, 1, "0"},
    {"Whole", kEvents, 1, "389"},
    {"BegunByAnOlderAnnals", 300, 1, "300"},
    {"Mixed", kEvents, 3, "129"},
};
void PrintTo(const Sizes& sizes, std::ostream* out) {
  *out << sizes.name;
}

class KeptLeaves : public testing::TestWithParam<Sizes> {
 protected:
  KeptLeaves() {
    line_ = Out(scene_.path(), {"log", "--json", "--full"});
    scene_.KeepWholeLeaves(GetParam().last, GetParam().step);
    EXPECT_EQ(scene_.log().size(), kEvents);
    EXPECT_EQ(Number("SELECT sum(length(leaf_hash) = 32) FROM log", scene_.path()), GetParam().whole);
    EXPECT_EQ(Number("SELECT count(*) FROM log WHERE length(leaf_hash) NOT IN (16, 32)", scene_.path()), "0");
  }
  ~KeptLeaves() override {
    for (const std::string& file : {copy_, note_}) support::RemoveDatabase(file);
  }
  void ExpectRight(const std::string& path) {
    for (const char* const jobs : {"1", "2", "3"}) {
      EXPECT_THAT(Out(path, {"verify", "--jobs", jobs}), HasSubstr(" are right\n"));
    }
  }

  const Scene scene_;
  const std::string copy_ = FreshPath("copy");
  const std::string note_ = FreshPath("note");
  std::string line_;  // of all events, before
};
INSTANTIATE_TEST_SUITE_P(Sizes, KeptLeaves, testing::ValuesIn(kSizes),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_P(KeptLeaves, OfEitherSizeAreRightAndGoOn) {
  ExpectRight(scene_.path());
  {
    const auto storage = OpenAt(scene_.path(), OpenMode::kReadWrite);
    support::Session session(*storage, /*seed=*/99);
    for (int i = 0; i < 40; ++i) session.Accept(support::Note("later"));
  }
  ExpectRight(scene_.path());
  EXPECT_EQ(Number("SELECT sum(length(leaf_hash) = 16) FROM log WHERE position > 389", scene_.path()), "40");
}

TEST_P(KeptLeaves, OfEitherSizeSealAndProve) {
  std::ofstream(note_) << scene_.log().key().text() << '\n';
  EXPECT_EQ(Out(scene_.path(), {"seal", "--key", note_}), scene_.log().seal());
  for (const char* const position : {"1", "256", "257", "389"}) {
    std::ofstream(copy_) << Out(scene_.path(), {"prove", position});
    Out(scene_.path(), {"check-proof", copy_});
  }
}

TEST_P(KeptLeaves, OfEitherSizeAreExportedWhole) {
  EXPECT_EQ(Out(scene_.path(), {"log", "--json", "--full"}), line_);
  std::ofstream(note_) << line_;
  Out(copy_, {"import", note_});
  ExpectRight(copy_);
  EXPECT_EQ(Number("SELECT hex(root) FROM tree_head", copy_), Number("SELECT hex(root) FROM tree_head", scene_.path()));
  EXPECT_EQ(Number("SELECT sum(length(leaf_hash) = 16) FROM log", copy_), "389");
  Out(scene_.path(), {"import", note_});  // all is there already
  EXPECT_EQ(Number("SELECT count(*) FROM log", scene_.path()), "389");
}

TEST_P(KeptLeaves, OfEitherSizeAreBackedUpAndRestored) {
  Out(scene_.path(), {"backup", copy_});
  ExpectRight(copy_);
  // Its records keep what those of the log do. Others may be of the same events, too.
  const Scene others;
  const auto file = OpenAt(copy_, OpenMode::kReadOnly);
  const auto existing = OpenAt(others.path(), OpenMode::kReadOnly);
  const RestorePlan plan = Must(PlanRestore(file->connection(), &existing->connection()));
  EXPECT_EQ(plan.kept, kEvents);
  EXPECT_EQ(plan.lost(), 0u);
}

TEST_P(KeptLeaves, OfEitherSizeMakeBundles) {
  Out(scene_.path(), {"export", "--run", "big", "--bundle", copy_});
  EXPECT_EQ(RunOn(copy_, {"verify"}).exit, 0);
}

struct Damage {
  const char* name;
  const char* hash;  // instead of leaf_hash, in SQL
};
constexpr Damage kDamages[] = {
    {"None", "x''"},
    {"OneByteTooShort", "substr(leaf_hash, 1, 15)"},
    {"OneByteTooLong", "substr(leaf_hash, 1, 17)"},
    {"OneByteLessThanWhole", "substr(leaf_hash, 1, 31)"},
    {"OneByteMoreThanWhole", "CAST(leaf_hash || x'00' AS BLOB)"},
    {"AnotherLastByte",
     "CAST(substr(leaf_hash, 1, 15) || iif(substr(leaf_hash, 16, 1) = x'00', x'01', x'00') AS BLOB)"},
    {"AnotherLastByteOfAll",
     "CAST(substr(leaf_hash, 1, 31) || iif(substr(leaf_hash, 32, 1) = x'00', x'01', x'00') AS BLOB)"},
};
void PrintTo(const Damage& damage, std::ostream* out) {
  *out << damage.name;
}
class DamagedLeaf : public testing::TestWithParam<Damage> {};
INSTANTIATE_TEST_SUITE_P(Damages, DamagedLeaf, testing::ValuesIn(kDamages),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_P(DamagedLeaf, IsOneFaultAtItsPosition) {
  for (const uint64_t position : {uint64_t{100}, kEvents}) {
    const Scene scene;
    scene.KeepWholeLeaves(kEvents);
    scene.Alter(fmt::format("UPDATE log SET leaf_hash = {} WHERE position = {}", GetParam().hash, position));
    for (const char* const jobs : {"1", "3"}) {
      const Told told = RunOn(scene.path(), {"verify", "--jobs", jobs});
      EXPECT_EQ(told.exit, 6);
      EXPECT_THAT(told.out, StartsWith(fmt::format("position {}: hash: ", position)));
      EXPECT_THAT(told.err, HasSubstr("1 fault(s) in a log of 389 events"));
    }
  }
}

// The events of the scene that say nothing but that somebody remarked something.
std::vector<uint64_t> Remarks(const Scene& scene) {
  std::vector<uint64_t> positions;
  const auto storage = OpenAt(scene.path(), OpenMode::kReadOnly);
  const auto snapshot = Must(storage->Read());
  const auto cursor = Must(snapshot->ReadLog({}));
  while (const RecordView* const record = Must(cursor->Next())) {
    if (record->event_type == "remark") positions.push_back(record->position.value);
  }
  return positions;
}

void Forge(const Scene& scene, uint64_t position) {
  scene.EditEvent(position, [](schema::Event::Builder event) { event.setActor("Olga"); });
}

// The tree is made of the events: what was altered is named alone, and does not hide what else was.
TEST(AlteredEvents, DoNotHideEachOtherInTheTree) {
  const std::vector<uint64_t> remarks = Remarks(Scene());
  const uint64_t early = remarks.front(), late = remarks.back();
  ASSERT_LE(early, 256u);
  ASSERT_GT(late, 256u);  // behind the last whole subtree
  struct Case {
    uint64_t altered;
    uint64_t covered;  // its hash is made anew, but not the tree
    const char* told;
  };
  for (const Case& test : {Case{early, late, "\ntree_head: the right edge"},
                           Case{late, early, "position 1: tree_head: the stored root of the subtree over"}}) {
    const Scene scene;
    Forge(scene, test.altered);
    const std::string named = fmt::format("position {}: hash: ", test.altered);
    const Told one = RunOn(scene.path(), {"verify"});
    EXPECT_THAT(one.out, StartsWith(named));
    EXPECT_THAT(one.err, HasSubstr("1 fault(s) in"));
    Forge(scene, test.covered);
    scene.HashAnew(test.covered);
    const Told both = RunOn(scene.path(), {"verify"});
    EXPECT_THAT(both.out, AllOf(HasSubstr(named), HasSubstr(test.told),
                                Not(HasSubstr(fmt::format("position {}: hash", test.covered)))));
  }
}

TEST(AlteredEvents, DoNotGiveWhatWasSealed) {
  const Scene scene;
  const std::string seal = scene.path() + ".seal";
  std::ofstream(seal) << scene.log().seal();
  Forge(scene, scene.PositionOf("remark"));
  const Told told =
      RunOn(scene.path(), {"verify", "--against", seal, "--verifier", scene.log().key().verifier().text()});
  EXPECT_THAT(told.out, AllOf(HasSubstr("hash: "), HasSubstr("\nseal: the first 389 events are not those")));
  EXPECT_THAT(told.err, HasSubstr("2 fault(s) in"));
  std::filesystem::remove(seal);
}

// An export of it does not pass for what was written.
TEST(AlteredEvents, AreNotImported) {
  const Scene scene;
  const uint64_t position = scene.PositionOf("remark");
  Forge(scene, position);
  const std::string lines = scene.path() + ".jsonl", copy = scene.path() + ".copy";
  std::ofstream(lines) << Out(scene.path(), {"log", "--json", "--full"});
  const Told told = RunOn(copy, {"import", lines});
  EXPECT_EQ(told.exit, 6);
  EXPECT_THAT(told.err, HasSubstr(fmt::format("position {}: what it holds does not give its leaf_hash", position)));
  std::filesystem::remove(lines);
  support::RemoveDatabase(copy);
}

}  // namespace
}  // namespace annals::integrity
