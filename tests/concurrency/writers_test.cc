// SPEC §2.1 and §2.2 between processes: writers on one file, a reader and one who makes backups, killed and stopped at
// random moments. Writers that are started again give the same command ids again: nothing that was acknowledged is
// lost, nothing is done twice, and whoever looks meanwhile sees one moment.
#include <algorithm>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "eventstore/event_codec.h"
#include "eventstore/types.h"
#include "projections/rebuild.h"
#include "tests/cli/annals_process.h"
#include "tests/concurrency/backups.h"
#include "tests/concurrency/crew.h"
#include "tests/concurrency/reader.h"
#include "tests/concurrency/writer.h"
#include "tests/support/commands.h"
#include "tests/support/effort.h"
#include "tests/support/ledger.h"
#include "tests/support/must.h"
#include "tests/support/session.h"
#include "tests/support/store.h"

namespace annals::concurrency {
namespace {

using support::Must;

constexpr int kWriters = 8;
constexpr int kCommands = 400;     // of each
constexpr int kReader = kWriters;  // members of the crew are numbered in this order
constexpr int kBackups = kWriters + 1;
// The most that a writer does again when it is started again.
constexpr int kAgain = 50;

struct Counts {
  uint64_t kills = 0, stops = 0, snapshots = 0, backups = 0;
};

// One database, from its beginning to its end.
class Round {
 public:
  explicit Round(uint64_t seed) : seed_(seed) {
    const auto storage = support::OpenSqlite(path_);
    support::Session session(*storage);
    session.Accept(support::CreateRun("shared", "running"));
    session.Accept(support::CreateWorkstream("counted", {}, false, "shared"));
  }
  ~Round() { support::RemoveDatabase(path_); }
  Round(const Round&) = delete;
  Round& operator=(const Round&) = delete;

  void Work() {
    Crew crew(seed_, 50);
    for (int writer = 0; writer < kWriters; ++writer) {
      crew.Add(Crew::Role::kWorker, [&](const Post& post) {
        // Each life begins somewhere in the last that the lives before it have done.
        std::seed_seq seeds{static_cast<uint64_t>(post.member), static_cast<uint64_t>(post.life), seed_};
        std::mt19937_64 chance(seeds);
        const int done = done_[static_cast<size_t>(post.member)];
        Write(path_, std::uniform_int_distribution(std::max(0, done - kAgain), done)(chance), kCommands, post);
      });
    }
    crew.Add(Crew::Role::kHelper, [&](const Post& post) { ReadAgainAndAgain(path_, post); });
    crew.Add(Crew::Role::kHelper, [&](const Post& post) { BackUpAgainAndAgain(path_, folder_.path(), post); });
    crew.Run([&](const Word& word) { Hear(word); });
    counts_.kills += static_cast<uint64_t>(crew.kills());
    counts_.stops += static_cast<uint64_t>(crew.stops());
  }

  // Holds what is there against what was heard.
  void Check() const;

  const Counts& counts() const { return counts_; }

 private:
  void Hear(const Word& word) {
    if (word.member == kBackups) {
      backups_.push_back({word.position, word.detail});
      ++counts_.backups;
    } else if (word.member == kReader) {
      ++counts_.snapshots;
      EXPECT_GE(word.position, std::exchange(newest_, word.position)) << "a reader saw the head go back";
    } else {
      HearWriter(word);
    }
  }

  void HearWriter(const Word& word) {
    const auto [known, is_first] = acknowledged_.try_emplace({word.member, word.number}, word);
    // What was acknowledged once is from then on a repeat with the same answer.
    const bool is_repeat = (word.flags & kWasRepeat) != 0;
    EXPECT_EQ(known->second.position, word.position);
    EXPECT_EQ(known->second.flags & kWasRefused, word.flags & kWasRefused);
    // A life before may have done it and been killed before it could say so.
    if (!is_first || word.life == 0) {
      EXPECT_EQ(is_repeat, !is_first) << word.member << "-" << word.number;
    }
    int& done = done_[static_cast<size_t>(word.member)];
    done = std::max(done, word.number + 1);
  }

