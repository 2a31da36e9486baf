#include "cli/duration.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace annals {
namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kMinute = 60 * kSecond;
constexpr int64_t kHour = 60 * kMinute;
constexpr int64_t kDay = 24 * kHour;

struct MicrosCase {
  const char* name;
  int64_t micros;
  std::string_view text;
};

std::string NameOf(const testing::TestParamInfo<MicrosCase>& info) {
  return info.param.name;
}

constexpr MicrosCase kDurations[] = {
    {"Zero", 0, "0 µs"},
    {"Micros", 850, "850 µs"},
    {"Millis", 250'999, "250 ms"},
    {"OneSecond", kSecond, "1.000 s"},
    {"Seconds", 1'234'567, "1.234 s"},
    {"AlmostAMinuteIsNotRoundedUp", kMinute - 1, "59.999 s"},
    {"Minutes", 3 * kMinute + 12 * kSecond, "3 m 12 s"},
    {"MinuteWithPaddedSeconds", kMinute + 2 * kSecond, "1 m 02 s"},
    {"Hours", 2 * kHour + 5 * kMinute, "2 h 05 m"},
    {"AlmostADay", kDay - 1, "23 h 59 m"},
    {"Days", 4 * kDay + 3 * kHour, "4 d 3 h"},
    {"Negative", -kSecond, "-1.000 s"},
    {"LeastNumber", std::numeric_limits<int64_t>::min(), "-106751991 d 4 h"},
};

class DurationTest : public testing::TestWithParam<MicrosCase> {};

TEST_P(DurationTest, ReadsAsAPersonSaysIt) {
  EXPECT_EQ(FormatDuration(std::chrono::microseconds(GetParam().micros)), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(Duration, DurationTest, testing::ValuesIn(kDurations), NameOf);

constexpr MicrosCase kAges[] = {
    {"Now", kSecond - 1, "now"},         {"AlmostNowAhead", -kSecond + 1, "now"}, {"Seconds", 12 * kSecond, "12 s ago"},
    {"Minutes", 3 * kMinute, "3 m ago"}, {"Hours", 2 * kHour, "2 h ago"},         {"Days", 400 * kDay, "400 d ago"},
    {"Ahead", -3 * kMinute, "in 3 m"},
};

class AgeTest : public testing::TestWithParam<MicrosCase> {};

TEST_P(AgeTest, IsOneUnit) {
  EXPECT_EQ(FormatAge(std::chrono::microseconds(GetParam().micros)), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(Duration, AgeTest, testing::ValuesIn(kAges), NameOf);

struct BytesCase {
  const char* name;
  uint64_t bytes;
  std::string_view text;
};

constexpr BytesCase kBytes[] = {
    {"None", 0, "0 B"},
    {"Bytes", 1023, "1023 B"},
    {"OneKibibyte", 1024, "1.0 KiB"},
    {"Half", 1536, "1.5 KiB"},
    {"AlmostAMebibyteIsNotRoundedUp", 1024 * 1024 - 1, "1023.9 KiB"},
    {"Mebibytes", 1572864, "1.5 MiB"},
    {"Gibibytes", uint64_t{5} << 30, "5.0 GiB"},
    {"Most", std::numeric_limits<uint64_t>::max(), "15.9 EiB"},
};

class BytesTest : public testing::TestWithParam<BytesCase> {};

TEST_P(BytesTest, HasOneDecimal) {
  EXPECT_EQ(FormatBytes(GetParam().bytes), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(Duration, BytesTest, testing::ValuesIn(kBytes),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace annals
