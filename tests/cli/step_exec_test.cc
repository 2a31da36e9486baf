// annals step exec, as the caller of a command sees it.
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/sqlite/sqlite_storage.h"
#include "tests/cli/annals_process.h"

namespace annals {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;
using testing_process::AnnalsSandbox;
using testing_process::ProcessResult;
using testing_process::RunProcess;

class StepExecTest : public testing::Test {
 protected:
  void SetUp() override {
    sandbox_.Out({"run", "create", "r1", "--status", "running"});
    sandbox_.Out({"ws", "create", "a", "--run", "r1"});
  }
  ProcessResult Exec(const std::vector<std::string>& command, const std::vector<std::string>& options = {},
                     const std::string& in = {}) {
    std::vector<std::string> words = {"step", "exec", "--run", "r1", "--ws", "a", "--step", "static"};
    words.insert(words.end(), options.begin(), options.end());
    words.push_back("--");
    words.insert(words.end(), command.begin(), command.end());
    return sandbox_.Run(words, in);
  }
  std::string Attempts() { return sandbox_.Out({"step", "list", "--json"}); }
  std::string Errors() { return sandbox_.Out({"error", "list", "--json"}); }

  AnnalsSandbox sandbox_;
};

TEST_F(StepExecTest, PassesInputOutputAndExitCodeThrough) {
  const ProcessResult result = Exec({"sh", "-c", "cat; echo problem >&2; exit 3"}, {}, "what it reads\n");
  EXPECT_EQ(result.exit, 3);
  EXPECT_EQ(result.out, "what it reads\n");
  EXPECT_EQ(result.err, "problem\n");
}

TEST_F(StepExecTest, RecordsTheAttemptAndOfAFailureTheError) {
  Exec({"sh", "-c", "echo 'a.c:1:2: error: bad thing [E42]'; exit 3"});
  EXPECT_THAT(Attempts(),
              AllOf(HasSubstr("\"step_name\":\"static\",\"attempt\":1,\"status\":\"failure\""),
                    HasSubstr("\"exit_code\":3"), HasSubstr("\"result\":{\"command\":[\"sh\",\"-c\","),
                    HasSubstr("\"output_bytes\":"), HasSubstr("\"output_tail\":\"a.c:1:2: error: bad thing [E42]\\n\""),
                    HasSubstr("\"truncated\":false,\"signal\":null}")));
  EXPECT_THAT(Errors(), AllOf(HasSubstr("\"error_code\":\"E42\""),
                              HasSubstr("\"message\":\"a.c:1:2: error: bad thing [E42]\""), HasSubstr("\"count\":1")));
  Exec({"sh", "-c", "echo 'a.c:7:2: error: bad thing [E42]'; exit 3"});
  EXPECT_THAT(Errors(), HasSubstr("\"count\":2")) << "the same fault some lines further down is one error";
}

TEST_F(StepExecTest, OfASuccessRecordsNoError) {
  EXPECT_EQ(Exec({"true"}).exit, 0);
  EXPECT_THAT(Attempts(), AllOf(HasSubstr("\"status\":\"success\""), HasSubstr("\"exit_code\":0")));
  EXPECT_EQ(Errors(), "");
}

TEST_F(StepExecTest, GivesTheCommandItsArgumentsUnread) {
  EXPECT_EQ(Exec({"printf", "%s|", "--help", "--json", "[a,b]", "", "--", "x y"}).out, "--help|--json|[a,b]||--|x y|");
}

TEST_F(StepExecTest, AKilledCommandIsItsSignal) {
  EXPECT_EQ(Exec({"sh", "-c", "kill -9 $$"}).exit, 128 + SIGKILL);
  EXPECT_THAT(Attempts(), AllOf(HasSubstr("\"exit_code\":137"), HasSubstr("\"signal\":9}")));
}

TEST_F(StepExecTest, ACommandThatIsNotThereIs127AndOnRecord) {
  const ProcessResult result = Exec({"no-such-command-here"});
  EXPECT_EQ(result.exit, 127);
  EXPECT_THAT(result.err, HasSubstr("no-such-command-here"));
  EXPECT_THAT(Attempts(), AllOf(HasSubstr("\"status\":\"failure\""), HasSubstr("\"exit_code\":127"),
                                HasSubstr("\"start_error\":")));
}

TEST_F(StepExecTest, DoesNotRunWhatTheLawRefuses) {
  sandbox_.Out({"run", "transition", "r1", "failed"});
  const ProcessResult result = Exec({"touch", "ran"});
  EXPECT_EQ(result.exit, 125);
  EXPECT_THAT(result.err, HasSubstr("refused"));
  EXPECT_FALSE(std::filesystem::exists(sandbox_.folder().File("ran")));
}

TEST_F(StepExecTest, DoesNotRunWhatItCannotRecord) {
  const std::vector<std::vector<std::string>> faults = {
      {"--db", sandbox_.folder().File("missing") + "/"}, {"--expect-version", "77"}, {"--bogus"}};
  for (const auto& options : faults) {
    const ProcessResult result = Exec({"touch", "ran"}, options);
    EXPECT_EQ(result.exit, 125) << options.front() << result.err;
    EXPECT_THAT(result.err, StartsWith("annals: step exec: ")) << options.front();
    EXPECT_FALSE(std::filesystem::exists(sandbox_.folder().File("ran"))) << options.front();
  }
}

TEST_F(StepExecTest, ADryRunRunsNothing) {
  const ProcessResult result = Exec({"touch", "ran"}, {"--dry-run"});
  EXPECT_EQ(result.exit, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("step_started"));
  EXPECT_FALSE(std::filesystem::exists(sandbox_.folder().File("ran")));
  EXPECT_EQ(Attempts(), "");
}

TEST_F(StepExecTest, TheSameKeyRunsTheCommandOnce) {
  EXPECT_EQ(Exec({"sh", "-c", "echo x >> ran; exit 4"}, {"--command-id", "k"}).exit, 4);
  const ProcessResult again = Exec({"sh", "-c", "echo x >> ran; exit 4"}, {"--command-id", "k"});
  EXPECT_EQ(again.exit, 4);
  EXPECT_THAT(again.err, HasSubstr("was not run again"));
  EXPECT_EQ(std::filesystem::file_size(sandbox_.folder().File("ran")), 2u);
}

TEST_F(StepExecTest, WithJsonTheReceiptGoesToStderr) {
  const ProcessResult result = Exec({"echo", "hello"}, {"--json"});
  EXPECT_EQ(result.out, "hello\n");
  EXPECT_THAT(result.err, AllOf(StartsWith("{\"first_position\":"), HasSubstr("\"state\":\"success\""),
                                HasSubstr("\"attempt_id\":4")));
}

std::string TextOf(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Asks until `is_so`; gives up after half a minute.
bool WaitUntil(const std::function<bool()>& is_so) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

// The command has run: its end must get on record although others hold the database for longer than a command waits.
TEST_F(StepExecTest, WaitsForALockedDatabaseToRecordTheEnd) {
  const std::string started = sandbox_.folder().File("started");
  const std::string locked = sandbox_.folder().File("locked");
  const std::string err = sandbox_.folder().File("err");
  constexpr const char* kWaiting = "the command has ended; waiting for the database to record it";
  bool said = false;
  std::thread other([&] {
    EXPECT_TRUE(WaitUntil([&] { return std::filesystem::exists(started); }));
    const auto storage = SqliteStorage::Open({.path = sandbox_.db(), .mode = OpenMode::kReadWrite});
    ASSERT_TRUE(storage.ok()) << storage.status();
    const auto transaction = (*storage)->Begin();
    ASSERT_TRUE(transaction.ok()) << transaction.status();
    std::ofstream(locked) << "yes";
    said = WaitUntil([&] { return TextOf(err).find(kWaiting) != std::string::npos; });
  });
  const ProcessResult result =
      RunProcess({.arguments = {"step", "exec", "--run", "r1", "--ws", "a", "--step", "static", "--lock-timeout", "20",
                                "--", "sh", "-c", "touch started; while ! test -e locked; do sleep 0.01; done; exit 3"},
                  .environment = {{"PIPELINE_DB_PATH", sandbox_.db()}},
                  .directory = sandbox_.folder().path(),
                  // To a file, which can be looked at while the process runs.
                  .in_child = [&] { dup2(open(err.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600), STDERR_FILENO); }});
  other.join();
  EXPECT_TRUE(said) << TextOf(err);
  EXPECT_EQ(result.exit, 3);
  EXPECT_THAT(Attempts(), HasSubstr("\"status\":\"failure\""));
}

}  // namespace
}  // namespace annals
