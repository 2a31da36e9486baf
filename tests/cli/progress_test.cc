#include "cli/progress.h"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/utf8.h"

namespace annals {
namespace {

using std::chrono::milliseconds;

class ProgressTest : public testing::Test {
 protected:
  std::unique_ptr<ProgressLine> Start(std::optional<uint64_t> total, size_t width = 100,
                                      Visibility visibility = Visibility::kShown) {
    return std::make_unique<ProgressLine>(
        ProgressLine::Options{.label = "apply",
                              .total = total,
                              .width = width,
                              .visibility = visibility,
                              .clock = [this] { return now_; },
                              .write = [this](std::string_view text) { drawn_.emplace_back(text); }});
  }

  MonotonicTime now_{std::chrono::hours(5)};
  std::vector<std::string> drawn_;
};

constexpr char kErase[] = "\r\x1b[K";

TEST_F(ProgressTest, ShowsHowFarHowFastAndHowLong) {
  const auto progress = Start(1000000);
  now_ += milliseconds(5500);
  progress->Update(450000);
  ASSERT_EQ(drawn_.size(), 1u);
  EXPECT_EQ(drawn_[0], std::string(kErase) +
                           "apply  [#########-----------]   45 %  450000/1000000  81818/s  5.500 s  ETA 6.722 s");
}

TEST_F(ProgressTest, IsSilentForWorkUnderASecond) {
  auto progress = Start(10);
  for (uint64_t done = 0; done < 10; ++done) {
    progress->Update(done);
    now_ += milliseconds(99);
  }
  progress.reset();
  EXPECT_TRUE(drawn_.empty());
}

TEST_F(ProgressTest, IsSilentWhenHidden) {
  auto progress = Start(10, 100, Visibility::kHidden);
  now_ += milliseconds(5000);
  progress->Update(3);
  progress.reset();
  EXPECT_TRUE(drawn_.empty());
}

TEST_F(ProgressTest, DrawsAtMostTenTimesASecond) {
  const auto progress = Start(100000);
  now_ += milliseconds(1000);
  for (int i = 0; i < 2000; ++i) {
    progress->Update(static_cast<uint64_t>(i));
    now_ += milliseconds(1);
  }
  EXPECT_EQ(drawn_.size(), 20u);
}

TEST_F(ProgressTest, ErasesItselfAtTheEndAndOnlyOnce) {
  auto progress = Start(10);
  now_ += milliseconds(2000);
  progress->Update(3);
  progress->Erase();
  progress.reset();
  ASSERT_EQ(drawn_.size(), 2u);
  EXPECT_EQ(drawn_[1], kErase);
}

TEST_F(ProgressTest, WithoutATotalShowsNoShareAndNoEnd) {
  const auto progress = Start(std::nullopt);
  now_ += milliseconds(2000);
  progress->Update(500);
  ASSERT_EQ(drawn_.size(), 1u);
  EXPECT_EQ(drawn_[0], std::string(kErase) + "apply  500  250/s  2.000 s");
}

TEST_F(ProgressTest, NeverFillsTheLastColumnOfTheTerminal) {
  for (size_t width = 1; width < 100; ++width) {
    const auto progress = Start(1000000, width);
    now_ += milliseconds(2000);
    progress->Update(450000);
    const std::string line = drawn_.back().substr(std::string_view(kErase).size());
    EXPECT_LE(DisplayWidth(line), std::max<size_t>(width, 2) - 1) << line;
    EXPECT_FALSE(line.empty());
  }
}

TEST_F(ProgressTest, KeepsThePercentLongestOfAllNumbers) {
  const auto progress = Start(1000, 15);
  now_ += milliseconds(2000);
  progress->Update(450);
  EXPECT_EQ(drawn_.back(), std::string(kErase) + "apply   45 %");
}

TEST_F(ProgressTest, SaysHundredPercentOnlyWhenAllIsDone) {
  const auto progress = Start(1000);
  now_ += milliseconds(2000);
  progress->Update(999);
  EXPECT_NE(drawn_.back().find(" 99 %"), std::string::npos) << drawn_.back();
  now_ += milliseconds(200);
  progress->Update(1000);
  EXPECT_NE(drawn_.back().find("100 %"), std::string::npos) << drawn_.back();
  EXPECT_EQ(drawn_.back().find("ETA"), std::string::npos) << drawn_.back();
}

TEST_F(ProgressTest, BearsAbsurdNumbers) {
  constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();
  for (const auto& [done, total] :
       {std::pair{kMost, kMost}, {kMost, uint64_t{1}}, {uint64_t{1}, kMost}, {uint64_t{0}, uint64_t{0}}}) {
    const auto progress = Start(total, 200);
    now_ += milliseconds(1000);
    progress->Update(done);
    EXPECT_EQ(drawn_.back().find("nan"), std::string::npos) << drawn_.back();
    EXPECT_EQ(drawn_.back().find("-9"), std::string::npos) << drawn_.back();
  }
}

TEST(ProgressVisibility, IsForAPersonAtATerminalThatCanErase) {
  const Environment xterm = [](const char*) { return "xterm"; };
  const Environment dumb = [](const char*) { return "dumb"; };
  const Environment none = [](const char*) -> const char* { return nullptr; };
  EXPECT_EQ(ProgressVisibility(true, false, xterm), Visibility::kShown);
  EXPECT_EQ(ProgressVisibility(false, false, xterm), Visibility::kHidden);
  EXPECT_EQ(ProgressVisibility(true, true, xterm), Visibility::kHidden);
  EXPECT_EQ(ProgressVisibility(true, false, dumb), Visibility::kHidden);
  EXPECT_EQ(ProgressVisibility(true, false, none), Visibility::kHidden);
}

}  // namespace
}  // namespace annals
