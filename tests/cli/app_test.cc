// The whole command line in this process, with a clock, chance and a terminal of the test's own.
#include "cli/app.h"

#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/annals_process.h"

namespace annals {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

enum class Seat { kPipe, kTerminal };

struct Told {
  int exit;
  std::string out;
  std::string err;
};

class AppTest : public testing::Test {
 protected:
  Told Run(std::vector<std::string> arguments, Seat seat = Seat::kPipe) {
    std::ostringstream out, err;
    const std::map<std::string, std::string> variables = {
        {"PIPELINE_DB_PATH", db_}, {"USER", "kim"}, {"TERM", "xterm"}, {"NO_COLOR", "1"}};
    Host host{.clock = clock_,
              .random = random_,
              .environment = [&](const char* name) -> const char* {
                const auto found = variables.find(name);
                return found == variables.end() ? nullptr : found->second.c_str();
              },
              .monotonic = std::chrono::steady_clock::now,
              .out = out,
              .err = err,
              .out_is_terminal = seat == Seat::kTerminal,
              .err_is_terminal = seat == Seat::kTerminal,
              .width = seat == Seat::kTerminal ? std::optional<size_t>(80) : std::nullopt};
    const int exit = RunAnnals(arguments, host);
    return {exit, out.str(), err.str()};
  }

  testing_process::TemporaryFolder folder_;
  std::string db_ = folder_.File("a.db");
  SimulatedClock clock_{Timestamp{1'800'000'000'000'000}};
  SeededRandom random_{7};
};

// SPEC §2.6
TEST_F(AppTest, SameClockAndChanceGiveTheSameAnswers) {
  const std::string first = Run({"run", "create", "--json"}).out;
  SimulatedClock clock{Timestamp{1'800'000'000'000'000}};
  clock_ = clock;
  random_ = SeededRandom(7);
  db_ = folder_.File("b.db");
  EXPECT_EQ(Run({"run", "create", "--json"}).out, first);
}

// SPEC §8, §11
TEST_F(AppTest, ATerminalIsShownTheNewest50AndToldSo) {
  for (int i = 100; i < 151; ++i) EXPECT_EQ(Run({"run", "create", fmt::format("r{}", i)}).exit, 0);
  const std::string shown = Run({"run", "list"}, Seat::kTerminal).out;
  EXPECT_THAT(shown, Not(HasSubstr("r100 ")));
  EXPECT_THAT(shown, HasSubstr("r101 "));
  EXPECT_THAT(shown, EndsWith("the newest 50 of 51 runs; --limit N shows more\n"));
  EXPECT_THAT(Run({"run", "list"}, Seat::kPipe).out, HasSubstr("r100 "));
  EXPECT_THAT(Run({"run", "list", "--json"}, Seat::kTerminal).out, HasSubstr("\"r100\""));
  EXPECT_THAT(Run({"run", "list", "--limit", "51"}, Seat::kTerminal).out, HasSubstr("r100 "));
}

TEST_F(AppTest, WatchDrawsATableOnATerminal) {
  Run({"run", "create", "r1", "--status", "running"});
  Run({"ws", "create", "a", "--run", "r1"});
  Run({"run", "transition", "r1", "abandoned"});
  const std::string drawn = Run({"run", "watch", "r1"}, Seat::kTerminal).out;
  EXPECT_THAT(drawn, StartsWith("ENTITY  STATUS"));
  EXPECT_THAT(drawn, HasSubstr("run r1  abandoned  0/1"));
}

TEST_F(AppTest, AnErrorNamesTheCommandAndNothingElseIsPrinted) {
  const Told text = Run({"run", "show", "zz"});
  EXPECT_EQ(text.exit, 4);
  EXPECT_EQ(text.out, "");
  EXPECT_THAT(text.err, StartsWith("annals: run show: open the database "));
  const Told json = Run({"run", "show", "zz", "--json"});
  EXPECT_THAT(json.err, StartsWith("{\"error\":{\"code\":\"not_found\",\"message\":\"run show: open the database "));
}

TEST_F(AppTest, AJsonFlagOfTheCommandThatIsRunIsNotOurs) {
  // The law refuses nothing here: the database is missing its run, and the message is for people.
  const Told told = Run({"step", "exec", "--run", "r", "--ws", "w", "--step", "s", "--", "tool", "--json"});
  EXPECT_EQ(told.exit, 125);
  EXPECT_THAT(told.err, StartsWith("annals: step exec: "));
}

}  // namespace
}  // namespace annals
