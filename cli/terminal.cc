#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <system_error>

namespace annals {
namespace {

constexpr size_t kUsualWidth = 80;

std::string_view ValueOf(const Environment& environment, const char* name) {
  const char* value = environment(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

std::string_view Sequence(Ink ink) {
  switch (ink) {
    case Ink::kPlain:
      return "";
    case Ink::kBold:
      return "\x1b[1m";
    case Ink::kDim:
      return "\x1b[2m";
    case Ink::kRed:
      return "\x1b[31m";
    case Ink::kGreen:
      return "\x1b[32m";
    case Ink::kYellow:
      return "\x1b[33m";
    case Ink::kBlue:
      return "\x1b[34m";
    case Ink::kCyan:
      return "\x1b[36m";
  }
  return "";
}

struct StateInk {
  std::string_view state;
  Ink ink;
};

// By name, and not by machine: a name means the same in each of them. Sorted, which is asserted below.
constexpr StateInk kStateInks[] = {
    {"abandoned", Ink::kYellow},
    {"applied", Ink::kGreen},
    {"blocked", Ink::kYellow},
    {"busy", Ink::kCyan},
    {"cancelled", Ink::kYellow},
    {"closed", Ink::kGreen},
    {"completed", Ink::kGreen},
    {"done", Ink::kGreen},
    {"draining", Ink::kCyan},
    {"editing", Ink::kCyan},
    {"expired", Ink::kYellow},
    {"failed", Ink::kRed},
    {"failure", Ink::kRed},
    {"fixing", Ink::kCyan},
    {"half_open", Ink::kYellow},
    {"idle", Ink::kDim},
    {"implementation_approved", Ink::kGreen},
    {"implementation_awaiting_approval", Ink::kYellow},
    {"implementation_rejected", Ink::kYellow},
    {"implementing", Ink::kCyan},
    {"in_progress", Ink::kCyan},
    {"initializing", Ink::kDim},
    {"lawful", Ink::kPlain},
    {"open", Ink::kRed},
    {"override", Ink::kYellow},
    {"partial", Ink::kYellow},
    {"passed", Ink::kGreen},
    {"paused", Ink::kYellow},
    {"pending", Ink::kDim},
    {"plan_approved", Ink::kGreen},
    {"plan_awaiting_approval", Ink::kYellow},
    {"plan_rejected", Ink::kYellow},
    {"planning", Ink::kCyan},
    {"quarantined", Ink::kRed},
    {"queued", Ink::kDim},
    {"ready", Ink::kBlue},
    {"refused", Ink::kYellow},
    {"retrying", Ink::kCyan},
    {"reviewing", Ink::kCyan},
    {"rolled_back", Ink::kYellow},
    {"running", Ink::kCyan},
    {"runtime_check", Ink::kCyan},
    {"shutdown", Ink::kDim},
    {"skipped", Ink::kDim},
    {"staged", Ink::kCyan},
    {"static_check", Ink::kCyan},
    {"success", Ink::kGreen},
    {"superseded", Ink::kDim},
    {"unresponsive", Ink::kRed},
    {"validating", Ink::kCyan},
    {"verified", Ink::kGreen},
    {"verifying", Ink::kCyan},
};
static_assert(std::is_sorted(std::begin(kStateInks), std::end(kStateInks),
                             [](const StateInk& a, const StateInk& b) { return a.state < b.state; }));

}  // namespace

bool IsTerminal(int fd) {
  return isatty(fd) == 1;
}

std::optional<size_t> TerminalWidth(int fd, const Environment& environment) {
  if (!IsTerminal(fd)) return std::nullopt;
  winsize size = {};
  if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const std::string_view columns = ValueOf(environment, "COLUMNS");
  size_t width = 0;
  const auto [end, error] = std::from_chars(columns.data(), columns.data() + columns.size(), width);
  const bool is_number = error == std::errc() && end == columns.data() + columns.size();
  return is_number && width > 0 ? width : kUsualWidth;
}

ColourMode ColourModeFor(bool is_terminal, const Environment& environment) {
  if (!ValueOf(environment, "NO_COLOR").empty()) return ColourMode::kOff;
  const std::string_view forced = ValueOf(environment, "CLICOLOR_FORCE");
  if (!forced.empty() && forced != "0") return ColourMode::kOn;
  const std::string_view term = ValueOf(environment, "TERM");
  return is_terminal && !term.empty() && term != "dumb" ? ColourMode::kOn : ColourMode::kOff;
}

std::string Paint(std::string_view text, Ink ink, ColourMode mode) {
  if (mode == ColourMode::kOff || ink == Ink::kPlain || text.empty()) return std::string(text);
  std::string out(Sequence(ink));
  out += text;
  out += "\x1b[0m";
  return out;
}

Ink InkOfState(std::string_view state) {
  const auto* found = std::lower_bound(std::begin(kStateInks), std::end(kStateInks), state,
                                       [](const StateInk& entry, std::string_view name) { return entry.state < name; });
  return found != std::end(kStateInks) && found->state == state ? found->ink : Ink::kPlain;
}

}  // namespace annals
