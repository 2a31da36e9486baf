// SPEC §2.1 and §2.2 between processes: writers on one file, half of them killed at random moments and started again
// with the same command ids, lose nothing that was acknowledged and do nothing twice.
#include <fcntl.h>
#include <signal.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "eventstore/event_codec.h"
#include "projections/rebuild.h"
#include "tests/concurrency/writer.h"
#include "tests/support/commands.h"
#include "tests/support/ledger.h"
#include "tests/support/must.h"
#include "tests/support/session.h"
#include "tests/support/store.h"

namespace annals::concurrency {
namespace {

using support::Must;

constexpr int kWriters = 8;
constexpr int kCommands = 1000;

// Random, but for ANNALS_TEST_SEED.
uint64_t Seed() {
  const char* const given = std::getenv("ANNALS_TEST_SEED");
  return given == nullptr ? std::random_device()() : std::strtoull(given, nullptr, 10);
}

// One writer over all its lives.
struct Writer {
  pid_t process = 0;  // 0: none is running
  int lives = 0;
  int kill_after = 0;  // acknowledgements of this life; 0: it may live
  int acknowledged_now = 0;
  bool done = false;
};

class WritersTest : public testing::Test {
 protected:
  WritersTest() {
    if (pipe(pipe_) != 0) throw std::runtime_error("no pipe");
    // Children inherit the end they write to, and no child may hold the end that is read.
    fcntl(pipe_[0], F_SETFD, FD_CLOEXEC);
    seed_ = Seed();
    random_.seed(seed_);
    const auto storage = support::OpenSqlite(path_);
    support::Session session(*storage);
    session.Accept(support::CreateRun("shared", "running"));
    session.Accept(support::CreateWorkstream("counted", {}, false, "shared"));
  }
  ~WritersTest() override {
    for (const Writer& writer : writers_) {
      if (writer.process == 0) continue;
      kill(writer.process, SIGKILL);
      waitpid(writer.process, nullptr, 0);
    }
    close(pipe_[0]);
    close(pipe_[1]);
    support::RemoveDatabase(path_);
  }

  void Start(int number) {
    Writer& writer = writers_[static_cast<size_t>(number)];
    writer.acknowledged_now = 0;
    // Every other writer is killed in its first lives, at a random moment.
    const bool doomed = number % 2 == 0 && writer.lives < 5;
    writer.kill_after = doomed ? std::uniform_int_distribution(1, 150)(random_) : 0;
    ++writer.lives;
    writer.process = fork();
    ASSERT_NE(writer.process, -1);
    // The parent has one thread and no database open, whose locks a child would not have: the child may simply go on.
    if (writer.process == 0) RunWriter(path_, number, kCommands, pipe_[1]);
  }

  // Checks what was acknowledged, and kills who is due.
  void Hear(const Acknowledgement& said) {
    Writer& writer = writers_[static_cast<size_t>(said.writer)];
    const auto key = std::pair(said.writer, said.command);
    const auto [known, first] = acknowledged_.try_emplace(key, said);
    // What was acknowledged once is from then on a repeat with the same answer.
    EXPECT_EQ(known->second.position, said.position);
    EXPECT_EQ(known->second.refused, said.refused);
    if (!first) {
      EXPECT_NE(said.repeat, 0) << said.writer << "-" << said.command;
    } else if (writer.lives == 1) {
      EXPECT_EQ(said.repeat, 0) << said.writer << "-" << said.command;
    }
    repeats_ += said.repeat != 0;
    if (++writer.acknowledged_now != writer.kill_after) return;
    ++kills_;
    kill(writer.process, SIGKILL);
  }

  // Starts writers again until all have done their work.
  void Supervise() {
    for (int number = 0; number < kWriters; ++number) Start(number);
    for (int running = kWriters; running > 0;) {
      // A short read cannot be: what is written to a pipe in one piece of this size is not split.
      Acknowledgement said;
      while (Readable() && read(pipe_[0], &said, sizeof(said)) == sizeof(said)) Hear(said);
      for (int number = 0; number < kWriters; ++number) {
        Writer& writer = writers_[static_cast<size_t>(number)];
        int status = 0;
        if (writer.process == 0 || waitpid(writer.process, &status, WNOHANG) == 0) continue;
        writer.process = 0;
        if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
          Start(number);
          continue;
        }
        ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "writer " << number << ": " << status;
        writer.done = true;
        --running;
      }
    }
    Acknowledgement said;
    while (Readable() && read(pipe_[0], &said, sizeof(said)) == sizeof(said)) Hear(said);
  }

