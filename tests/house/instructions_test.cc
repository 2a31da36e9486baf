// What `./dev instructions` says of counts that moved, shown on made-up ones.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace annals::house {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr char kBuiltWith[] = "# built with: compiler 1\n";

struct Judgement {
  int exit = 0;
  std::string said;
};

// What bench/instructions/compare makes of `counted` where the baseline is `baseline`.
Judgement Compare(const std::string& baseline, const std::string& counted) {
  std::string folder = testing::TempDir() + "annals-instructions-XXXXXX";
  EXPECT_NE(mkdtemp(folder.data()), nullptr);
  std::ofstream(folder + "/baseline") << baseline;
  std::ofstream(folder + "/counted") << counted;
  const std::string command =
      ANNALS_SOURCE_DIR "/bench/instructions/compare " + folder + "/baseline " + folder + "/counted 2>&1";
  Judgement judgement;
  std::FILE* const pipe = popen(command.c_str(), "r");
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) judgement.said += static_cast<char>(c);
  judgement.exit = pclose(pipe) >> 8;
  std::filesystem::remove_all(folder);
  return judgement;
}

struct MoveCase {
  const char* name;
  const char* counted;
  int exit;
  const char* said;
};

constexpr MoveCase kMoves[] = {
    {"NotAtAll", "fold 1000\n", 0, "fold                    1000      1000    +0.0 %"},
    {"FourPerCentUp", "fold 1040\n", 0, "+4.0 %"},
    {"FourPerCentDown", "fold 960\n", 0, "-4.0 %"},
    {"SixPerCentUp", "fold 1060\n", 1, "fold takes 6.0 % more, 1060 instead of 1000: see where they go with"},
    {"SixPerCentDown", "fold 940\n", 1,
     "fold takes 6.0 % less, 940 instead of 1000: keep that with ./dev instructions --renew"},
    {"OneThatIsNew", "fold 1000\njson 500\n", 1, "json is not in"},
    {"OneThatIsGone", "", 1, "fold of"},
};

class MoveTest : public testing::TestWithParam<MoveCase> {};

TEST_P(MoveTest, IsToldWithWhatToDo) {
  const auto [exit, said] =
      Compare(kBuiltWith + std::string("fold 1000\n"), kBuiltWith + std::string(GetParam().counted));
  EXPECT_EQ(exit, GetParam().exit);
  EXPECT_THAT(said, AllOf(HasSubstr(GetParam().said), Not(HasSubstr("NOT JUDGED"))));
}

INSTANTIATE_TEST_SUITE_P(Instructions, MoveTest, testing::ValuesIn(kMoves),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(Instructions, OfAnotherCompilerAreShownAndAloudNotJudged) {
  const auto [exit, said] = Compare(std::string(kBuiltWith) + "fold 1000\n", "# built with: compiler 2\nfold 2000\n");
  EXPECT_EQ(exit, 0);
  EXPECT_THAT(said, AllOf(HasSubstr("+100.0 %"), HasSubstr("NOT JUDGED"), HasSubstr("baseline: compiler 1"),
                          HasSubstr("here:     compiler 2")));
}

// The baseline must stay one that the comparison can read.
TEST(Instructions, OfTheCommittedBaselineAreWhatTheyAre) {
  std::ifstream file(ANNALS_SOURCE_DIR "/bench/instructions/baseline.txt");
  const std::string baseline{std::istreambuf_iterator<char>(file), {}};
  const auto [exit, said] = Compare(baseline, baseline);
  EXPECT_EQ(exit, 0) << said;
  EXPECT_THAT(said, AllOf(HasSubstr("command_in_batch"), HasSubstr("command_alone"), HasSubstr("fold_step"),
                          HasSubstr("json_line"), Not(HasSubstr("NOT JUDGED"))));
}

}  // namespace
}  // namespace annals::house
