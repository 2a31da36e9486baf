#include "cli/terminal.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <map>
#include <string>
#include <string_view>

namespace annals {
namespace {

using Variables = std::map<std::string, std::string>;

Environment EnvironmentOf(const Variables& variables) {
  return [variables](const char* name) -> const char* {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  };
}

struct ColourCase {
  const char* name;
  bool is_terminal;
  Variables variables;
  ColourMode mode;
};

const ColourCase kColours[] = {
    {"OnATerminal", true, {{"TERM", "xterm"}}, ColourMode::kOn},
    {"NotInAPipe", false, {{"TERM", "xterm"}}, ColourMode::kOff},
    {"NotOnADumbTerminal", true, {{"TERM", "dumb"}}, ColourMode::kOff},
    {"NotWithoutTerm", true, {}, ColourMode::kOff},
    {"NotWithNoColor", true, {{"TERM", "xterm"}, {"NO_COLOR", "1"}}, ColourMode::kOff},
    {"EmptyNoColorCountsNot", true, {{"TERM", "xterm"}, {"NO_COLOR", ""}}, ColourMode::kOn},
    {"ForcedIntoAPipe", false, {{"CLICOLOR_FORCE", "1"}}, ColourMode::kOn},
    {"ForceOfZeroIsNone", false, {{"CLICOLOR_FORCE", "0"}}, ColourMode::kOff},
    {"NoColorBeatsForce", false, {{"CLICOLOR_FORCE", "1"}, {"NO_COLOR", "1"}}, ColourMode::kOff},
};

class ColourTest : public testing::TestWithParam<ColourCase> {};

TEST_P(ColourTest, FollowsTheConventions) {
  EXPECT_EQ(ColourModeFor(GetParam().is_terminal, EnvironmentOf(GetParam().variables)), GetParam().mode);
}

INSTANTIATE_TEST_SUITE_P(Terminal, ColourTest, testing::ValuesIn(kColours),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Terminal, PaintsOnlyWhenColourIsOn) {
  EXPECT_EQ(Paint("x", Ink::kRed, ColourMode::kOn), "\x1b[31mx\x1b[0m");
  EXPECT_EQ(Paint("x", Ink::kRed, ColourMode::kOff), "x");
  EXPECT_EQ(Paint("x", Ink::kPlain, ColourMode::kOn), "x");
  EXPECT_EQ(Paint("", Ink::kRed, ColourMode::kOn), "");
}

TEST(Terminal, EveryInkButPlainDiffers) {
  std::map<std::string, int> seen;
  for (const Ink ink : {Ink::kBold, Ink::kDim, Ink::kRed, Ink::kGreen, Ink::kYellow, Ink::kBlue, Ink::kCyan}) {
    ++seen[Paint("x", ink, ColourMode::kOn)];
  }
  EXPECT_EQ(seen.size(), 7u);
}

struct StateCase {
  const char* state;
  Ink ink;
};

constexpr StateCase kStates[] = {
    {"done", Ink::kGreen},
    {"completed", Ink::kGreen},
    {"success", Ink::kGreen},
    {"failed", Ink::kRed},
    {"failure", Ink::kRed},
    {"blocked", Ink::kYellow},
    {"partial", Ink::kYellow},
    {"abandoned", Ink::kYellow},
    {"refused", Ink::kYellow},
    {"running", Ink::kCyan},
    {"editing", Ink::kCyan},
    {"in_progress", Ink::kCyan},
    {"pending", Ink::kDim},
    {"abandon", Ink::kPlain},
    {"zzz", Ink::kPlain},
    {"", Ink::kPlain},
    {"static_check", Ink::kCyan},
    {"verifying", Ink::kCyan},
    {"plan_rejected", Ink::kYellow},
};

TEST(Terminal, StatesHaveTheColourOfTheirMeaning) {
  for (const StateCase& row : kStates) EXPECT_EQ(InkOfState(row.state), row.ink) << row.state;
}

class PseudoTerminal {
 public:
  PseudoTerminal() : master_(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    EXPECT_EQ(grantpt(master_), 0);
    EXPECT_EQ(unlockpt(master_), 0);
    slave_ = open(ptsname(master_), O_RDWR | O_NOCTTY | O_CLOEXEC);
  }
  ~PseudoTerminal() {
    close(slave_);
    close(master_);
  }
  int fd() const { return slave_; }
  void Resize(unsigned short columns) {
    const winsize size{.ws_row = 24, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
    EXPECT_EQ(ioctl(slave_, TIOCSWINSZ, &size), 0);
  }

 private:
  int master_;
  int slave_;
};

TEST(Terminal, AsksTheTerminalForItsWidth) {
  PseudoTerminal terminal;
  terminal.Resize(123);
  EXPECT_TRUE(IsTerminal(terminal.fd()));
  EXPECT_EQ(TerminalWidth(terminal.fd(), EnvironmentOf({{"COLUMNS", "50"}})), 123u);
}

TEST(Terminal, WithoutAnAnswerTakesColumnsElseEighty) {
  PseudoTerminal terminal;
  terminal.Resize(0);
  EXPECT_EQ(TerminalWidth(terminal.fd(), EnvironmentOf({{"COLUMNS", "50"}})), 50u);
  EXPECT_EQ(TerminalWidth(terminal.fd(), EnvironmentOf({{"COLUMNS", "50x"}})), 80u);
  EXPECT_EQ(TerminalWidth(terminal.fd(), EnvironmentOf({{"COLUMNS", "0"}})), 80u);
  EXPECT_EQ(TerminalWidth(terminal.fd(), EnvironmentOf({})), 80u);
}

TEST(Terminal, APipeHasNoWidth) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  EXPECT_FALSE(IsTerminal(ends[1]));
  EXPECT_EQ(TerminalWidth(ends[1], EnvironmentOf({{"COLUMNS", "50"}})), std::nullopt);
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace annals
