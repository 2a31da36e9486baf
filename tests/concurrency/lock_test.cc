// A writer that is stopped or killed while it holds the write lock: others read, wait, or are told that it is locked.
#include <signal.h>
#include <sys/wait.h>

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/concurrency/binary.h"
#include "tests/concurrency/crew.h"
#include "tests/concurrency/door.h"
#include "tests/judge/log_text.h"
#include "tests/support/commands.h"
#include "tests/support/ledger.h"
#include "tests/support/must.h"
#include "tests/support/session.h"
#include "tests/support/store.h"

namespace annals::concurrency {
namespace {

using support::Must;
using testing::HasSubstr;

// The commands of both writers, each with its key.
judge::Command NoteOf(const std::string& name) {
  return {.key = name, .kind = judge::Kind::kNote, .run = "r1", .ws = "", .to = name, .expected = {}};
}

// Takes the write lock, appends an event, and stops itself; when it goes on, commits.
void HoldTheLock(const std::string& path) {
  const auto storage = support::OpenSqlite(path);
  support::Session session(*storage);
  const auto unit = Must(session.engine().Begin());
  const support::JsonCommand command(support::With(support::Note("held"), R"("command_id":"held")"));
  if (!std::holds_alternative<Receipt>(Must(unit->Execute(command.reader())))) throw std::runtime_error("not done");
  raise(SIGSTOP);
  Must(unit->Commit());
}

int EndOf(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

struct EndCase {
  const char* name;
  int signal;
  bool is_done;  // what the holder was about to commit
};

class LockTest : public testing::TestWithParam<EndCase> {};

TEST_P(LockTest, OthersWaitOrAreToldAndNothingIsLost) {
  const std::string path = support::FreshPath("locked");
  {
    const auto storage = support::OpenSqlite(path);
    support::Session(*storage).Accept(support::CreateRun());
  }
  const pid_t holder = InChild([&] { HoldTheLock(path); });
  int status = 0;
  ASSERT_EQ(waitpid(holder, &status, WUNTRACED), holder);
  ASSERT_TRUE(WIFSTOPPED(status));
  const pid_t waiting = InChild([&] { OpenEngine(path, kPatienceMs)->Execute(NoteOf("waited")); });

  // Who does not wait is told, by the engine and by the binary; who reads, reads.
  EXPECT_EQ(OpenEngine(path, 0)->Execute(NoteOf("impatient")).result, judge::Result::kLocked);
  const auto told = RunAnnals(path, {"event", "record", "impatient", "--run", "r1", "--lock-timeout", "1"});
  EXPECT_EQ(told.exit, 1);
  EXPECT_THAT(told.err,
              HasSubstr("another process holds the write lock; try again, or wait longer with --lock-timeout"));
  const auto log = RunAnnals(path, {"log", "--json"});
  EXPECT_EQ(log.exit, 0) << log.err;
  EXPECT_THAT(judge::ReadLog(log.out), testing::SizeIs(1));

  kill(holder, GetParam().signal);
  const int end = EndOf(holder);
  EXPECT_EQ(GetParam().is_done, WIFEXITED(end) && WEXITSTATUS(end) == 0);
  EXPECT_EQ(EndOf(waiting), 0);

  std::vector<std::string> types = {"run_created"};
  if (GetParam().is_done) types.push_back("held");
  types.push_back("waited");
  const auto storage = support::OpenSqlite(path);
  std::vector<std::string> found;
  for (const support::StoredRecord& record : support::RecordsOf(*storage)) found.push_back(record.event_type);
  EXPECT_EQ(found, types);
  EXPECT_EQ(support::FaultsOf(*storage), "");
  // Whoever asks again with the key gets it done once.
  EXPECT_EQ(OpenEngine(path, 0)->Execute(NoteOf("held")).repeat, GetParam().is_done);
  EXPECT_EQ(OpenEngine(path, 0)->Execute(NoteOf("waited")).repeat, true);
  support::RemoveDatabase(path);
}

INSTANTIATE_TEST_SUITE_P(Holder, LockTest,
                         testing::Values(EndCase{"IsStoppedAndGoesOn", SIGCONT, true},
                                         EndCase{"IsStoppedAndKilled", SIGKILL, false}),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace annals::concurrency
