// Points in time: microseconds since 1970-01-01 UTC, and their one text form.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

namespace annals {

struct Timestamp {
  int64_t micros = 0;
  auto operator<=>(const Timestamp&) const = default;
};

// "2026-11-20T21:16:25.123456Z": always 27 bytes for the years 0000 to 9999, so that text order is time order.
inline constexpr size_t kTimestampBytes = 27;
void FormatTimestamp(Timestamp time, char out[kTimestampBytes]);
std::string FormatTimestamp(Timestamp time);

// Reads ISO 8601: "YYYY-MM-DD", or "YYYY-MM-DD[T ]hh:mm[:ss[.f…]]" and then 'Z', "±hh:mm", "±hhmm" or "±hh"; without an
// offset UTC. Digits past microseconds are cut off. kInvalidArgument otherwise, and past the years 0000 to 9999 in UTC.
absl::StatusOr<Timestamp> ParseTimestamp(std::string_view text);

// Reads the text that FormatTimestamp() makes, and nothing else.
std::optional<Timestamp> ReadTimestamp(std::string_view text);

}  // namespace annals
