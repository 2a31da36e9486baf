#include "cli/time_axis.h"

#include <cstdint>
#include <string_view>

namespace annals {
namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kMinute = 60 * kSecond;
constexpr int64_t kHour = 60 * kMinute;
constexpr int64_t kDay = 24 * kHour;

// What people count in. Below a second and above a month it goes on in powers of ten.
constexpr int64_t kSteps[] = {kSecond,  2 * kSecond, 5 * kSecond, 10 * kSecond, 15 * kSecond, 30 * kSecond,
                              kMinute,  2 * kMinute, 5 * kMinute, 10 * kMinute, 15 * kMinute, 30 * kMinute,
                              kHour,    2 * kHour,   3 * kHour,   6 * kHour,    12 * kHour,   kDay,
                              2 * kDay, 7 * kDay,    14 * kDay,   30 * kDay,    100 * kDay};

int64_t FloorTo(int64_t value, int64_t step) {
  const int64_t rest = value % step;
  return value - (rest < 0 ? rest + step : rest);
}

bool Fits(int64_t span, int64_t step, size_t most) {
  return span / step < static_cast<int64_t>(most);
}

int64_t StepFor(int64_t span, size_t most) {
  for (int64_t step = 1; step < kSecond; step *= 10) {
    for (const int64_t factor : {1, 2, 5}) {
      if (Fits(span, step * factor, most)) return step * factor;
    }
  }
  for (const int64_t step : kSteps) {
    if (Fits(span, step, most)) return step;
  }
  int64_t step = 1000 * kDay;
  while (!Fits(span, step, most)) step *= 10;
  return step;
}

std::string Label(Timestamp at, int64_t step, bool within_a_day) {
  const std::string text = FormatTimestamp(at);  // "2026-11-20T21:16:25.123456Z"
  if (step >= kDay) return text.substr(0, 10);
  size_t clock = std::string_view("21:16").size();
  if (step < kMinute) clock = std::string_view("21:16:25").size();
  if (step < kSecond) ++clock;  // the point
  for (int64_t unit = kSecond; step < kSecond && step % unit != 0; unit /= 10) ++clock;
  return (within_a_day ? "" : text.substr(5, 5) + " ") + text.substr(11, clock);
}

}  // namespace

std::vector<TimeTick> TimeTicks(Timestamp first, Timestamp last, size_t most) {
  std::vector<TimeTick> ticks;
  if (last <= first || most == 0) return ticks;
  const int64_t step = StepFor(last.micros - first.micros, most);
  const bool within_a_day = FloorTo(first.micros, kDay) == FloorTo(last.micros, kDay);
  int64_t at = FloorTo(first.micros, step);
  if (at < first.micros) at += step;
  for (; at <= last.micros && ticks.size() < most; at += step) {
    ticks.push_back({Timestamp{at}, Label(Timestamp{at}, step, within_a_day)});
  }
  return ticks;
}

}  // namespace annals
