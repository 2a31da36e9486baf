#include "cli/time_axis.h"

#include <gtest/gtest.h>

#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace annals {
namespace {

struct AxisCase {
  const char* name;
  const char* first;
  const char* last;
  const char* labels;
};
class TimeAxisTest : public testing::TestWithParam<AxisCase> {};

TEST_P(TimeAxisTest, HasRoundTimes) {
  std::vector<std::string> labels;
  for (const TimeTick& tick : TimeTicks(*ParseTimestamp(GetParam().first), *ParseTimestamp(GetParam().last), 5)) {
    labels.push_back(tick.label);
  }
  EXPECT_EQ(fmt::format("{}", fmt::join(labels, " ")), GetParam().labels);
}

INSTANTIATE_TEST_SUITE_P(
    TimeAxis, TimeAxisTest,
    testing::Values(
        AxisCase{"OfMicroseconds", "2026-01-01T12:00:00.000001Z", "2026-01-01T12:00:00.000004Z",
                 "12:00:00.000001 12:00:00.000002 12:00:00.000003 12:00:00.000004"},
        AxisCase{"OfTenthsOfASecond", "2026-01-01T12:00:00.05Z", "2026-01-01T12:00:02Z",
                 "12:00:00.5 12:00:01.0 12:00:01.5 12:00:02.0"},
        AxisCase{"OfSeconds", "2026-01-01T12:00:00.5Z", "2026-01-01T12:00:04Z", "12:00:01 12:00:02 12:00:03 12:00:04"},
        AxisCase{"OfQuartersOfAMinute", "2026-01-01T12:00:01Z", "2026-01-01T12:01:01Z",
                 "12:00:15 12:00:30 12:00:45 12:01:00"},
        AxisCase{"OfMinutes", "2026-01-01T12:01:00Z", "2026-01-01T12:21:00Z", "12:05 12:10 12:15 12:20"},
        AxisCase{"OverMidnight", "2026-01-01T22:30:00Z", "2026-01-02T02:00:00Z",
                 "01-01 23:00 01-02 00:00 01-02 01:00 01-02 02:00"},
        AxisCase{"OfDays", "2026-01-01T01:00:00Z", "2026-01-04T00:00:00Z", "2026-01-02 2026-01-03 2026-01-04"},
        AxisCase{"BeforeTheEpoch", "1969-12-31T23:59:58.5Z", "1970-01-01T00:00:01Z",
                 "12-31 23:59:59 01-01 00:00:00 01-01 00:00:01"},
        AxisCase{"OfNoTime", "2026-01-01T12:00:00Z", "2026-01-01T12:00:00Z", ""}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(TimeAxis, HasNeverMoreTicksThanAskedFor) {
  const Timestamp first = *ParseTimestamp("0001-01-01");
  for (int64_t span = 1; span > 0 && span < 300'000'000'000'000'000; span = span * 3 + 1) {
    const auto ticks = TimeTicks(first, Timestamp{first.micros + span}, 8);
    EXPECT_LE(ticks.size(), 8u) << span;
    EXPECT_GE(ticks.size(), 1u) << span;
  }
}

}  // namespace
}  // namespace annals
