#include "schemas/utf8.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace annals {
namespace {

struct Utf8Case {
  const char* name;
  std::string_view text;
  size_t length;  // of its first character
};

constexpr Utf8Case kCases[] = {
    {"Empty", "", 0},
    {"Ascii", "ab", 1},
    {"Two", "\xc2\x80", 2},
    {"Three", "\xe0\xa0\x80", 3},
    {"LastBeforeSurrogates", "\xed\x9f\xbf", 3},
    {"Four", "\xf0\x90\x80\x80", 4},
    {"Last", "\xf4\x8f\xbf\xbf", 4},
    {"Continuation", "\x80", 0},
    {"OverlongTwo", "\xc1\xbf", 0},
    {"OverlongThree", "\xe0\x9f\xbf", 0},
    {"OverlongFour", "\xf0\x8f\xbf\xbf", 0},
    {"Surrogate", "\xed\xa0\x80", 0},
    {"PastTheLast", "\xf4\x90\x80\x80", 0},
    {"FiveBytes", "\xf8\x88\x80\x80\x80", 0},
    {"CutShort", "\xe2\x82", 0},
    {"WrongContinuation", "\xe2\x28\xa1", 0},
};

class Utf8Test : public testing::TestWithParam<Utf8Case> {};

TEST_P(Utf8Test, KnowsTheLengthAndTheFirstFault) {
  const auto& [name, text, length] = GetParam();
  EXPECT_EQ(Utf8Length(text), length);
  const size_t fault = length == 0 && !text.empty() ? 3 : std::string_view::npos;
  EXPECT_EQ(FirstInvalidUtf8("aé" + std::string(text)), fault);
}

INSTANTIATE_TEST_SUITE_P(Utf8, Utf8Test, testing::ValuesIn(kCases),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace annals
