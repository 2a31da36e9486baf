#include "cli/printable.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace annals {
namespace {

using namespace std::string_view_literals;

struct TextCase {
  const char* name;
  std::string_view input;
  std::string_view output;
};

std::string NameOf(const testing::TestParamInfo<TextCase>& info) {
  return info.param.name;
}

constexpr TextCase kPrintable[] = {
    {"PlainTextStays", "run r1: é 工 😀", "run r1: é 工 😀"},
    {"ColourSequence", "\x1b[31mred\x1b[0m", "␛[31mred␛[0m"},
    {"TitleSequence", "\x1b]0;owned\a", "␛]0;owned␇"},
    {"NewlineReturnAndTab", "a\r\n\tb", "a␍␊␉b"},
    {"NulAndDelete", "a\0b\x7F"sv, "a␀b␡"},
    {"C1ControlThatOpensASequence", "\u009B31m", "\\u009b31m"},
    {"RawC1ByteIsNotUtf8",
     "\x9B"
     "31m",
     "\uFFFD31m"},
    {"BidirectionalOverride", "safe\u202Egpj.exe", "safe\\u202egpj.exe"},
    {"BidirectionalIsolate", "\u2066x\u2069", "\\u2066x\\u2069"},
    {"LineSeparator", "a\u2028b", "a\\u2028b"},
    {"BrokenUtf8", "a\xC3(", "a\uFFFD("},
};

class PrintableTest : public testing::TestWithParam<TextCase> {};

TEST_P(PrintableTest, CannotSteerATerminal) {
  const std::string shown = Printable(GetParam().input);
  EXPECT_EQ(shown, GetParam().output);
  for (const char c : shown) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
}

INSTANTIATE_TEST_SUITE_P(Printable, PrintableTest, testing::ValuesIn(kPrintable), NameOf);

TEST(Printable, KeepsLinesAndTabsWhenAskedButNotReturns) {
  EXPECT_EQ(PrintableLines("a\tb\nc\rd\x1b[2J"), "a\tb\nc␍d␛[2J");
}

constexpr TextCase kStripped[] = {
    {"PlainTextStays", "error: é", "error: é"},
    {"Colours", "\x1b[1;31merror:\x1b[0m x", "error: x"},
    {"ColonColours", "\x1b[38:5:9mx\x1b[m", "x"},
    {"EraseLine", "\x1b[Kx\x1b[2K", "x"},
    {"TitleEndedByBell", "\x1b]0;t\ax", "x"},
    {"LinkEndedByStringTerminator", "\x1b]8;;http://a\x1b\\text\x1b]8;;\x1b\\", "text"},
    {"UnfinishedTitleEndsWithItsLine", "\x1b]0;t\nx", "\nx"},
    {"CharacterSet", "\x1b(Bx", "x"},
    {"TwoBytes", "\x1b=x\x1b>", "x"},
    {"LoneEscapeAtTheEnd", "x\x1b", "x"},
    {"EscapeBeforeNewline", "x\x1b\ny", "x\ny"},
    {"EscapeBeforeACharacter", "x\x1b日y", "x日y"},
    {"CharacterSetOfNone", "x\x1b(日y", "x日y"},
};

class StripTest : public testing::TestWithParam<TextCase> {};

TEST_P(StripTest, LeavesTheText) {
  EXPECT_EQ(StripAnsi(GetParam().input), GetParam().output);
}

INSTANTIATE_TEST_SUITE_P(Printable, StripTest, testing::ValuesIn(kStripped), NameOf);

}  // namespace
}  // namespace annals
