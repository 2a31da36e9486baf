// Any bytes as a time, a span and a point in the log: they are read or refused, and what is read is written as a text
// that is read as the same.
#include <cstdint>
#include <string>
#include <variant>

#include "eventstore/point.h"
#include "schemas/check.h"
#include "schemas/time_expression.h"
#include "schemas/timestamp.h"
#include "tests/fuzz/bytes.h"

namespace annals {
namespace {

constexpr Timestamp kNow{1'767'268'800'000'000};
constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr std::string_view kFirst = "0000-01-01T00:00:00.000000Z";

void ReadTime(std::string_view text) {
  const auto time = ParseTimestamp(text);
  CHECK(time.ok() || absl::IsInvalidArgument(time.status()));
  if (!time.ok()) return;
  const std::string written = FormatTimestamp(*time);
  CHECK(written.size() == kTimestampBytes);
  CHECK(ParseTimestamp(written).value() == *time);
  CHECK(ReadTimestamp(written) == *time);
  // An absolute time is the same whenever it is asked for.
  const auto expression = TimeExpression::Parse(text);
  CHECK(expression.ok() && expression->At(kNow) == *time && expression->At({}) == *time);
}

void ReadWrittenTime(std::string_view text) {
  const auto time = ReadTimestamp(text);
  if (time) CHECK(FormatTimestamp(*time) == text && text >= kFirst);
}

void ReadSpan(std::string_view text) {
  const auto span = ParseSpan(text);
  CHECK(span.ok() || absl::IsInvalidArgument(span.status()));
  if (!span.ok()) return;
  CHECK(span->count() >= 0);
  CHECK(ParseSpan(FormatSpan(*span)).value() == *span);
  // What is a span is a time ago, unless it is longer than the calendar.
  const auto ago = TimeExpression::Parse(std::string("-").append(text));
  CHECK(ago.ok() || absl::IsInvalidArgument(ago.status()));
  if (ago.ok()) CHECK(ago->At(kNow).micros == kNow.micros - span->count() * kMicrosPerSecond);
}

void ReadPoint(std::string_view text) {
  const auto point = ParsePoint(text);
  CHECK(point.ok() || absl::IsInvalidArgument(point.status()));
  const auto expression = TimeExpression::Parse(text);
  CHECK(expression.ok() || absl::IsInvalidArgument(expression.status()));
  if (!point.ok()) return;
  if (const auto* const position = std::get_if<Position>(&*point)) {
    CHECK(std::get<Position>(ParsePoint(std::to_string(position->value)).value()) == *position);
  } else {
    CHECK(expression.ok() && expression->At(kNow) == std::get<TimeExpression>(*point).At(kNow));
  }
}

}  // namespace
}  // namespace annals

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = annals::fuzz::TextOf(data, size);
  annals::ReadTime(text);
  annals::ReadWrittenTime(text);
  annals::ReadSpan(text);
  annals::ReadPoint(text);
  return 0;
}
