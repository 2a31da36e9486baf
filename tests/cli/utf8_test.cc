#include "cli/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace annals {
namespace {

using namespace std::string_view_literals;

struct RepairCase {
  const char* name;
  std::string_view input;
  std::string_view output;
};

constexpr RepairCase kRepairs[] = {
    {"AsciiStays", "abc\n\t"sv, "abc\n\t"sv},
    {"TwoThreeAndFourBytesStay", "é€😀"sv, "é€😀"sv},
    {"NulIsReplaced", "a\0b"sv, "a\uFFFDb"sv},
    {"LoneContinuation", "a\x80z"sv, "a\uFFFDz"sv},
    {"OverlongSlashIsTwoErrors", "\xC0\xAF"sv, "\uFFFD\uFFFD"sv},
    {"OverlongThreeBytes", "\xE0\x80\x80"sv, "\uFFFD\uFFFD\uFFFD"sv},
    {"SurrogateIsThreeErrors", "\xED\xA0\x80"sv, "\uFFFD\uFFFD\uFFFD"sv},
    {"PastTheLastCodePoint", "\xF4\x90\x80\x80"sv, "\uFFFD\uFFFD\uFFFD\uFFFD"sv},
    {"CutSequenceIsOneError", "\xE2\x82"sv, "\uFFFD"sv},
    {"CutSequenceKeepsWhatFollows", "\xF0\x9F\x98z"sv, "\uFFFDz"sv},
    {"LastCodePointStays", "\xF4\x8F\xBF\xBF"sv, "\xF4\x8F\xBF\xBF"sv},
    {"BytesThatAreNeverUsed", "\xFE\xFF"sv, "\uFFFD\uFFFD"sv},
};

class RepairTest : public testing::TestWithParam<RepairCase> {};

TEST_P(RepairTest, GivesValidUtf8) {
  EXPECT_EQ(ValidUtf8(GetParam().input), GetParam().output);
}

INSTANTIATE_TEST_SUITE_P(Utf8, RepairTest, testing::ValuesIn(kRepairs),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Utf8, RepairOfEveryTwoBytesIsStable) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string raw = {static_cast<char>(first), static_cast<char>(second)};
      const std::string once = ValidUtf8(raw);
      ASSERT_EQ(ValidUtf8(once), once) << first << " " << second;
      ASSERT_EQ(once.find('\0'), std::string::npos) << first << " " << second;
    }
  }
}

TEST(Utf8, CutNeverSplitsACharacter) {
  const std::string_view text = "aé€😀";  // 1 + 2 + 3 + 4 bytes
  const size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
  for (size_t max = 0; max < std::size(expected); ++max) {
    EXPECT_EQ(CutUtf8(text, max), text.substr(0, expected[max])) << max;
  }
}

struct WidthCase {
  const char* name;
  std::string_view text;
  size_t width;
};

constexpr WidthCase kWidths[] = {
    {"Empty", "", 0},          {"Ascii", "abc", 3},
    {"Accent", "é", 1},        {"CombiningAccent", "e\u0301", 1},
    {"Chinese", "工作", 4},    {"Hangul", "한", 2},
    {"FullWidth", "Ａ", 2},    {"HalfWidthKatakana", "ｱ", 1},
    {"Emoji", "😀", 2},         {"CheckMark", "✓", 1},
    {"Ellipsis", "…", 1},      {"ControlPicture", "␛", 1},
    {"BoxLine", "─", 1},       {"ZeroWidthSpace", "\u200B", 0},
    {"Cyrillic", "Привет", 6}, {"BrokenByteIsOneColumn", "\xFF", 1},
};

class WidthTest : public testing::TestWithParam<WidthCase> {};

TEST_P(WidthTest, IsWhatATerminalTakes) {
  EXPECT_EQ(DisplayWidth(GetParam().text), GetParam().width);
}

INSTANTIATE_TEST_SUITE_P(Utf8, WidthTest, testing::ValuesIn(kWidths),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace annals
