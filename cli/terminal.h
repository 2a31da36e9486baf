// What the stream we print to is, and colour for it.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace annals {

// The value of an environment variable, or nullptr; std::getenv outside of tests.
using Environment = std::function<const char*(const char*)>;

enum class ColourMode { kOff, kOn };

// How a piece of text looks. kPlain changes nothing.
enum class Ink { kPlain, kBold, kDim, kRed, kGreen, kYellow, kBlue, kCyan };

bool IsTerminal(int fd);

// Columns of the terminal behind `fd`; nothing when it is no terminal, and then no line is cut. Without an answer from
// the terminal: COLUMNS, else 80.
std::optional<size_t> TerminalWidth(int fd, const Environment& environment);

// NO_COLOR (set and not empty, no-color.org) is off, always. Else CLICOLOR_FORCE (set, not empty, not "0") is on, also
// into a pipe. Else on only on a terminal with a TERM that is not "dumb".
ColourMode ColourModeFor(bool is_terminal, const Environment& environment);

// `text` in `ink`, as it is when the mode is off. `text` must be Printable(): its own escape sequences would survive.
std::string Paint(std::string_view text, Ink ink, ColourMode mode);

// The colour of a state or status: green reached what it was for, red failed, yellow needs somebody, cyan is at work,
// dim has not begun. States of users' own machines are plain unless they share a name with ours.
Ink InkOfState(std::string_view state);

}  // namespace annals
