// annals bench at its smallest: that every figure is measured, not what it is.
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/bench.h"
#include "tests/cli/annals_process.h"

namespace annals::testing_process {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// What a bench of the least size answers.
ProcessResult Bench(const TemporaryFolder& folder, std::vector<std::string> more) {
  more.insert(more.begin(), {"bench", "--commands", "20000", "--rounds", "1", "--dir", folder.path().string()});
  return RunProcess({.arguments = std::move(more)});
}

TEST(Bench, MeasuresEveryFigureAndLeavesNothingBehind) {
  const TemporaryFolder folder;
  const ProcessResult result = Bench(folder, {"--json"});
  ASSERT_EQ(result.exit, 0) << result.err;
  for (const char* const name :
       {"single",       "batch_100",    "batch",         "apply",         "bytes",     "growth",      "fold",
        "rebuild",      "rebuild_time", "verify_1",      "verify_2",      "as_of",     "run_show_at", "run_show",
        "cli_command",  "apply_memory", "verify_memory", "export_memory", "threads_8", "threads_64",  "writers_8",
        "writers_fair", "writers_wait", "machines",      "own_machine",   "large_run"}) {
    EXPECT_THAT(result.out, ContainsRegex(fmt::format(R"("name":"{}"[^}}]*"value":[0-9.]*[1-9])", name)));
  }
  // A longer text makes a table that no page is wide enough for.
  EXPECT_THAT(result.out, Not(ContainsRegex(R"("what":"[^"]{31,}")")));
  EXPECT_THAT(result.out, Not(HasSubstr("raw_")));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Bench, MeasuresTheRowsAskedForInTheOrderOfTheTable) {
  const TemporaryFolder folder;
  const ProcessResult result = Bench(folder, {"fold", "single"});
  ASSERT_EQ(result.exit, 0) << result.err;
  EXPECT_THAT(result.out, ContainsRegex("^row .*\nsingle .*\nfold "));
  EXPECT_THAT(result.out, AllOf(Not(HasSubstr("batch")), Not(HasSubstr("rebuild"))));
}

TEST(Bench, MeasuresSqliteAlone) {
  const TemporaryFolder folder;
  const ProcessResult result = Bench(folder, {"--raw"});
  ASSERT_EQ(result.exit, 0) << result.err;
  EXPECT_THAT(result.out, ContainsRegex("^row .*\nraw_single .*\nraw_batch_100 .*\nraw_batch .*\nraw_process .*\n$"));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Bench, ListsTheRowsWhereOneIsUnknown) {
  const TemporaryFolder folder;
  const ProcessResult result = Bench(folder, {"fold", "flod"});
  EXPECT_EQ(result.exit, 2);
  EXPECT_THAT(result.err, AllOf(StartsWith("annals: bench: there is no row or group of rows \"flod\""),
                                ContainsRegex("\n  folds +fold rebuild")));
}

struct FloorCase {
  const char* name;
  double value;
  std::optional<double> ratio, floor;
  bool less_is_better;
  bool reached;
};

constexpr FloorCase kFloors[] = {
    {"None", 1, 0.5, std::nullopt, false, true},
    {"OfTheValue", 150, std::nullopt, 150, false, true},
    {"OfTheValueMissed", 149, std::nullopt, 150, false, false},
    {"OfTheRatio", 1, 0.5, 0.5, false, true},
    {"OfTheRatioMissedByALargeValue", 1'000, 0.4, 0.5, false, false},
    {"LessIsBetter", 1, std::nullopt, 1, true, true},
    {"LessIsBetterMissed", 1, 1.3, 1.2, true, false},
};

class FloorTest : public testing::TestWithParam<FloorCase> {};

TEST_P(FloorTest, IsOfTheRatioWhereThereIsOne) {
  bench::Figure figure;
  figure.value = GetParam().value;
  figure.ratio = GetParam().ratio;
  figure.floor = GetParam().floor;
  figure.less_is_better = GetParam().less_is_better;
  EXPECT_EQ(figure.ReachesFloor(), GetParam().reached);
}

INSTANTIATE_TEST_SUITE_P(Bench, FloorTest, testing::ValuesIn(kFloors),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace annals::testing_process
