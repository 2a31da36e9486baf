#include "schemas/timestamp.h"

#include <limits>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "schemas/status.h"

namespace annals {
namespace {

struct ParseCase {
  const char* name;
  std::string_view text;
  std::string_view utc;  // "": refused
};

constexpr ParseCase kParsed[] = {
    {"Date", "2026-11-20", "2026-11-20T00:00:00.000000Z"},
    {"Minutes", "2026-11-20T21:16Z", "2026-11-20T21:16:00.000000Z"},
    {"Seconds", "2026-11-20T21:16:25Z", "2026-11-20T21:16:25.000000Z"},
    {"Space", "2026-11-20 21:16:25", "2026-11-20T21:16:25.000000Z"},
    {"LowerCase", "2026-11-20t21:16:25z", "2026-11-20T21:16:25.000000Z"},
    {"Micros", "2026-11-20T21:16:25.123456Z", "2026-11-20T21:16:25.123456Z"},
    {"OneDigit", "2026-11-20T21:16:25.1Z", "2026-11-20T21:16:25.100000Z"},
    {"NanosAreCut", "2026-11-20T21:16:25.123456789Z", "2026-11-20T21:16:25.123456Z"},
    {"OffsetWithColon", "2026-11-20T22:16:25+01:00", "2026-11-20T21:16:25.000000Z"},
    {"OffsetWithout", "2026-11-20T15:46:25-0530", "2026-11-20T21:16:25.000000Z"},
    {"OffsetOfHours", "2026-11-21T00:16:25+03", "2026-11-20T21:16:25.000000Z"},
    {"LeapDay", "2024-02-29", "2024-02-29T00:00:00.000000Z"},
    {"BeforeTheEpoch", "1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
    {"YearZero", "0000-01-01", "0000-01-01T00:00:00.000000Z"},
    {"YearMax", "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"},
    {"FirstByOffset", "0000-01-01T01:00+01:00", "0000-01-01T00:00:00.000000Z"},
    {"LastByOffset", "9999-12-31T22:59:59.999999-01:00", "9999-12-31T23:59:59.999999Z"},
    {"BeforeTheFirst", "0000-01-01T00:59:59.999999+01:00", ""},
    {"PastTheLast", "9999-12-31T23:00-01:00", ""},
    {"Empty", "", ""},
    {"Word", "now", ""},
    {"NoLeapDay", "2023-02-29", ""},
    {"NoCenturyLeapDay", "1900-02-29", ""},
    {"MonthThirteen", "2026-13-01", ""},
    {"DayZero", "2026-01-00", ""},
    {"OneDigitMonth", "2026-1-01", ""},
    {"HourTwentyFour", "2026-11-20T24:00:00Z", ""},
    {"LeapSecond", "2026-12-31T23:59:60Z", ""},
    {"NoDigitsInFraction", "2026-11-20T21:16:25.Z", ""},
    {"HoursOnly", "2026-11-20T21Z", ""},
    {"TrailingText", "2026-11-20T21:16:25Z ", ""},
    {"OffsetOnADate", "2026-11-20Z", ""},
    {"OffsetTooLarge", "2026-11-20T21:16:25+24:00", ""},
    {"OffsetCutShort", "2026-11-20T21:16:25+01:0", ""},
    {"OffsetWithBareColon", "2026-11-20T21:16:25+01:", ""},
};

class ParseTimestampTest : public testing::TestWithParam<ParseCase> {};

TEST_P(ParseTimestampTest, GivesUtcOrRefuses) {
  const absl::StatusOr<Timestamp> time = ParseTimestamp(GetParam().text);
  if (!GetParam().utc.empty()) {
    ASSERT_TRUE(time.ok()) << time.status();
    EXPECT_EQ(FormatTimestamp(*time), GetParam().utc);
    EXPECT_EQ(ReadTimestamp(GetParam().utc), *time);
  } else {
    EXPECT_EQ(time.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_NE(MessageOf(time.status()).find("write it like 2026-11-20T21:16:25Z"), std::string_view::npos);
  }
}

// Of all that can be parsed, one form alone is what is written.
TEST_P(ParseTimestampTest, IsReadBackInTheFormItIsWrittenIn) {
  EXPECT_EQ(ReadTimestamp(GetParam().text).has_value(), !GetParam().utc.empty() && GetParam().text == GetParam().utc);
}

INSTANTIATE_TEST_SUITE_P(Timestamp, ParseTimestampTest, testing::ValuesIn(kParsed),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Timestamp, IsReadFromNothingThatItIsNotWrittenAs) {
  const std::string text = "2024-02-29T19:48:37.123456Z";
  int read = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string altered = text;
      altered[at] = static_cast<char>(byte);
      const std::optional<Timestamp> time = ReadTimestamp(altered);
      if (time) {
        EXPECT_EQ(FormatTimestamp(*time), altered);
      }
      read += time.has_value();
    }
  }
  // By place: the digits with which there is such a leap year, such a month, day, hour, minute and second; any digit of
  // a fraction; what stands between them.
  EXPECT_EQ(read, (10 + 10 + 5 + 3) + (2 + 9) + (3 + 10) + (2 + 10) + (6 + 10) + (6 + 10) + 60 + 7);
  EXPECT_FALSE(ReadTimestamp(text.substr(1)));
  EXPECT_FALSE(ReadTimestamp(text + "Z"));
}

TEST(Timestamp, CountsMicrosecondsFrom1970) {
  EXPECT_EQ(ParseTimestamp("1970-01-01T00:00:00.000001Z")->micros, 1);
  EXPECT_EQ(ParseTimestamp("1969-12-31")->micros, -86'400'000'000);
  EXPECT_EQ(ParseTimestamp("2000-03-01")->micros, 951'868'800'000'000);
}

TEST(Timestamp, ReadsBackWhatItWroteAndTextOrderIsTimeOrder) {
  const int64_t first = ParseTimestamp("0000-01-01")->micros;
  const int64_t last = ParseTimestamp("9999-12-31T23:59:59.999999Z")->micros;
  EXPECT_TRUE(rc::check([&] {
    const Timestamp a{*rc::gen::inRange(first, last)};
    const Timestamp b{*rc::gen::inRange(first, last)};
    RC_ASSERT(FormatTimestamp(a).size() == kTimestampBytes);
    RC_ASSERT(*ParseTimestamp(FormatTimestamp(a)) == a);
    RC_ASSERT(ReadTimestamp(FormatTimestamp(a)) == a);
    RC_ASSERT((a < b) == (FormatTimestamp(a) < FormatTimestamp(b)));
  }));
}

}  // namespace
}  // namespace annals
