// Times as people type them: absolute, or counted back from now; and spans of time.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "schemas/timestamp.h"

namespace annals {

class TimeExpression {
 public:
  // Reads ISO 8601 (schemas/timestamp.h), "now", "yesterday" (24 hours ago), or a time ago: "-2h", "-1d12h", "-90s", in
  // units of w, d, h, m and s, each at most once and the largest first. kInvalidArgument otherwise.
  static absl::StatusOr<TimeExpression> Parse(std::string_view text);

  Timestamp At(Timestamp now) const { return Timestamp{micros_ + (is_relative_ ? now.micros : 0)}; }

 private:
  TimeExpression(int64_t micros, bool is_relative) : micros_(micros), is_relative_(is_relative) {}

  int64_t micros_;
  bool is_relative_;
};

// Reads "90s", "2h" or "1d12h", in units as above. kInvalidArgument otherwise.
absl::StatusOr<std::chrono::seconds> ParseSpan(std::string_view text);
// A text that ParseSpan() reads as this span, which is not negative: "0s", "1d12h".
std::string FormatSpan(std::chrono::seconds span);

}  // namespace annals
