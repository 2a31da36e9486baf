#include "schemas/time_expression.h"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "schemas/status.h"

namespace annals {
namespace {

constexpr Timestamp kNow = {1'795'214'185'123'456};  // 2026-11-20T22:36:25.123456Z

struct ExpressionCase {
  const char* name;
  std::string_view text;
  std::string_view utc;  // "": refused
};

constexpr ExpressionCase kExpressions[] = {
    {"Absolute", "2026-11-20T21:16:25+01:00", "2026-11-20T20:16:25.000000Z"},
    {"Date", "2026-11-20", "2026-11-20T00:00:00.000000Z"},
    {"Now", "now", "2026-11-20T22:36:25.123456Z"},
    {"Yesterday", "yesterday", "2026-11-19T22:36:25.123456Z"},
    {"Seconds", "-90s", "2026-11-20T22:34:55.123456Z"},
    {"Minutes", "-5m", "2026-11-20T22:31:25.123456Z"},
    {"Hours", "-2h", "2026-11-20T20:36:25.123456Z"},
    {"Days", "-3d", "2026-11-17T22:36:25.123456Z"},
    {"Weeks", "-2w", "2026-11-06T22:36:25.123456Z"},
    {"SeveralUnits", "-1d12h30m", "2026-11-19T10:06:25.123456Z"},
    {"Zero", "-0s", "2026-11-20T22:36:25.123456Z"},
    {"NoUnit", "-2", ""},
    {"NoNumber", "-h", ""},
    {"OnlyAMinus", "-", ""},
    {"UnknownUnit", "-2y", ""},
    {"UnitTwice", "-1h2h", ""},
    {"SmallUnitFirst", "-1m2h", ""},
    {"TwoMinuses", "--2h", ""},
    {"Ahead", "+2h", ""},
    {"Fraction", "-1.5h", ""},
    {"LongerThanThereAreYears", "-999999999w", ""},
    {"Overflow", "-99999999999999999999s", ""},
    {"Empty", "", ""},
    {"AnotherWord", "tomorrow", ""},
};

class TimeExpressionTest : public testing::TestWithParam<ExpressionCase> {};

TEST_P(TimeExpressionTest, GivesATimeOrRefuses) {
  const absl::StatusOr<TimeExpression> expression = TimeExpression::Parse(GetParam().text);
  if (GetParam().utc.empty()) {
    EXPECT_EQ(expression.status().code(), absl::StatusCode::kInvalidArgument);
  } else {
    ASSERT_TRUE(expression.ok()) << expression.status();
    EXPECT_EQ(FormatTimestamp(expression->At(kNow)), GetParam().utc);
  }
}

INSTANTIATE_TEST_SUITE_P(Texts, TimeExpressionTest, testing::ValuesIn(kExpressions),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(TimeExpression, IsReadOnceAndAskedAtAnyTime) {
  const absl::StatusOr<TimeExpression> expression = TimeExpression::Parse("-1s");
  ASSERT_TRUE(expression.ok());
  EXPECT_EQ(expression->At(Timestamp{5'000'000}), Timestamp{4'000'000});
  EXPECT_EQ(expression->At(Timestamp{9'000'000}), Timestamp{8'000'000});
}

TEST(TimeExpression, SaysHowATimeAgoIsWritten) {
  EXPECT_EQ(MessageOf(TimeExpression::Parse("-2y").status()),
            "\"-2y\" is no time ago; write it like -90s, -2h or -1d12h");
}

struct SpanCase {
  const char* name;
  std::string_view text;
  int64_t seconds;  // -1: refused
  std::string_view formatted;
};

class SpanTest : public testing::TestWithParam<SpanCase> {};

TEST_P(SpanTest, IsReadAndWrittenOrRefused) {
  const absl::StatusOr<std::chrono::seconds> span = ParseSpan(GetParam().text);
  if (GetParam().seconds < 0) {
    EXPECT_EQ(span.status().code(), absl::StatusCode::kInvalidArgument);
  } else {
    ASSERT_TRUE(span.ok()) << span.status();
    EXPECT_EQ(span->count(), GetParam().seconds);
    EXPECT_EQ(FormatSpan(*span), GetParam().formatted);
  }
}

INSTANTIATE_TEST_SUITE_P(Texts, SpanTest,
                         testing::Values(SpanCase{"Zero", "0s", 0, "0s"}, SpanCase{"Seconds", "90s", 90, "1m30s"},
                                         SpanCase{"Hours", "4h", 14'400, "4h"},
                                         SpanCase{"SeveralUnits", "1d12h", 129'600, "1d12h"},
                                         SpanCase{"Weeks", "2w", 1'209'600, "14d"}, SpanCase{"Negative", "-1h", -1, ""},
                                         SpanCase{"NoUnit", "30", -1, ""}, SpanCase{"Empty", "", -1, ""},
                                         SpanCase{"Overflow", "9999999999999999999d", -1, ""}),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace annals
