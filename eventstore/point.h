// A point in the log as people name it: a position, or a time.
#pragma once

#include <string_view>
#include <variant>

#include <absl/status/statusor.h>

#include "eventstore/storage.h"
#include "schemas/time_expression.h"

namespace annals {

using Point = std::variant<Position, TimeExpression>;

// A bare number is a position, all else a time. kInvalidArgument: it is neither.
absl::StatusOr<Point> ParsePoint(std::string_view text);

// The first position whose event was recorded at `time` or later; one past the end where there is none.
absl::StatusOr<Position> FirstPositionFrom(Snapshot& snapshot, Timestamp time);

// The last position at `point`: of a time the last event recorded then or before, 0 before the first one.
//   kNotFound  a position behind the end of the log
absl::StatusOr<Position> ResolvePoint(Snapshot& snapshot, const Point& point, Timestamp now);

}  // namespace annals
