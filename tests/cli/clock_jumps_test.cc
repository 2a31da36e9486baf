// SPEC §2.6 and DESIGN §7 end to end: the binary under a system clock that jumps by ten years either way, stands still
// and steps back, between commands and within one.
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/annals_process.h"
#include "tests/support/effort.h"

namespace annals {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing_process::ProcessResult;
using testing_process::RunProcess;
using testing_process::TemporaryFolder;

std::string Libfaketime() {
  for (const auto& entry : std::filesystem::directory_iterator("/usr/lib")) {
    const auto library = entry.path() / "faketime" / "libfaketime.so.1";
    if (std::filesystem::exists(library)) return library;
  }
  throw std::runtime_error("there is no /usr/lib/*/faketime/libfaketime.so.1; ./dev setup installs it");
}

// A database, and annals with the clock that each command is given.
class ClockJumps : public testing::Test {
 protected:
  // `clock` is a moment at which it stands still, in UTC, or what else libfaketime(1) knows.
  ProcessResult Run(const std::string& clock, const std::string& words, const std::string& in = {}) {
    if (IsJump(clock_, clock)) ++jumps_;
    clock_ = clock;
    std::vector<std::string> arguments = {"--db", db_};
    std::istringstream rest(words);
    for (std::string word; rest >> word;) arguments.push_back(word);
    return RunProcess({.arguments = arguments, .environment = FakedClock(clock), .in = in});
  }
  // Some minutes more within one hour may be time that passes. Any step back is a jump, and any to another hour.
  static bool IsJump(const std::string& from, const std::string& to) {
    constexpr size_t kHour = std::string_view("2026-01-01 12").size();
    return !from.empty() && (to < from || to.substr(0, kHour) != from.substr(0, kHour));
  }
  std::map<std::string, std::string> FakedClock(const std::string& clock) const {
    return {{"LD_PRELOAD", library_},
            {"FAKETIME", clock},
            {"FAKETIME_NO_CACHE", "1"},
            {"FAKETIME_DONT_FAKE_MONOTONIC", "1"},  // what waiting is counted by is no wall clock: nobody can set it
            {"NO_FAKE_STAT", "1"},
            {"TZ", "UTC0"},
            {"ASAN_OPTIONS", "verify_asan_link_order=0"}};  // which wants to be the first library itself
  }
  void Expect(int exit, const std::string& clock, const std::string& words, const std::string& in = {}) {
    const ProcessResult result = Run(clock, words, in);
    EXPECT_EQ(result.exit, exit) << clock << ": " << words << "\n" << result.out << result.err;
  }
  std::string Out(const std::string& clock, const std::string& words) {
    const ProcessResult result = Run(clock, words);
    EXPECT_EQ(result.exit, 0) << clock << ": " << words << "\n" << result.err;
    return result.out;
  }

