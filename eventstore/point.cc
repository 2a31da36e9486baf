#include "eventstore/point.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "schemas/message_text.h"
#include "schemas/status.h"

namespace annals {

absl::StatusOr<Point> ParsePoint(std::string_view text) {
  const bool digits = !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  if (digits) {
    Position position;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), position.value);
    if (error == std::errc() && position.value <= INT64_MAX) return position;
    return absl::InvalidArgumentError(fmt::format("{} is too large for a position", Quoted(text)));
  }
  const absl::StatusOr<TimeExpression> time = TimeExpression::Parse(text);
  if (time.ok()) return *time;
  return absl::InvalidArgumentError(
      fmt::format("{}; a point is a position such as 41, or a time such as 2026-11-20T21:16, -2h or yesterday",
                  MessageOf(time.status())));
}

absl::StatusOr<Position> FirstPositionFrom(Snapshot& snapshot, Timestamp time) {
  // Times never go back, so halving finds it. Positions may be missing: a part of a log is searched like a whole one.
  uint64_t low = 1, high = snapshot.head().position.value + 1;
  while (low < high) {
    const uint64_t middle = low + (high - low) / 2;
    ASSIGN_OR_RETURN(const auto cursor, snapshot.ReadLog({.first = {middle}, .last = {high - 1}}));
    ASSIGN_OR_RETURN(const RecordView* const record, cursor->Next());
    if (record == nullptr || record->recorded_at >= time) {
      high = middle;
    } else {
      low = record->position.value + 1;
    }
  }
  return Position{low};
}

absl::StatusOr<Position> ResolvePoint(Snapshot& snapshot, const Point& point, Timestamp now) {
  if (const auto* const time = std::get_if<TimeExpression>(&point)) {
    ASSIGN_OR_RETURN(const Position past, FirstPositionFrom(snapshot, Timestamp{time->At(now).micros + 1}));
    return Position{past.value - 1};
  }
  const Position position = std::get<Position>(point);
  if (position <= snapshot.head().position) return position;
  return absl::NotFoundError(
      fmt::format("there is no position {} yet: the log ends at {}", position.value, snapshot.head().position.value));
}

}  // namespace annals
