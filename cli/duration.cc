#include "cli/duration.h"

#include <fmt/format.h>

#include <cstddef>
#include <iterator>
#include <string_view>

namespace annals {
namespace {

constexpr uint64_t kMillisecond = 1000;
constexpr uint64_t kSecond = 1000 * kMillisecond;
constexpr uint64_t kMinute = 60 * kSecond;
constexpr uint64_t kHour = 60 * kMinute;
constexpr uint64_t kDay = 24 * kHour;

// Unsigned, because the smallest int64 has no positive counterpart.
uint64_t Magnitude(std::chrono::microseconds duration) {
  const uint64_t count = static_cast<uint64_t>(duration.count());
  return duration.count() < 0 ? 0 - count : count;
}

std::string FormatMagnitude(uint64_t micros) {
  if (micros < kMillisecond) return fmt::format("{} µs", micros);
  if (micros < kSecond) return fmt::format("{} ms", micros / kMillisecond);
  if (micros < kMinute) return fmt::format("{}.{:03} s", micros / kSecond, micros % kSecond / kMillisecond);
  if (micros < kHour) return fmt::format("{} m {:02} s", micros / kMinute, micros % kMinute / kSecond);
  if (micros < kDay) return fmt::format("{} h {:02} m", micros / kHour, micros % kHour / kMinute);
  return fmt::format("{} d {} h", micros / kDay, micros % kDay / kHour);
}

std::string FormatOneUnit(uint64_t micros) {
  if (micros < kMinute) return fmt::format("{} s", micros / kSecond);
  if (micros < kHour) return fmt::format("{} m", micros / kMinute);
  if (micros < kDay) return fmt::format("{} h", micros / kHour);
  return fmt::format("{} d", micros / kDay);
}

}  // namespace

std::string FormatDuration(std::chrono::microseconds duration) {
  const std::string_view sign = duration.count() < 0 ? "-" : "";
  return fmt::format("{}{}", sign, FormatMagnitude(Magnitude(duration)));
}

std::string FormatAge(std::chrono::microseconds age) {
  const uint64_t micros = Magnitude(age);
  if (micros < kSecond) return "now";
  if (age.count() < 0) return fmt::format("in {}", FormatOneUnit(micros));
  return fmt::format("{} ago", FormatOneUnit(micros));
}

std::string FormatBytes(uint64_t bytes) {
  constexpr std::string_view kUnits[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024) return fmt::format("{} B", bytes);
  size_t unit = 0;
  uint64_t scale = 1024;
  while (unit + 1 < std::size(kUnits) && bytes / scale >= 1024) {
    scale *= 1024;
    ++unit;
  }
  return fmt::format("{}.{} {}", bytes / scale, bytes % scale * 10 / scale, kUnits[unit]);  // 2^60 * 10 fits
}

}  // namespace annals
