// Times as people type them: absolute, or counted back from now.
#pragma once

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

}  // namespace annals
