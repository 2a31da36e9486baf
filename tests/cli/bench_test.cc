// annals bench at its smallest: that every figure is measured, not what it is.
#include <filesystem>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/annals_process.h"

namespace annals::testing_process {
namespace {

TEST(Bench, MeasuresEveryFigureAndLeavesNothingBehind) {
  const TemporaryFolder folder;
  const ProcessResult result = RunProcess(
      {.arguments = {"bench", "--json", "--commands", "20000", "--rounds", "1", "--dir", folder.path().string()}});
  ASSERT_EQ(result.exit, 0) << result.err;
  for (const char* const name : {"single", "batch", "growth", "fold", "bytes", "threads_8", "threads_64", "machines",
                                 "own_machine", "large_run", "cli_command", "run_show", "apply", "apply_memory"}) {
    EXPECT_THAT(result.out, testing::ContainsRegex(fmt::format(R"("name":"{}"[^}}]*"value":[0-9.]*[1-9])", name)));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace annals::testing_process
