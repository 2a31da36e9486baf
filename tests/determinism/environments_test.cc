// SPEC §2.6: what surrounds a process is no input. The same history is told under locales, time zones, address spaces,
// limits and folders, and compared with digests that every compiler and every machine is compared with.
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/cli/annals_process.h"
#include "tests/support/effort.h"

namespace annals::determinism {
namespace {

using testing_process::ProcessResult;
using testing_process::TemporaryFolder;

// Their offsets are no whole hours; written out, so that no table of zones is needed.
constexpr const char* kZones[] = {"UTC0", "<+0545>-5:45", "NST3:30NDT,M3.2.0,M11.1.0"};

std::string Expected() {
  std::ostringstream text;
  text << std::ifstream(std::string(ANNALS_SOURCE_DIR) + "/tests/determinism/expected.txt").rdbuf();
  return text.str();
}

// Of what the program wrote, what is committed: texts for people may change from day to day.
std::string Pinned(const std::string& digests) {
  std::string pinned;
  std::istringstream lines(digests);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("shown ")) pinned += line + "\n";
  }
  return pinned;
}

// What a process that tells it is given.
struct Surroundings {
  std::string name;
  std::map<std::string, std::string> environment = {};
  std::string locale = "C";  // that must come of it
  std::string directory = {};
  std::function<void()> in_child = {};
};

// The whole would be hundreds of lines.
std::string FirstDifference(const std::string& is, const std::string& was) {
  std::istringstream is_lines(is), was_lines(was);
  for (std::string is_line, was_line; is_lines || was_lines;) {
    if (!std::getline(is_lines, is_line)) is_line = "(nothing)";
    if (!std::getline(was_lines, was_line)) was_line = "(nothing)";
    if (is_line != was_line) return fmt::format("{}\nnot\n{}", is_line, was_line);
  }
  return "";
}

class Teller {
 public:
  ~Teller() { support::Tried(told_, "histories compared byte for byte"); }

  // Tells the histories, in a folder of their own, and compares.
  void Tell(const Surroundings& surroundings) {
    SCOPED_TRACE(surroundings.name);
    const TemporaryFolder folder;
    const ProcessResult result =
        testing_process::RunProcess({.arguments = {folder.path().string(), surroundings.locale},
                                     .environment = surroundings.environment,
                                     .directory = surroundings.directory,
                                     .in_child = surroundings.in_child});
    ASSERT_EQ(result.exit, 0) << result.err;
    told_ += kHistories;
    EXPECT_EQ(FirstDifference(Pinned(result.out), Expected()), "");
    if (first_.empty()) first_ = result.out;
    EXPECT_EQ(FirstDifference(result.out, first_), "");
  }

 private:
  static constexpr uint64_t kHistories = 8;  // four, in memory and in a database
  std::string first_;
  uint64_t told_ = 0;
};

class LocaleTest : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Histories, LocaleTest, testing::Values("de_DE", "tr_TR"),
                         [](const auto& test) { return test.param; });

TEST_P(LocaleTest, AndZonesAreNoInput) {
  const TemporaryFolder locales;
  const std::string locale = GetParam() + ".UTF-8";
  const ProcessResult made = testing_process::RunProcess(
      {.arguments = {"-i", GetParam(), "-f", "UTF-8", locales.File(locale)}}, "/usr/bin/localedef");
  ASSERT_TRUE(std::filesystem::exists(locales.File(locale) + "/LC_NUMERIC")) << made.err;
  Teller teller;
  teller.Tell({.name = "none"});
  for (const char* const zone : kZones) {
    teller.Tell({.name = zone,
                 // The C library never gives back what it makes of LOCPATH, which a sanitizer would tell.
                 .environment = {{"LC_ALL", locale},
                                 {"LOCPATH", locales.path().string()},
                                 {"TZ", zone},
                                 {"LSAN_OPTIONS", "detect_leaks=0"}},
                 .locale = locale});
  }
}

// Containers may forbid it.
bool MayFixAddresses() {
  const int was = personality(0xffffffff);
  const bool may = personality(static_cast<unsigned long>(was) | ADDR_NO_RANDOMIZE) != -1;
  personality(static_cast<unsigned long>(was));
  if (!may) std::cerr << "not tried: fixed addresses, which this system does not let a process have\n";
  return may;
}

std::vector<Surroundings> AllSurroundings() {
  std::map<std::string, std::string> large;
  for (int i = 0; i < 1'000; ++i) large["VARIABLE_" + std::to_string(i)] = std::string(100, 'x');
  std::vector<Surroundings> all = {
      // Hash tables are salted by addresses, which differ from run to run unless they are fixed.
      {.name = "addresses"},
      {.name = "other addresses"},
      {.name = "UTF-8", .environment = {{"LC_ALL", "C.UTF-8"}}, .locale = "C.UTF-8"},
      {.name = "large environment", .environment = large},
      {.name = "other folder and mask", .directory = "/", .in_child = [] { umask(0077); }},
      {.name = "small stack",
       .in_child =
           [] {
             const rlimit limit{1 << 20, 1 << 20};
             setrlimit(RLIMIT_STACK, &limit);
           }},
  };
  if (MayFixAddresses()) {
    all.push_back({.name = "fixed addresses", .in_child = [] {
                     if (personality(ADDR_NO_RANDOMIZE) == -1) abort();
                   }});
  }
  return all;
}

TEST(Histories, AreTheSameWhateverSurroundsTheProcess) {
  Teller teller;
  for (const Surroundings& surroundings : AllSurroundings()) teller.Tell(surroundings);
}

}  // namespace
}  // namespace annals::determinism
