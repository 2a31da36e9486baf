#include "cli/table.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "cli/utf8.h"

namespace annals {
namespace {

Table Runs() {
  Table table({{"RUN"}, {"STATUS"}, {"DONE", Align::kRight}});
  table.AddRow({{"r1"}, {"completed", Ink::kGreen}, {"12/12"}});
  table.AddRow({{"run-two"}, {"running", Ink::kCyan}, {"3/12"}});
  return table;
}

TEST(Table, AlignsItsColumns) {
  EXPECT_EQ(Runs().Render(std::nullopt, ColourMode::kOff),
            "RUN      STATUS      DONE\n"
            "r1       completed  12/12\n"
            "run-two  running     3/12\n");
}

TEST(Table, ColourTakesNoRoom) {
  EXPECT_EQ(Runs().Render(std::nullopt, ColourMode::kOn),
            "\x1b[1mRUN\x1b[0m      \x1b[1mSTATUS\x1b[0m      \x1b[1mDONE\x1b[0m\n"
            "r1       \x1b[32mcompleted\x1b[0m  12/12\n"
            "run-two  \x1b[36mrunning\x1b[0m     3/12\n");
}

TEST(Table, CountsColumnsAndNotBytes) {
  Table table({{"A"}, {"B"}});
  table.AddRow({{"工作"}, {"x"}});
  table.AddRow({{"e\u0301é"}, {"x"}});
  EXPECT_EQ(table.Render(std::nullopt, ColourMode::kOff), "A     B\n工作  x\ne\u0301é    x\n");
}

TEST(Table, LeavesNoSpacesAtTheEndOfALine) {
  Table table({{"A"}, {"LONG HEADER"}});
  table.AddRow({{"x"}, {""}});
  EXPECT_EQ(table.Render(std::nullopt, ColourMode::kOff), "A  LONG HEADER\nx\n");
}

TEST(Table, CutsTheWidestColumnToFitATerminal) {
  Table table({{"ID"}, {"MESSAGE"}, {"N", Align::kRight}});
  table.AddRow({{"ws-1"}, {"a long message that does not fit"}, {"7"}});
  EXPECT_EQ(table.Render(24, ColourMode::kOff),
            "ID    MESSAGE          N\n"
            "ws-1  a long message…  7\n");
}

TEST(Table, CutsNothingWithoutATerminal) {
  Table table({{"A"}});
  const std::string wide(1000, 'x');
  table.AddRow({{wide}});
  EXPECT_EQ(table.Render(std::nullopt, ColourMode::kOff), "A\n" + wide + "\n");
}

TEST(Table, NoLineIsWiderThanTheTerminal) {
  Table table({{"NAME"}, {"TEXT"}, {"工作"}, {"NUMBER", Align::kRight}});
  table.AddRow({{std::string(50, 'n')}, {"工作工作工作工作工作工作工作工作"}, {"é"}, {"1234567890"}});
  table.AddRow({{"x"}, {std::string(5000, 't')}, {"工作工作"}, {"1"}});
  for (size_t width = 22; width < 120; ++width) {
    std::istringstream lines(table.Render(width, ColourMode::kOff));
    for (std::string line; std::getline(lines, line);) ASSERT_LE(DisplayWidth(line), width) << line;
  }
}

TEST(Table, ATerminalThatIsTooNarrowKeepsAFewColumnsOfEach) {
  Table table({{"AAAAAAAA"}, {"BBBBBBBB"}});
  table.AddRow({{"aaaaaaaa"}, {"bbbbbbbb"}});
  EXPECT_EQ(table.Render(3, ColourMode::kOff), "AAA…  BBB…\naaa…  bbb…\n");
}

TEST(Table, DataCannotSteerTheTerminal) {
  Table table({{"A"}, {"B"}});
  table.AddRow({{"\x1b[2J"}, {"two\nlines"}});
  EXPECT_EQ(table.Render(std::nullopt, ColourMode::kOff), "A     B\n␛[2J  two␊lines\n");
}

TEST(Table, ShortensAtACharacter) {
  EXPECT_EQ(Shortened("abc", 3), "abc");
  EXPECT_EQ(Shortened("abcd", 3), "ab…");
  EXPECT_EQ(Shortened("工作工", 5), "工作…");
  EXPECT_EQ(Shortened("工作工", 4), "工…");  // a half of a wide character cannot be shown
  EXPECT_EQ(Shortened("ab", 1), "…");
}

}  // namespace
}  // namespace annals
