// The line in which writers wait for the write lock: who is killed or stopped in it holds nobody up, whoever had the
// lock before wakes who is next or does not, and those who write without a pause leave turns to others.
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/sqlite/connection.h"
#include "eventstore/sqlite/sqlite_storage.h"
#include "tests/concurrency/crew.h"
#include "tests/concurrency/door.h"
#include "tests/support/commands.h"
#include "tests/support/ledger.h"
#include "tests/support/must.h"
#include "tests/support/session.h"
#include "tests/support/store.h"

namespace annals::concurrency {
namespace {

using support::Must;
using testing::HasSubstr;

class WriteQueueTest : public testing::Test {
 protected:
  WriteQueueTest() {
    const auto storage = support::OpenSqlite(path_);
    support::Session(*storage).Accept(support::CreateRun());
  }
  ~WriteQueueTest() override { support::RemoveDatabase(path_); }

  judge::Command NoteOf(const std::string& name) const {
    return {.key = name, .kind = judge::Kind::kNote, .run = "r1", .ws = "", .to = name, .expected = {}};
  }
  pid_t StartWriter(const std::string& name) const {
    return InChild([=, this] { OpenEngine(path_, kPatienceMs)->Execute(NoteOf(name)); });
  }

  const std::string path_ = support::FreshPath("queue");
};

// 0: it ended well.
int EndOf(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

// Until it stops itself.
pid_t StartHolder(const std::function<void()>& hold) {
  const pid_t holder = InChild(hold);
  int status = 0;
  EXPECT_EQ(waitpid(holder, &status, WUNTRACED), holder);
  EXPECT_TRUE(WIFSTOPPED(status));
  return holder;
}

// Until the process sleeps: in the line, as it has nothing else to wait for.
void AwaitSleep(pid_t process) {
  std::string state;
  while (state != "S") {
    sched_yield();
    std::ifstream stat(fmt::format("/proc/{}/stat", process));
    std::string skipped;
    stat >> skipped >> skipped >> state;
  }
}

void HoldAsAnnals(const std::string& path) {
  const auto storage = support::OpenSqlite(path);
  const auto transaction = Must(storage->Begin());
  raise(SIGSTOP);
  Must(transaction->Commit());
}

// As any program that knows SQLite and nothing of a line.
void HoldAsAnother(const std::string& path) {
  const auto connection = Must(Connection::Open(path, OpenMode::kReadWrite, 0));
  Must(connection.Execute("BEGIN IMMEDIATE; CREATE TABLE theirs (x)"));
  raise(SIGSTOP);
  Must(connection.Execute("COMMIT"));
}

struct LineCase {
  const char* name;
  void (*hold)(const std::string& path);  // takes the lock, stops itself, and gives it back when it goes on
  int to_holder;
  int to_first;  // in the line: 0, or what befalls it there
};

void PrintTo(const LineCase& test, std::ostream* out) {
  *out << test.name;
}

class LineTest : public WriteQueueTest, public testing::WithParamInterface<LineCase> {};

TEST_P(LineTest, MovesOn) {
  const LineCase& test = GetParam();
  const pid_t holder = StartHolder([&] { test.hold(path_); });
  const pid_t first = StartWriter("first");
  AwaitSleep(first);
  const pid_t second = StartWriter("second");
  AwaitSleep(second);
  if (test.to_first != 0) kill(first, test.to_first);
  kill(holder, test.to_holder);
  EXPECT_EQ(EndOf(second), 0);
  kill(first, SIGCONT);  // whoever was killed is not waited for yet: the number is still its own
  EXPECT_EQ(EndOf(first) == 0, test.to_first != SIGKILL);
  EXPECT_EQ(EndOf(holder) == 0, test.to_holder != SIGKILL);
  const auto storage = support::OpenSqlite(path_);
  EXPECT_EQ(support::FaultsOf(*storage), "");
  EXPECT_THAT(support::RecordsOf(*storage), testing::SizeIs(test.to_first == SIGKILL ? 2 : 3));
}

INSTANTIATE_TEST_SUITE_P(Past, LineTest,
                         testing::Values(LineCase{"WhoGivesTheLockBack", HoldAsAnnals, SIGCONT, 0},
                                         LineCase{"WhoIsKilledWithTheLock", HoldAsAnnals, SIGKILL, 0},
                                         LineCase{"WhoKnowsOfNoLine", HoldAsAnother, SIGCONT, 0},
                                         LineCase{"WhoIsKilledInTheLine", HoldAsAnnals, SIGCONT, SIGKILL},
                                         LineCase{"WhoIsStoppedInTheLine", HoldAsAnnals, SIGCONT, SIGSTOP}),
                         [](const auto& test) { return std::string(test.param.name); });

class PatienceTest : public WriteQueueTest, public testing::WithParamInterface<int> {};

// 1 ends within the first sleep, 70 within a later one.
TEST_P(PatienceTest, EndsWhenItIsOverAndSaysSo) {
  const auto holder = support::OpenSqlite(path_);
  const auto held = Must(holder->Begin());
  SystemClock clock;
  SystemRandom random;
  const auto waiting = Must(SqliteStorage::Open(
      {.path = path_, .lock_timeout_ms = GetParam(), .tables = {}, .clock = &clock, .random = &random}));
  const auto start = std::chrono::steady_clock::now();
  const absl::Status status = waiting->Begin().status();
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(GetParam()));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("another process holds the write lock; try again, or wait longer with --lock-timeout"));
}

INSTANTIATE_TEST_SUITE_P(Ms, PatienceTest, testing::Values(0, 1, 70), testing::PrintToStringParamName());

// Stops itself with the lock; then commits batches without a pause, so that the lock is hardly ever free.
void WriteGreedily(const std::string& path, int commits, int batch) {
  const auto storage = support::OpenSqlite(path);
  support::Session session(*storage);
  const support::JsonCommand command(support::Note("greedy"));
  for (int i = 0; i < commits; ++i) {
    const auto unit = Must(session.engine().Begin());
    for (int k = 0; k < batch; ++k) Must(unit->Execute(command.reader()));
    if (i == 0) raise(SIGSTOP);
    Must(unit->Commit());
  }
}

// Counts commits, not time. With SQLite's own way to wait the modest are not done before the greedy one is.
TEST_F(WriteQueueTest, LeavesTurnsToOthers) {
  constexpr int kModest = 3, kCommands = 10, kBatch = 50, kMost = 4'000;
  const pid_t greedy = StartHolder([&] { WriteGreedily(path_, kMost, kBatch); });
  std::vector<pid_t> modest;
  for (int i = 0; i < kModest; ++i) {
    modest.push_back(InChild([&, i] {
      const auto door = OpenEngine(path_, kPatienceMs);
      for (int k = 0; k < kCommands; ++k) door->Execute(NoteOf(fmt::format("{}-{}", i, k)));
    }));
  }
  for (const pid_t writer : modest) AwaitSleep(writer);
  kill(greedy, SIGCONT);
  for (const pid_t writer : modest) EXPECT_EQ(EndOf(writer), 0);
  kill(greedy, SIGKILL);
  EndOf(greedy);
  const auto storage = support::OpenSqlite(path_);
  EXPECT_LT(Must(storage->Read())->head().position.value, uint64_t{kMost} * kBatch / 2);
}

}  // namespace
}  // namespace annals::concurrency
