// annals apply as a process: exit codes, answers, and what a kill leaves.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/cli/annals_process.h"

namespace annals::testing_process {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr std::string_view kCreate = R"({"command":"create_run","run_id":"r1"})";
constexpr std::string_view kStart = R"({"command":"transition_run","run_id":"r1","to":"running"})";
constexpr std::string_view kIllegal = R"({"command":"transition_run","run_id":"r1","to":"pending"})";
constexpr std::string_view kUnknown = R"({"command":"transition_run","run_id":"r2","to":"running"})";
constexpr std::string_view kConflict =
    R"({"command":"transition_run","run_id":"r1","to":"running","expect_version":9})";
constexpr std::string_view kMalformed = R"({"command":"create_run",)";

std::string Lines(const std::vector<std::string_view>& lines) {
  std::string text;
  for (const std::string_view line : lines) text += std::string(line) + "\n";
  return text;
}

size_t CountLines(const std::string& text) {
  return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
}

struct ExitCase {
  const char* name;
  std::vector<std::string> options;
  std::vector<std::string_view> lines;
  int exit;
  size_t events;  // in the log afterwards
  const char* err;
};

class ApplyExitTest : public testing::TestWithParam<ExitCase> {};

TEST_P(ApplyExitTest, IsThatOfTheFirstProblem) {
  AnnalsSandbox sandbox;
  std::vector<std::string> arguments = {"apply", "-"};
  arguments.insert(arguments.end(), GetParam().options.begin(), GetParam().options.end());
  const ProcessResult result = sandbox.Run(arguments, Lines(GetParam().lines));
  EXPECT_EQ(result.exit, GetParam().exit) << result.err;
  EXPECT_THAT(result.err, HasSubstr(GetParam().err));
  EXPECT_THAT(result.out, IsEmpty());
  const ProcessResult log = sandbox.Run({"log", "--json"});
  EXPECT_EQ(log.exit, std::filesystem::exists(sandbox.db()) ? 0 : 4);
  EXPECT_EQ(CountLines(log.out), GetParam().events);
}

INSTANTIATE_TEST_SUITE_P(
    Apply, ApplyExitTest,
    testing::Values(
        ExitCase{"AllDone", {}, {kCreate, kStart}, 0, 2, "standard input: 2 done"},
        ExitCase{"Refused", {}, {kCreate, kIllegal, kStart}, 3, 2, "annals: line 2: run r1"},
        ExitCase{"Malformed", {}, {kCreate, kMalformed, kStart}, 2, 1, "annals: line 2: read the command: byte 25"},
        ExitCase{"UnknownRun", {}, {kCreate, kUnknown}, 4, 1, "annals: line 2: "},
        ExitCase{"Conflict", {}, {kCreate, kConflict}, 5, 1, "stopped at line 2"},
        ExitCase{"KeepGoing",
                 {"--keep-going"},
                 {kUnknown, kCreate, kIllegal, kMalformed, kStart},
                 4,
                 3,
                 "2 done, 1 refused, 2 bad"},
        ExitCase{"AtomicDone", {"--atomic"}, {kCreate, kStart}, 0, 2, "2 done"},
        ExitCase{"AtomicRefused", {"--atomic"}, {kCreate, kStart, kIllegal}, 3, 1, "line 3 took everything back"},
        ExitCase{"AtomicMalformed", {"--atomic"}, {kCreate, kMalformed}, 2, 0, "line 2 took everything back"},
        ExitCase{"DryRun", {"--dry-run"}, {kCreate, kStart}, 0, 0, "2 would be done ("},
        ExitCase{"DryRunRefused", {"--dry-run"}, {kCreate, kIllegal}, 3, 0, "dry run: nothing was written"},
        ExitCase{"AtomicKeepGoing", {"--atomic", "--keep-going"}, {kCreate}, 2, 0, "leave one of the two out"},
        ExitCase{"BatchOfNone", {"--batch", "0"}, {kCreate}, 2, 0, "--batch: 0 is below 1"},
        ExitCase{"OneKeyForMany", {"--command-id", "k"}, {kCreate}, 2, 0, "each command's own"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(ApplyCommand, AnswersEachLineInJsonAndSumsUpOnStderr) {
  AnnalsSandbox sandbox;
  const ProcessResult result =
      sandbox.Run({"apply", "-", "--json", "--keep-going"}, Lines({kCreate, kIllegal, "", kUnknown, kStart}));
  EXPECT_EQ(result.exit, 3);
  EXPECT_EQ(CountLines(result.out), 4u);
  EXPECT_THAT(result.out,
              AllOf(HasSubstr(R"("run_id":"r1","line":1})"), HasSubstr(R"({"refused":true,"machine":"run")"),
                    HasSubstr(R"("position":2,"line":2})"), HasSubstr(R"({"error":{"code":"not_found")"),
                    HasSubstr(R"("line":4})"), HasSubstr(R"("line":5})")));
  EXPECT_EQ(result.err,
            "{\"lines\":5,\"lines_before\":0,\"lines_missing\":0,\"done\":2,\"would_be_done\":0,\"repeats\":0,"
            "\"refused\":1,\"bad\":1,\"rolled_back\":false,"
            "\"stopped_at\":null}\n");
}

TEST(ApplyCommand, AnswersOfAllOrNothingAreShownOnlyWhenTheyStand) {
  AnnalsSandbox sandbox;
  const ProcessResult refused = sandbox.Run({"apply", "-", "--json", "--atomic"}, Lines({kCreate, kStart, kIllegal}));
  EXPECT_EQ(CountLines(refused.out), 1u);
  EXPECT_THAT(refused.out, AllOf(HasSubstr("\"refused\":true"), HasSubstr("\"line\":3}")));
  const ProcessResult done = sandbox.Run({"apply", "-", "--json", "--atomic"}, Lines({kCreate, kStart}));
  EXPECT_EQ(CountLines(done.out), 2u);
}

TEST(ApplyCommand, AFileIsKnownByItsContentAndInputByItsName) {
  AnnalsSandbox sandbox;
  const std::string file = sandbox.folder().File("commands.jsonl");
  const std::string copy = sandbox.folder().File("copy.jsonl");
  for (const std::string& name : {file, copy}) std::ofstream(name) << Lines({kCreate, kStart});
  sandbox.Out({"apply", file});
  EXPECT_THAT(sandbox.Run({"apply", copy}).err, HasSubstr("0 done; the first 2 lines had been applied before"));
  const std::string note = Lines({R"({"command":"record_event","event_type":"tick"})"});
  for (int i = 0; i < 2; ++i) sandbox.Out({"apply", "-", "--source", "clock"}, note);
  sandbox.Out({"apply", "-", "--source", "clock"}, note + note);
  for (int i = 0; i < 2; ++i) sandbox.Out({"apply", "-"}, note);
  EXPECT_EQ(CountLines(sandbox.Out({"log", "--json", "--type", "tick"})), 4u);
}

TEST(ApplyCommand, SaysThatAnInputIsShorterThanThePlaceKept) {
  AnnalsSandbox sandbox;
  sandbox.Out({"apply", "-", "--source", "nightly"}, Lines({kCreate, kStart}));
  const ProcessResult result = sandbox.Run({"apply", "-", "--source", "nightly"}, Lines({kUnknown}));
  EXPECT_EQ(result.exit, 0);
  EXPECT_THAT(result.err, HasSubstr("annals: apply: standard input is shorter than the place kept for nightly: it has "
                                    "1 of the 2 lines that had been applied"));
  EXPECT_THAT(sandbox.Run({"apply", "-", "--source", "nightly", "--json"}, "").err,
              HasSubstr(R"("lines":2,"lines_before":2,"lines_missing":2,"done":0)"));
}

// An idle pipe into a dry run once kept every writer out.
TEST(ApplyCommand, HoldsNoLockWhileItWaitsForItsInput) {
  for (const char* const option : {"--dry-run", "--atomic"}) {
    SCOPED_TRACE(option);
    AnnalsSandbox sandbox;
    sandbox.Out({"init"});
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::dup2(ends[0], STDIN_FILENO);
      for (const int end : ends) ::close(end);
      ::execl(ANNALS_BINARY, ANNALS_BINARY, "--db", sandbox.db().c_str(), "apply", "-", option, nullptr);
      ::_exit(127);
    }
    ::close(ends[0]);
    ASSERT_EQ(::write(ends[1], kCreate.data(), kCreate.size()), static_cast<ssize_t>(kCreate.size()));
    ASSERT_EQ(::write(ends[1], "\n", 1), 1);
    ::usleep(100'000);
    sandbox.Out({"--lock-timeout", "50", "run", "create", "other"});
    ::close(ends[1]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
}

TEST(ApplyCommand, SaysWhichFileItCannotRead) {
  AnnalsSandbox sandbox;
  const ProcessResult missing = sandbox.Run({"apply", "nowhere.jsonl"});
  EXPECT_EQ(missing.exit, 4);
  EXPECT_THAT(missing.err, StartsWith("annals: apply: open nowhere.jsonl: No such file or directory"));
  EXPECT_EQ(sandbox.Run({"apply", sandbox.folder().path()}).exit, 2);
  EXPECT_FALSE(std::filesystem::exists(sandbox.db()));
}

TEST(ApplyCommand, BacksUpFirstWhereTheEnvironmentAsksForIt) {
  AnnalsSandbox sandbox;
  sandbox.Out({"init"});
  const ProcessResult result = RunProcess({.arguments = {"--db", sandbox.db(), "apply", "-"},
                                           .environment = {{"ANNALS_BACKUP_ON_START", "true"}},
                                           .in = Lines({kCreate}),
                                           .directory = sandbox.folder().path()});
  EXPECT_EQ(result.exit, 0) << result.err;
  ASSERT_EQ(result.err.find("backup: "), 0u) << result.err;
  const std::string backup = result.err.substr(8, result.err.find('\n') - 8);
  EXPECT_EQ(CountLines(sandbox.Out({"log", "--json", "--db", backup})), 0u);
  EXPECT_EQ(CountLines(sandbox.Out({"log", "--json"})), 1u);
}

// SPEC §2.1, §2.2 and §7: killed at any moment and run again, each line has its effect exactly once.
TEST(ApplyCommand, KilledAnywhereAndRunAgainDoesEachLineOnce) {
  constexpr int kRuns = 400;
  constexpr int kNotes = 49;
  AnnalsSandbox sandbox;
  const std::string file = sandbox.folder().File("commands.jsonl");
  {
    std::ofstream out(file);
    for (int run = 0; run < kRuns; ++run) {
      out << fmt::format("{{\"command\":\"create_run\",\"run_id\":\"r{}\"}}\n", run);
      for (int note = 0; note < kNotes; ++note) {
        out << fmt::format(
            "{{\"command\":\"record_event\",\"run_id\":\"r{0}\",\"event_type\":\"n{1}\",\"payload\":{{\"of\":{0}}}}}\n",
            run, note);
      }
    }
  }
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::minstd_rand random(seed);
  int kills = 0;
  for (int attempt = 0; attempt < 12; ++attempt) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::execl(ANNALS_BINARY, ANNALS_BINARY, "--db", sandbox.db().c_str(), "apply", file.c_str(), "--batch", "50",
              nullptr);
      ::_exit(127);
    }
    ::usleep(std::uniform_int_distribution<useconds_t>(5'000, 40'000)(random));
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status)) ++kills;
  }
  EXPECT_GT(kills, 0);
  sandbox.Out({"apply", file});
  std::map<std::string, int> events;
  std::istringstream log(sandbox.Out({"log", "--json"}));
  for (std::string line; std::getline(log, line);) {
    const size_t from = line.find("\"event_type\":"), to = line.find(",\"ws_id\"");
    ++events[line.substr(from, to - from)];
  }
  EXPECT_EQ(events.size(), static_cast<size_t>(kRuns * (kNotes + 1)));
  for (const auto& [event, count] : events) EXPECT_EQ(count, 1) << event;
  EXPECT_EQ(sandbox.Run({"rebuild", "--check"}).exit, 0);
}

}  // namespace
}  // namespace annals::testing_process
