#include "schemas/timestamp.h"

#include <chrono>

#include <fmt/format.h>

namespace annals {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr int64_t kSecondsPerDay = 86'400;

// The seconds that can be written: from the beginning of the year 0000 to the end of 9999.
constexpr int64_t SecondsAt(int year) {
  const std::chrono::sys_days first = std::chrono::year(year) / std::chrono::January / 1;
  return first.time_since_epoch().count() * kSecondsPerDay;
}
constexpr int64_t kFirstSecond = SecondsAt(0);
constexpr int64_t kEndSecond = SecondsAt(10'000);

// Writes `value` as so many decimal digits.
template <int kDigits>
void PutDigits(unsigned value, char* out) {
  for (int i = kDigits - 1; i >= 0; --i) {
    out[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

// Takes digits off the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}
  bool AtEnd() const { return rest_.empty(); }
  bool Take(char c) {
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::optional<int> Digits(size_t count) {
    if (rest_.size() < count) return std::nullopt;
    int value = 0;
    for (size_t i = 0; i < count; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return std::nullopt;
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }
  // One to any number of digits after the decimal point, as microseconds.
  std::optional<int64_t> Fraction() {
    int64_t micros = 0;
    int64_t unit = kMicrosPerSecond / 10;
    size_t count = 0;
    while (count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9') {
      micros += (rest_[count] - '0') * unit;
      unit /= 10;
      ++count;
    }
    if (count == 0) return std::nullopt;
    rest_.remove_prefix(count);
    return micros;
  }

 private:
  std::string_view rest_;
};

// Seconds east of UTC: 'Z', "±hh", "±hhmm", "±hh:mm" or nothing.
std::optional<int64_t> ParseOffset(Scanner& in) {
  if (in.AtEnd() || in.Take('Z') || in.Take('z')) return 0;
  int64_t sign = 1;
  if (in.Take('-')) {
    sign = -1;
  } else if (!in.Take('+')) {
    return std::nullopt;
  }
  const std::optional<int> hours = in.Digits(2);
  if (!hours || *hours > 23) return std::nullopt;
  int minutes = 0;
  if (!in.AtEnd()) {
    in.Take(':');
    const std::optional<int> given = in.Digits(2);
    if (!given || *given > 59) return std::nullopt;
    minutes = *given;
  }
  return sign * (*hours * 3600 + minutes * 60);
}

std::optional<Timestamp> Parse(std::string_view text) {
  Scanner in(text);
  const auto year = in.Digits(4);
  if (!year || !in.Take('-')) return std::nullopt;
  const auto month = in.Digits(2);
  if (!month || !in.Take('-')) return std::nullopt;
  const auto day = in.Digits(2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  int64_t seconds = std::chrono::sys_days(date).time_since_epoch().count() * kSecondsPerDay;
  int64_t micros = 0;
  if (!in.AtEnd()) {
    if (!in.Take('T') && !in.Take('t') && !in.Take(' ')) return std::nullopt;
    const auto hour = in.Digits(2);
    if (!hour || *hour > 23 || !in.Take(':')) return std::nullopt;
    const auto minute = in.Digits(2);
    if (!minute || *minute > 59) return std::nullopt;
    int second = 0;
    if (in.Take(':')) {
      const auto given = in.Digits(2);
      if (!given || *given > 59) return std::nullopt;
      second = *given;
      if (in.Take('.')) {
        const auto fraction = in.Fraction();
        if (!fraction) return std::nullopt;
        micros = *fraction;
      }
    }
    const auto offset = ParseOffset(in);
    if (!offset || !in.AtEnd()) return std::nullopt;
    seconds += *hour * 3600 + *minute * 60 + second - *offset;
  }
  if (seconds < kFirstSecond || seconds >= kEndSecond) return std::nullopt;  // an offset leads out of the calendar
  return Timestamp{seconds * kMicrosPerSecond + micros};
}

}  // namespace

void FormatTimestamp(Timestamp time, char out[kTimestampBytes]) {
  int64_t seconds = time.micros / kMicrosPerSecond;
  int64_t micros = time.micros % kMicrosPerSecond;
  if (micros < 0) {
    micros += kMicrosPerSecond;
    --seconds;
  }
  int64_t days = seconds / kSecondsPerDay;
  int64_t rest = seconds % kSecondsPerDay;
  if (rest < 0) {
    rest += kSecondsPerDay;
    --days;
  }
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
  const auto of_day = static_cast<unsigned>(rest);
  PutDigits<4>(static_cast<unsigned>(static_cast<int>(date.year())), out);
  out[4] = '-';
  PutDigits<2>(static_cast<unsigned>(date.month()), out + 5);
  out[7] = '-';
  PutDigits<2>(static_cast<unsigned>(date.day()), out + 8);
  out[10] = 'T';
  PutDigits<2>(of_day / 3600, out + 11);
  out[13] = ':';
  PutDigits<2>(of_day / 60 % 60, out + 14);
  out[16] = ':';
  PutDigits<2>(of_day % 60, out + 17);
  out[19] = '.';
  PutDigits<6>(static_cast<unsigned>(micros), out + 20);
  out[26] = 'Z';
}

std::string FormatTimestamp(Timestamp time) {
  std::string text(kTimestampBytes, '\0');
  FormatTimestamp(time, text.data());
  return text;
}

// Not by Parse(), which takes three times the instructions: a check of a log reads nearly one for each event.
std::optional<Timestamp> ReadTimestamp(std::string_view text) {
  if (text.size() != kTimestampBytes) return std::nullopt;
  bool fits = text[4] == '-' && text[7] == '-' && text[10] == 'T' && text[13] == ':' && text[16] == ':' &&
              text[19] == '.' && text[26] == 'Z';
  const auto two = [&](size_t at) {
    const unsigned tens = static_cast<unsigned char>(text[at]) - unsigned{'0'};
    const unsigned ones = static_cast<unsigned char>(text[at + 1]) - unsigned{'0'};
    fits = fits && tens <= 9 && ones <= 9;
    return tens * 10 + ones;
  };
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(two(0) * 100 + two(2))),
                                         std::chrono::month(two(5)), std::chrono::day(two(8))};
  const unsigned hour = two(11), minute = two(14), second = two(17);
  const int64_t micros = two(20) * 10'000 + two(22) * 100 + two(24);
  if (!fits || !date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const int64_t seconds = days * kSecondsPerDay + hour * 3600 + minute * 60 + second;
  return Timestamp{seconds * kMicrosPerSecond + micros};
}

absl::StatusOr<Timestamp> ParseTimestamp(std::string_view text) {
  if (const std::optional<Timestamp> time = Parse(text)) return *time;
  return absl::InvalidArgumentError(fmt::format(
      "read the time \"{}\": not ISO 8601; write it like 2026-11-20T21:16:25Z or 2026-11-20T22:16:25+01:00", text));
}

}  // namespace annals
