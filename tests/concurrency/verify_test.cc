// A log is verified while others write to it.
#include "commands/verify.h"

#include <sys/wait.h>
#include <unistd.h>

#include <vector>

#include <gtest/gtest.h>

#include "tests/concurrency/writer.h"
#include "tests/support/commands.h"
#include "tests/support/must.h"
#include "tests/support/session.h"
#include "tests/support/store.h"

namespace annals::concurrency {
namespace {

using support::Must;

TEST(VerifyWhileWriting, FindsNothingWrong) {
  const std::string path = support::FreshPath("verified");
  {
    const auto storage = support::OpenSqlite(path);
    support::Session session(*storage);
    session.Accept(support::CreateRun("shared", "running"));
    session.Accept(support::CreateWorkstream("counted", {}, false, "shared"));
  }
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  std::vector<pid_t> writers;
  // What 500 commands acknowledge fits into the pipe: nobody has to read it.
  for (int number = 0; number < 2; ++number) {
    writers.push_back(InChild([&] { Write(path, 0, 500, {.member = number, .life = 0, .pipe = ends[1]}); }));
  }
  uint64_t verified = 0, events = 0;
  {
    const std::unique_ptr<Storage> opened[] = {support::OpenSqlite(path), support::OpenSqlite(path)};
    Storage* const storages[] = {opened[0].get(), opened[1].get()};
    for (size_t running = writers.size(); running > 0; ++verified) {
      const VerifyReport report = Must(Verify(
          storages, {}, [](uint64_t, uint64_t) {}, [](const Fault& fault) { ADD_FAILURE() << fault.detail; }));
      EXPECT_GE(report.events, events);
      events = report.events;
      for (pid_t& writer : writers) {
        int status = 0;
        if (writer == 0 || waitpid(writer, &status, WNOHANG) == 0) continue;
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
        writer = 0;
        --running;
      }
    }
  }
  EXPECT_GT(verified, 1u);
  EXPECT_GT(events, 100u);
  close(ends[0]);
  close(ends[1]);
  support::RemoveDatabase(path);
}

}  // namespace
}  // namespace annals::concurrency