  const uint64_t seed_;
  const std::string path_ = support::FreshPath("writers");
  const testing_process::TemporaryFolder folder_;     // of backups
  std::map<std::pair<int, int>, Word> acknowledged_;  // by writer and number
  std::vector<Backup> backups_;
  Counts counts_;
  std::vector<int> done_ = std::vector<int>(kWriters);
  uint64_t newest_ = 0;  // head that a reader saw
};

// What the backups hold is what the log began with: those that were heard of, and those that have a name, but whose
// maker was killed before it could say so.
void ExpectBeginnings(const std::vector<support::StoredRecord>& records, std::vector<Backup> backups,
                      const std::filesystem::path& folder) {
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".db") backups.push_back(Verified(entry.path()));
  }
  MerkleTree tree;
  std::vector<uint64_t> roots = {RootPrefix(HexOf(tree.Root()))};
  for (const support::StoredRecord& record : records) {
    tree.Append(LeafHashOf(record.View()));
    roots.push_back(RootPrefix(HexOf(tree.Root())));
  }
  for (const Backup& backup : backups) {
    ASSERT_LT(backup.events, roots.size());
    EXPECT_EQ(backup.root, roots[backup.events]) << "of a backup with " << backup.events << " events";
  }
}

void Round::Check() const {
  EXPECT_EQ(acknowledged_.size(), static_cast<size_t>(kWriters * kCommands));

  const auto opened = support::OpenSqlite(path_);
  Storage& storage = *opened;
  // Positions, versions, the tree's root and the tables.
  EXPECT_EQ(support::FaultsOf(storage), "");
  EXPECT_EQ(Must(CheckTables(storage, [](uint64_t, uint64_t) {})).difference_count, 0u);

  // Each key stands in the log once, where it was acknowledged, and as what it was acknowledged.
  const std::vector<support::StoredRecord> records = support::RecordsOf(storage);
  ExpectBeginnings(records, backups_, folder_.path());
  std::map<std::string, uint64_t> commands;
  EventDecoder decoder;
  for (const support::StoredRecord& record : records) {
    const auto event = Must(decoder.Decode(record.event));
    if (!event.hasCommandId() || event.getCausation() != 0 || !event.hasCommandDigest()) continue;
    EXPECT_TRUE(commands.emplace(View(event.getCommandId()), record.position.value).second)
        << View(event.getCommandId());
  }
  EXPECT_EQ(commands.size(), static_cast<size_t>(kWriters * kCommands));
  for (const auto& [key, said] : acknowledged_) {
    EXPECT_EQ(commands[fmt::format("{}-{}", key.first, key.second)], said.position);
    EXPECT_EQ(records[said.position - 1].event_type == "command_refused", (said.flags & kWasRefused) != 0);
  }

  // And each had its effect once: what all of them counted in the shared run was counted exactly.
  const int64_t rounds = int64_t{kWriters} * kCommands / 10;
  const auto snapshot = Must(storage.Read());
  const auto read = [&](const auto& type, std::vector<RowQuery::Condition> equals, auto visit) {
    Must(snapshot->ReadRows({.table = &type.table(), .equals = std::move(equals)}, TableSet::kLive, [&](Row row) {
      visit(type.FromValues(row));
      return absl::OkStatus();
    }));
  };
  read(RunsTable(), {{0, std::string_view("shared")}}, [&](const RunRow& row) { EXPECT_EQ(row.ws_total, rounds + 1); });
  int64_t counted = 0;
  read(ErrorsTable(), {{2, std::string_view("counted")}}, [&](const ErrorRow& row) { counted += row.count; });
  EXPECT_EQ(counted, rounds);
  int64_t attempts = 0;
  read(StepAttemptsTable(), {{2, std::string_view("counted")}},
       [&](const StepAttemptRow& row) { EXPECT_EQ(row.attempt, ++attempts); });
  EXPECT_EQ(attempts, rounds);
}

TEST(Writers, LoseNothingAcknowledgedAndDoNothingTwiceThoughTheyAreKilledAndStopped) {
  std::mt19937_64 seeds(support::SeedOr(std::random_device{}()));
  const int rounds = support::IsFullEffort() ? 50 : 1;
  Counts total;
  for (int number = 0; number < rounds && !testing::Test::HasFailure(); ++number) {
    Round round(seeds());
    round.Work();
    round.Check();
    const Counts& counts = round.counts();
    total.kills += counts.kills;
    total.stops += counts.stops;
    total.snapshots += counts.snapshots;
    total.backups += counts.backups;
  }
  support::Tried(total.kills, "kills");
  support::Tried(total.stops, "stops");
  support::Tried(total.snapshots, "snapshots read under fire");
  support::Tried(total.backups, "backups taken under fire");
}

}  // namespace
}  // namespace annals::concurrency
