// The power fails at every step that SQLite makes towards the disk. What must hold when it is back, whatever became of
// the writes that were not synced (SPEC §2.1): every command that was acknowledged is there, none twice, versions have
// no gaps, the tables are the fold of the log, and the tree's head is that of the records.
#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "eventstore/sqlite/sqlite_storage.h"
#include "projections/tables.h"
#include "tests/crash/disk.h"
#include "tests/crash/recording_vfs.h"
#include "tests/crash/reference_run.h"
#include "tests/support/effort.h"
#include "tests/support/ledger.h"
#include "tests/support/must.h"
#include "tests/support/session.h"
#include "tests/support/store.h"

namespace annals::crash {
namespace {

using namespace annals::support;

// How the program under test is set up.
struct Setting {
  size_t batch = 7;                   // commands a commit
  std::optional<int> page_size = {};  // else SQLite's own
  int checkpoint = 16'384;            // pages in the write-ahead log
  std::optional<std::string> synchronous = {};
  Device device = {};
};

absl::StatusOr<std::unique_ptr<SqliteStorage>> Open(const Folder& folder, const Setting& setting) {
  static SimulatedClock clock(Timestamp{1'700'000'000'000'000});
  static SeededRandom random(7);
  if (setting.page_size && !std::filesystem::exists(folder.database())) {
    ASSIGN_OR_RETURN(Connection connection, Connection::Open(folder.database(), OpenMode::kCreate, 0));
    RETURN_IF_ERROR(connection.Execute(fmt::format("PRAGMA page_size = {}; VACUUM", *setting.page_size)));
  }
  ASSIGN_OR_RETURN(auto storage, SqliteStorage::Open({.path = folder.database(),
                                                      .checkpoint_pages = setting.checkpoint,
                                                      .tables = ProjectedTables(),
                                                      .clock = &clock,
                                                      .random = &random}));
  if (setting.synchronous) {
    RETURN_IF_ERROR(storage->connection().Execute(fmt::format("PRAGMA synchronous = {}", *setting.synchronous)));
  }
  return storage;
}

// What has to be in the log.
struct Bounds {
  bool was_made = false;  // the database itself was acknowledged
  uint64_t acknowledged = 0;
  uint64_t under_way = 0;
};

// What a program did to the disk, what it had acknowledged at each moment, and the log it ended with.
struct Recording {
  DiskFiles files;  // synced, before the first step
  Bounds before;    // of these
  std::vector<DiskStep> steps;
  std::vector<StoredRecord> log;
};

// The newest event that the answer speaks of; 0 where it speaks of none.
uint64_t LastPositionOf(const Answer& answer) {
  if (const auto* const receipt = std::get_if<Receipt>(&answer)) return receipt->last_position.value;
  if (const auto* const refused = std::get_if<Refused>(&answer)) return refused->position.value;
  return 0;
}

// Opens what is in the folder and goes on with `commands`, in batches. Marks tell how many events were acknowledged.
Recording Record(Folder& folder, const DiskFiles& files, const Bounds& before, const Setting& setting,
                 const std::vector<std::string>& commands) {
  folder.Fill(files);
  Recording recording{.files = files, .before = before, .steps = {}, .log = {}};
  {
    Recorder recorder(setting.device, files);
    const std::unique_ptr<SqliteStorage> storage = Must(Open(folder, setting));
    Session session(*storage);
    uint64_t acknowledged = Must(storage->Read())->head().position.value;
    recorder.Mark(acknowledged);
    for (size_t i = 0; i < commands.size(); i += setting.batch) {
      const size_t end = std::min(commands.size(), i + setting.batch);
      const std::vector<Answer> answers = session.ExecuteAll(
          {commands.begin() + static_cast<ptrdiff_t>(i), commands.begin() + static_cast<ptrdiff_t>(end)});
      for (const Answer& answer : answers) acknowledged = std::max(acknowledged, LastPositionOf(answer));
      recorder.Mark(acknowledged);
    }
    recording.log = RecordsOf(*storage);
    session.engine();
    // The storage closes within the recording: what a clean end does to the disk can be cut as well.
    recording.steps = recorder.steps();
  }
  return recording;
}

// After a cut before step `cut`: what was acknowledged, and at most what was under way.
Bounds BoundsAt(const Recording& recording, size_t cut) {
  Bounds bounds = recording.before;
  for (size_t i = 0; i < recording.steps.size(); ++i) {
    const DiskStep& step = recording.steps[i];
    if (step.kind != DiskStep::Kind::kMark) continue;
    if (i >= cut) {
      bounds.under_way = std::max(bounds.under_way, step.number);
      return bounds;
    }
    bounds = {.was_made = true, .acknowledged = step.number, .under_way = step.number};
  }
  return bounds;
}

// Empty, or what is wrong with the files that a cut left.
std::string FaultsAfter(const Recording& recording, size_t cut, const DiskFiles& files, const Setting& setting,
                        Folder& folder) {
  const Bounds bounds = BoundsAt(recording, cut);
  if (bounds.was_made && !files.contains("a.db")) return "the database is gone";
  folder.Fill(files);
  const auto storage = Open(folder, setting);
  if (!storage.ok()) return fmt::format("it cannot be opened: {}", storage.status().ToString());
  const std::vector<StoredRecord> log = RecordsOf(**storage);
  if (log.size() < bounds.acknowledged) {
    return fmt::format("{} events were acknowledged, {} are there", bounds.acknowledged, log.size());
  }
  if (log.size() != bounds.acknowledged && log.size() != bounds.under_way) {
    return fmt::format("{} events are there: half of what was under way, {} to {}", log.size(), bounds.acknowledged,
                       bounds.under_way);
  }
  if (!std::equal(log.begin(), log.end(), recording.log.begin())) return "the log is another one";
  return FaultsOf(**storage);
}

struct Outcome {
  uint64_t cuts = 0;
  uint64_t mid_commit = 0;  // cuts with a commit under way
  std::string fault = {};   // the first that was found, and where
};

// Cuts before step `cut` of `disk`, which has done all before it.
void CutHere(const Recording& recording, size_t cut, const Disk& disk, const CutOptions& options,
             const Setting& setting, uint64_t seed, Folder& folder, Outcome& outcome) {
  std::mt19937_64 chance(seed * 1'000'003 + cut);
  const std::string fault = FaultsAfter(recording, cut, disk.Cut(options, chance), setting, folder);
  const Bounds bounds = BoundsAt(recording, cut);
  ++outcome.cuts;
  if (bounds.under_way != bounds.acknowledged) ++outcome.mid_commit;
  if (fault.empty() || !outcome.fault.empty()) return;
  outcome.fault = fmt::format("{}, cut before step {} of {}, seed {}: {}", NameOf(options.rule), cut,
                              recording.steps.size(), seed, fault);
}

// Cuts before every `stride`-th step, until one does harm.
void CutEverywhere(const Recording& recording, const CutOptions& options, const Setting& setting, uint64_t seed,
                   size_t stride, Folder& folder, Outcome& outcome) {
  Disk disk(recording.files);
  for (size_t cut = 0; cut <= recording.steps.size() && outcome.fault.empty(); ++cut) {
    if ((cut + seed) % stride == 0) CutHere(recording, cut, disk, options, setting, seed, folder, outcome);
    if (cut < recording.steps.size()) disk.Do(recording.steps[cut]);
  }
}

void Report(const Outcome& outcome) {
  Tried(outcome.cuts, "power cuts");
  Tried(outcome.mid_commit, "power cuts with a commit under way");
  EXPECT_EQ(outcome.fault, "");
}

class PowerCutTest : public testing::TestWithParam<CutOptions> {};

// The two rules that lose most are tried at every step each time, the others at a sample.
bool IsTriedWhole(const CutOptions& options) {
  const bool is_harsh = options.rule == CutRule::kDropAll || options.rule == CutRule::kTorn;
  return IsFullEffort() || (is_harsh && options.is_powersafe && !kIsSanitized);
}

TEST_P(PowerCutTest, LosesNothingThatWasAcknowledged) {
  const uint64_t seed = SeedOr(1);
  const Setting setting{.checkpoint = 200, .device = {GetParam().is_powersafe}};
  Folder folder;
  const Recording recording = Record(folder, {}, {}, setting, ReferenceRun(IsTriedWhole(GetParam()) ? 1'000 : 300));
  Outcome outcome;
  CutEverywhere(recording, GetParam(), setting, seed, IsTriedWhole(GetParam()) ? 1 : 40, folder, outcome);
  Report(outcome);
}

INSTANTIATE_TEST_SUITE_P(Rules, PowerCutTest,
                         testing::Values(CutOptions{CutRule::kKeepAll, true}, CutOptions{CutRule::kDropAll, true},
                                         CutOptions{CutRule::kPrefix, true}, CutOptions{CutRule::kAnyOrder, true},
                                         CutOptions{CutRule::kTorn, true}, CutOptions{CutRule::kTorn, false}),
                         [](const auto& test) {
                           return std::string(NameOf(test.param.rule)) + (test.param.is_powersafe ? "" : "Unsafe");
                         });

// The program starts again after a cut, says again what it cannot know to be done, and the power fails once more.
TEST(PowerCuts, MayFollowOneAnother) {
  const uint64_t seed = SeedOr(2);
  const Setting setting{.checkpoint = 50};
  const std::vector<std::string> commands = ReferenceRun(200);
  Folder folder;
  const Recording first = Record(folder, {}, {}, setting, commands);
  const size_t stride = IsFullEffort() ? 10 : 200;
  Outcome outcome;
  Disk disk(first.files);
  for (size_t cut = 0; cut < first.steps.size() && outcome.fault.empty(); ++cut) {
    if ((cut + seed) % stride == 0) {
      std::mt19937_64 chance(seed + cut);
      const DiskFiles files = disk.Cut({.rule = CutRule::kTorn}, chance);
      const Recording second =
          Record(folder, files, BoundsAt(first, cut), setting, {commands.begin(), commands.begin() + 30});
      CutEverywhere(second, {.rule = CutRule::kTorn}, setting, seed + cut, IsFullEffort() ? 1 : 10, folder, outcome);
    }
    disk.Do(first.steps[cut]);
  }
  Report(outcome);
}

TEST(PowerCuts, DoNoHarmHoweverTheDatabaseIsSetUp) {
  const uint64_t seed = SeedOr(3);
  std::mt19937_64 chance(seed);
  const auto one_of = [&](const auto& list) { return std::data(list)[chance() % std::size(list)]; };
  Folder folder;
  Outcome outcome;
  for (int trial = 0; trial < (IsFullEffort() ? 200 : 6) && outcome.fault.empty(); ++trial) {
    const Setting setting{.batch = one_of(std::array<size_t, 4>{1, 3, 20, 100}),
                          .page_size = one_of(std::array{512, 1024, 4096, 65536}),
                          .checkpoint = one_of(std::array{1, 10, 100, 1000}),
                          .device = {(chance() & 1) != 0}};
    SCOPED_TRACE(
        fmt::format("batch {}, page size {}, checkpoint {}", setting.batch, *setting.page_size, setting.checkpoint));
    const Recording recording = Record(folder, {}, {}, setting, ReferenceRun(100));
    const CutOptions options{one_of(std::array{CutRule::kPrefix, CutRule::kAnyOrder, CutRule::kTorn}),
                             setting.device.is_powersafe};
    const size_t stride = std::max<size_t>(1, recording.steps.size() / 20);
    CutEverywhere(recording, options, setting, chance(), stride, folder, outcome);
    EXPECT_EQ(outcome.fault, "");
  }
  Report(outcome);
}

// That these tests can fail: where a commit does not wait for the disk, a cut takes what was acknowledged.
TEST(PowerCuts, AreNoticedWhereCommitsAreNotSynced) {
  const Setting setting{.checkpoint = 200, .synchronous = "NORMAL"};
  Folder folder;
  const Recording recording = Record(folder, {}, {}, setting, ReferenceRun(60));
  Outcome outcome;
  CutEverywhere(recording, {.rule = CutRule::kDropAll}, setting, 1, 1, folder, outcome);
  EXPECT_NE(outcome.fault.find("events were acknowledged"), std::string::npos) << outcome.fault;
}

}  // namespace
}  // namespace annals::crash