  const std::string path_ = support::FreshPath("writers");
  uint64_t seed_ = 0;
  int kills_ = 0;
  int repeats_ = 0;
  std::map<std::pair<int, int>, Acknowledgement> acknowledged_;

 private:
  // Whether something can be read, after waiting for it for a moment.
  bool Readable() {
    fd_set set;
    FD_ZERO(&set);
    FD_SET(pipe_[0], &set);
    timeval wait = {.tv_sec = 0, .tv_usec = 10'000};
    return select(pipe_[0] + 1, &set, nullptr, nullptr, &wait) == 1;
  }

  int pipe_[2] = {-1, -1};
  std::mt19937_64 random_;
  std::vector<Writer> writers_ = std::vector<Writer>(kWriters);
};

TEST_F(WritersTest, LoseNothingAcknowledgedAndDoNothingTwiceThoughHalfOfThemAreKilled) {
  Supervise();
  std::printf("seed %llu: %d writers, %d commands each, %d killed, %d answered again\n",
              static_cast<unsigned long long>(seed_), kWriters, kCommands, kills_, repeats_);
  SCOPED_TRACE(fmt::format("ANNALS_TEST_SEED={}", seed_));
  EXPECT_GE(kills_, kWriters / 2);
  EXPECT_EQ(acknowledged_.size(), size_t{kWriters} * kCommands);

  const auto opened = support::OpenSqlite(path_);
  Storage& storage = *opened;
  // Positions, versions, the tree's root and the tables.
  EXPECT_EQ(support::FaultsOf(storage), "");
  EXPECT_EQ(Must(CheckTables(storage, [](uint64_t, uint64_t) {})).difference_count, 0u);

  // Each key stands in the log once, where it was acknowledged, and as what it was acknowledged.
  const std::vector<support::StoredRecord> records = support::RecordsOf(storage);
  std::map<std::string, uint64_t> commands;
  EventDecoder decoder;
  for (const support::StoredRecord& record : records) {
    const auto event = Must(decoder.Decode(record.event));
    if (!event.hasCommandId() || event.getCausation() != 0 || !event.hasCommandDigest()) continue;
    EXPECT_TRUE(commands.emplace(View(event.getCommandId()), record.position.value).second)
        << View(event.getCommandId());
  }
  EXPECT_EQ(commands.size(), size_t{kWriters} * kCommands);
  for (const auto& [key, said] : acknowledged_) {
    EXPECT_EQ(commands[fmt::format("{}-{}", key.first, key.second)], said.position);
    EXPECT_EQ(records[said.position - 1].event_type == "command_refused", said.refused != 0);
  }

  // And each had its effect once: what all of them counted in the shared run was counted exactly.
  constexpr int64_t kRounds = int64_t{kWriters} * kCommands / 10;
  const auto snapshot = Must(storage.Read());
  const auto read = [&](const auto& type, std::vector<RowQuery::Condition> equals, auto visit) {
    Must(snapshot->ReadRows({.table = &type.table(), .equals = std::move(equals)}, TableSet::kLive, [&](Row row) {
      visit(type.FromValues(row));
      return absl::OkStatus();
    }));
  };
  read(RunsTable(), {{0, std::string_view("shared")}},
       [&](const RunRow& row) { EXPECT_EQ(row.ws_total, kRounds + 1); });
  int64_t counted = 0;
  read(ErrorsTable(), {{2, std::string_view("counted")}}, [&](const ErrorRow& row) { counted += row.count; });
  EXPECT_EQ(counted, kRounds);
  int64_t attempts = 0;
  read(StepAttemptsTable(), {{2, std::string_view("counted")}},
       [&](const StepAttemptRow& row) { EXPECT_EQ(row.attempt, ++attempts); });
  EXPECT_EQ(attempts, kRounds);
}

}  // namespace
}  // namespace annals::concurrency