  const std::string library_ = Libfaketime();
  const TemporaryFolder folder_;
  const std::string db_ = folder_.File("annals.db");
  std::string clock_ = "";  // of the last command
  uint64_t jumps_ = 0;
};

constexpr const char* kPast = "2016-01-01 12:00:00";
constexpr const char* kNow = "2026-01-01 12:00:00";
constexpr const char* kFuture = "2036-01-01 12:00:00";

TEST_F(ClockJumps, AreSeenByTheBinary) {
  Expect(0, kNow, "run create r1");
  Expect(0, kFuture, "run create r2");
  EXPECT_THAT(Out(kFuture, "run show r1 --json"), HasSubstr(R"("created_at":"2026-01-01T12:00:00.000000Z")"));
  EXPECT_THAT(Out(kFuture, "run show r2 --json"), HasSubstr(R"("created_at":"2036-01-01T12:00:00.000000Z")"));
  support::Tried(jumps_, "clock jumps");
}

// Once the log has seen a clock that was ahead, its times stand still; nobody waits for them.
TEST_F(ClockJumps, EndNoLeaseEarlyAndMakeNoneLonger) {
  Expect(0, kNow, "run create r1 --status running");
  Expect(0, kNow, "ws create a --run r1");
  Expect(0, kNow, "worker register w1");
  Expect(0, kNow, "breaker create gcc --failure-threshold 1");
  Expect(0, kNow, "task create t1 --run r1 --ws a");
  Expect(0, kNow, "task queue t1 --run r1");
  Expect(0, kFuture, "event record noon --run r1");

  Expect(0, "2026-01-01 12:10:00", "worker heartbeat w1");
  Expect(0, "2026-01-01 12:10:00", "task assign t1 --run r1 --worker w1");
  Expect(0, "2026-01-01 12:10:00", "task transition t1 retrying --run r1 --epoch 1 --reason memory");
  Expect(3, "2026-01-01 12:10:00", "task queue t1 --run r1");
  Expect(3, "2026-01-01 12:10:01", "task queue t1 --run r1");
  Expect(0, "2026-01-01 12:10:02", "task queue t1 --run r1");

  EXPECT_THAT(Out("2026-01-01 12:10:59", "worker show w1 --json"), HasSubstr(R"("seconds_left":1)"));
  Expect(3, "2026-01-01 12:10:59", "worker transition w1 unresponsive");
  EXPECT_THAT(Out("2026-01-01 12:11:01", "doctor"), HasSubstr("not heard of"));
  Expect(0, "2026-01-01 12:11:01", "worker transition w1 unresponsive");
  Expect(0, kPast, "worker heartbeat w1");
  Expect(3, kPast, "worker transition w1 unresponsive");
  Expect(0, "2015-12-31 12:00:00", "worker transition w1 unresponsive");  // before it was heard of: as good as over

  Expect(0, "2026-01-01 12:12:00", "breaker failure gcc");
  EXPECT_THAT(Out("2026-01-01 12:12:59", "breaker status gcc"), HasSubstr("open, for 1 seconds more"));
  Expect(3, "2026-01-01 12:12:59", "breaker probe gcc");
  Expect(0, "2026-01-01 12:13:00", "breaker probe gcc");
  Expect(0, kNow, "verify");
  Expect(0, kNow, "rebuild --check");
  support::Tried(jumps_, "clock jumps");
}

// What people read of times and spans at every clock: none is less than nothing, or what that is without a sign.
TEST_F(ClockJumps, ShowNoSpanThatIsLessThanNothing) {
  const std::regex absurd(R"(-\d[\d.]* (µs|ms|s|m|h|d)\b|_ms":-|184467\d{8})");
  const char* const clocks[] = {kNow, kFuture, kPast, "2026-01-01 11:59:59", kPast, kFuture, kNow};
  int step = 0;
  Expect(0, kFuture, "run create r0 --status running");
  Expect(0, kNow, "worker register w1");
  for (const char* const clock : clocks) {
    const std::string id = std::to_string(step++);
    Expect(0, clock, "run create r" + id + "x --status running");
    Expect(0, clock, "ws create w" + id + " --run r0");
    Expect(0, clock, "ws transition w" + id + " ready --run r0");
    Expect(0, clock, "step start --run r0 --ws w0 --step edit");
    Expect(0, clock, "error record --run r0 --ws w0 --step edit --code E1 --signature s --message no");
    Expect(0, clock, "worker heartbeat w1");
    for (const char* const reader : clocks) {
      for (const char* const words :
           {"run list", "run show r0", "run show r0 --json", "ws list", "step list", "error list", "worker show w1",
            "log", "stats", "stats --json", "doctor", "why run/r0", "audit r0", "audit r0 --format json",
            "run list --at -5m", "run show r0 --at 1 --json", "export --format trace --run r0", "inspect"}) {
        const ProcessResult result = Run(reader, words);
        EXPECT_EQ(result.exit, 0) << reader << ": " << words << "\n" << result.err;
        std::smatch found;
        EXPECT_FALSE(std::regex_search(result.out, found, absurd)) << reader << ": " << words << ": " << found.str();
      }
    }
  }
  const std::string log = Out(kPast, "log --json");
  std::string before;
  const std::regex recorded(R"re("recorded_at":"([^"]*)")re");
  for (std::sregex_iterator at(log.begin(), log.end(), recorded), end; at != end; ++at) {
    EXPECT_LE(before, (*at)[1].str());
    before = (*at)[1].str();
  }
  Expect(0, kPast, "verify");
  Expect(0, kPast, "rebuild --check");
  support::Tried(jumps_, "clock jumps");
}

TEST_F(ClockJumps, WithinOneCommandDisturbNothing) {
  std::string commands;
  for (int i = 0; i < 300; ++i) commands += fmt::format("{{\"command\":\"create_run\",\"run_id\":\"r{}\"}}\n", i);
  Expect(0, "@2026-01-01 12:00:00 i-3600", "apply -", commands);  // an hour back with each reading
  const std::string log = Out(kNow, "log --json --full --limit 1000");
  EXPECT_THAT(log, HasSubstr(R"("occurred_at":"2025-12-)"));
  // It stands in an event only where the clock was behind the log.
  const std::regex occurred(R"re("occurred_at":"([^"]*)")re");
  std::set<std::string> times;
  for (std::sregex_iterator at(log.begin(), log.end(), occurred), end; at != end; ++at) times.insert((*at)[1]);
  jumps_ += times.size();
  Expect(0, kNow, "verify");
  Expect(0, kNow, "rebuild --check");
  support::Tried(jumps_, "clock jumps");
}

// Ids are made of the time and of chance.
TEST_F(ClockJumps, AClockThatStandsMakesNoIdTwice) {
  constexpr int kProcesses = 8, kRuns = 250;
  std::string commands, script;
  for (int i = 0; i < kRuns; ++i) commands += "{\"command\":\"create_run\"}\n";
  for (int i = 0; i < kProcesses; ++i) {
    script += fmt::format(
        "{{ printf '%s' \"$1\" | {} --db {} --lock-timeout 60000 apply - --batch 3 --source s{} || echo failed; }} & ",
        ANNALS_BINARY, db_, i);
  }
  Expect(0, kNow, "init");
  const ProcessResult result =
      RunProcess({.arguments = {"-c", script + "wait", "sh", commands}, .environment = FakedClock(kNow)}, "/bin/sh");
  EXPECT_EQ(result.exit, 0);
  EXPECT_THAT(result.out, Not(HasSubstr("failed"))) << result.err;
  EXPECT_THAT(Out(kNow, "stats --json"), HasSubstr(fmt::format(R"("run_created":{})", kProcesses * kRuns)));
  Expect(0, kNow, "verify");
  support::Tried(kProcesses * kRuns, "ids made while the clock stood");
}

}  // namespace
}  // namespace annals
