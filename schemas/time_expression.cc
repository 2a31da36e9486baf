#include "schemas/time_expression.h"

#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "schemas/message_text.h"
#include "schemas/status.h"

namespace annals {
namespace {

struct Unit {
  char name;
  int64_t seconds;
};
constexpr Unit kUnits[] = {{'w', 604'800}, {'d', 86'400}, {'h', 3'600}, {'m', 60}, {'s', 1}};
constexpr int64_t kMicrosPerSecond = 1'000'000;
// Further back than that there is no year to write: formatted times begin with the year 0000.
constexpr int64_t kLongestSeconds = int64_t{2000} * 366 * 86'400;

// Seconds of "1d12h"; nullopt unless it is that.
std::optional<int64_t> SecondsOf(std::string_view text) {
  int64_t seconds = 0;
  const Unit* next = std::begin(kUnits);
  while (!text.empty()) {
    int64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc() || end == text.data() + text.size() || count < 0) return std::nullopt;
    while (next != std::end(kUnits) && next->name != *end) ++next;
    if (next == std::end(kUnits) || count > kLongestSeconds / next->seconds) return std::nullopt;
    seconds += count * next->seconds;
    ++next;
    text.remove_prefix(static_cast<size_t>(end - text.data()) + 1);
  }
  return seconds <= kLongestSeconds ? std::optional(seconds) : std::nullopt;
}

}  // namespace

absl::StatusOr<TimeExpression> TimeExpression::Parse(std::string_view text) {
  if (text == "now") return TimeExpression(0, /*is_relative=*/true);
  if (text == "yesterday") return TimeExpression(-86'400 * kMicrosPerSecond, /*is_relative=*/true);
  if (text.size() > 1 && text.front() == '-') {
    if (const std::optional<int64_t> seconds = SecondsOf(text.substr(1))) {
      return TimeExpression(-*seconds * kMicrosPerSecond, /*is_relative=*/true);
    }
    return absl::InvalidArgumentError(
        fmt::format("{} is no time ago; write it like -90s, -2h or -1d12h", Quoted(text)));
  }
  ASSIGN_OR_RETURN(const Timestamp time, ParseTimestamp(text));
  return TimeExpression(time.micros, /*is_relative=*/false);
}

absl::StatusOr<std::chrono::seconds> ParseSpan(std::string_view text) {
  const std::optional<int64_t> seconds = text.empty() ? std::nullopt : SecondsOf(text);
  if (seconds) return std::chrono::seconds(*seconds);
  return absl::InvalidArgumentError(fmt::format("{} is no span of time; write it like 90s, 2h or 1d12h", Quoted(text)));
}

std::string FormatSpan(std::chrono::seconds span) {
  std::string text;
  int64_t rest = span.count();
  for (const Unit& unit : kUnits) {
    if (unit.name == 'w') continue;  // people count longer spans in days
    if (rest >= unit.seconds) text += fmt::format("{}{}", rest / unit.seconds, unit.name);
    rest %= unit.seconds;
  }
  return text.empty() ? "0s" : text;
}

}  // namespace annals
