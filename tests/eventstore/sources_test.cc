#include "eventstore/sources.h"

#include <algorithm>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "eventstore/types.h"

namespace annals {
namespace {

constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

std::string Filled(RandomSource& random, size_t size) {
  std::string bytes(size, '\0');
  random.Fill(bytes.data(), size);
  return bytes;
}

// Gives one byte for ever.
class ConstantRandom final : public RandomSource {
 public:
  explicit ConstantRandom(char byte) : byte_(byte) {}
  void Fill(char* out, size_t size) override { std::fill_n(out, size, byte_); }

 private:
  char byte_;
};

TEST(SimulatedClock, MovesOnByItsStepWithEachReading) {
  SimulatedClock clock(Timestamp{1000}, 7);
  EXPECT_EQ(clock.Now(), Timestamp{1000});
  EXPECT_EQ(clock.Now(), Timestamp{1007});
  clock.Set(Timestamp{-5});
  EXPECT_EQ(clock.Now(), Timestamp{-5});
  EXPECT_EQ(clock.Now(), Timestamp{2});
}

TEST(SimulatedClock, CanStandStill) {
  SimulatedClock clock(Timestamp{42}, 0);
  EXPECT_EQ(clock.Now(), clock.Now());
}

TEST(SystemClock, TellsThisCenturyInMicroseconds) {
  SystemClock clock;
  EXPECT_GT(clock.Now(), *ParseTimestamp("2020-01-01"));
  EXPECT_LT(clock.Now(), *ParseTimestamp("2200-01-01"));
}

TEST(SeededRandom, RepeatsItselfForTheSameSeedOnly) {
  SeededRandom a(7), b(7), c(8);
  const std::string bytes = Filled(a, 1000);
  EXPECT_EQ(Filled(b, 1000), bytes);
  EXPECT_NE(Filled(c, 1000), bytes);
  EXPECT_NE(Filled(a, 1000), bytes) << "it goes on, it does not start over";
}

TEST(SeededRandom, IsTheMersenneTwisterOfTheStandardLowByteFirst) {
  // [rand.predef]: the 10000th value of a default-constructed mt19937_64, whose seed is 5489, is 9981545732273789042.
  SeededRandom random(5489);
  const std::string bytes = Filled(random, 10'000 * 8);
  uint64_t value = 0;
  for (size_t i = 0; i < 8; ++i) value |= uint64_t{static_cast<unsigned char>(bytes[9'999 * 8 + i])} << (8 * i);
  EXPECT_EQ(value, 9981545732273789042u);
}

TEST(SeededRandom, FillsNothingBeyondWhatWasAskedFor) {
  for (size_t size = 0; size <= 20; ++size) {
    SeededRandom random(1);
    std::string bytes(size + 1, '#');
    random.Fill(bytes.data(), size);
    EXPECT_EQ(bytes.back(), '#') << size;
  }
}

TEST(SystemRandom, GivesFreshBytesAcrossItsBlocks) {
  SystemRandom random;
  std::set<std::string> seen;
  for (int i = 0; i < 500; ++i) seen.insert(Filled(random, 24));  // 1024 is no multiple of 24: some straddle two blocks
  EXPECT_EQ(seen.size(), 500u);
  const std::string large = Filled(random, 5000);
  EXPECT_GT(std::set<char>(large.begin(), large.end()).size(), 200u);
}

TEST(Salts, DifferFromOneToTheNextAndRepeatWithTheSeed) {
  SeededRandom a(3), b(3);
  const Salt first = a.NewSalt();
  EXPECT_EQ(first, b.NewSalt());
  EXPECT_NE(first, a.NewSalt());
}

TEST(Ulid, IsTwentySixCharactersOfCrockfordsAlphabet) {
  SeededRandom random(1);
  std::set<char> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string ulid = NewUlid(Timestamp{1'700'000'000'000'000 + i * 1000}, random);
    ASSERT_EQ(ulid.size(), 26u);
    ASSERT_EQ(ulid.find_first_not_of(kCrockford), std::string::npos) << ulid;
    seen.insert(ulid.begin(), ulid.end());
  }
  EXPECT_EQ(seen.size(), kCrockford.size()) << "every character is used";
}

struct UlidCase {
  const char* name;
  int64_t micros;
  char chance;
  std::string_view ulid;
};
void PrintTo(const UlidCase& test, std::ostream* out) {
  *out << test.name;
}
class UlidTest : public testing::TestWithParam<UlidCase> {};

TEST_P(UlidTest, HasItsTimeInFrontAndItsChanceBehind) {
  ConstantRandom random(GetParam().chance);
  EXPECT_EQ(NewUlid(Timestamp{GetParam().micros}, random), GetParam().ulid);
}

constexpr UlidCase kUlids[] = {
    {"Epoch", 0, '\x00', "00000000000000000000000000"},
    {"MicrosecondsAreCutOff", 999, '\x00', "00000000000000000000000000"},
    {"OneMillisecond", 1000, '\x1f', "0000000001ZZZZZZZZZZZZZZZZ"},
    {"OnlyFiveBitsOfAByte", 0, '\xe1', "00000000001111111111111111"},
    {"ExampleOfTheUlidSpecification", 1'469'918'176'385'000, '\x00', "01ARYZ6S410000000000000000"},
    {"LargestTime", 281'474'976'710'655'000, '\xff', "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"},
};
INSTANTIATE_TEST_SUITE_P(Ulid, UlidTest, testing::ValuesIn(kUlids),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(Ulid, SortsByTime) {
  SeededRandom random(2);
  std::vector<std::string> ulids;
  for (int64_t millis = 1; millis < (int64_t{1} << 46); millis += millis / 3 + 1) {
    ulids.push_back(NewUlid(Timestamp{millis * 1000}, random));
  }
  EXPECT_TRUE(std::ranges::is_sorted(ulids));
  EXPECT_GT(ulids.size(), 50u);
}

TEST(Ulid, DiffersWithinOneMillisecondAndRepeatsWithTheSeed) {
  SeededRandom a(4), b(4);
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string ulid = NewUlid(Timestamp{1}, a);
    EXPECT_EQ(ulid, NewUlid(Timestamp{1}, b));
    seen.insert(ulid);
  }
  EXPECT_EQ(seen.size(), 1000u);
}

}  // namespace
}  // namespace annals
