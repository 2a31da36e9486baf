#include "eventstore/types.h"

#include <ostream>
#include <string>

#include <gtest/gtest.h>

namespace annals {
namespace {

TEST(Hex, IsLowerCaseAndTwoDigitsAByte) {
  EXPECT_EQ(HexOf(std::string_view()), "");
  EXPECT_EQ(HexOf(std::string_view("\x00\x0f\x7f\x80\xff", 5)), "000f7f80ff");
  EXPECT_EQ(HexOf(Hash{0xde, 0xad}), "dead" + std::string(60, '0'));
}

TEST(Hex, GivesEveryByteBack) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  EXPECT_EQ(BytesOfHex(HexOf(bytes)), bytes);
}

TEST(Hex, IsReadInEitherCase) {
  EXPECT_EQ(BytesOfHex("aAbBcCdDeEfF09"), "\xaa\xbb\xcc\xdd\xee\xff\x09");
  EXPECT_EQ(BytesOfHex(""), "");
}

struct BadHexCase {
  const char* name;
  std::string_view hex;
};
void PrintTo(const BadHexCase& test, std::ostream* out) {
  *out << test.name;
}
class BadHexTest : public testing::TestWithParam<BadHexCase> {};

TEST_P(BadHexTest, IsRefused) {
  EXPECT_EQ(BytesOfHex(GetParam().hex), std::nullopt);
}

// The characters right beside the three ranges of digits are the ones a wrong bound lets in.
constexpr BadHexCase kBadHex[] = {
    {"OddLength", "abc"},       {"Space", "a "},        {"Prefix", "0x12"},     {"BeforeZero", "0/"},
    {"BehindNine", "0:"},       {"BeforeUpperA", "0@"}, {"BehindUpperF", "0G"}, {"BeforeLowerA", "0`"},
    {"BehindLowerF", "g0"},     {"Utf8", "\xc3\xa9"},   {"Nul", {"0\0", 2}},    {"BadHighDigit", "/0"},
    {"BadPairAtEnd", "00112z"},
};
INSTANTIATE_TEST_SUITE_P(Hex, BadHexTest, testing::ValuesIn(kBadHex),
                         [](const auto& test) { return std::string(test.param.name); });

struct StreamCase {
  const char* name;
  std::string stream;
  std::optional<std::string_view> run;
};
void PrintTo(const StreamCase& test, std::ostream* out) {
  *out << test.name;
}
class RunOfStreamTest : public testing::TestWithParam<StreamCase> {};

TEST_P(RunOfStreamTest, FindsTheRunOrNone) {
  EXPECT_EQ(RunOfStream(GetParam().stream), GetParam().run);
}

const StreamCase kStreams[] = {
    {"Run", RunStream("r1"), "r1"},
    {"RunWithSlash", RunStream("team/r1"), "team/r1"},
    {"RunNamedLikeAStream", RunStream("run/x"), "run/x"},
    {"RefusedOfRun", RefusedStream(RunStream("r1")), "r1"},
    {"Note", std::string(kNoteStream), std::nullopt},
    {"RefusedOfNote", RefusedStream(kNoteStream), std::nullopt},
    {"Worker", "worker/w1", std::nullopt},
    {"PrefixInTheMiddle", "worker/run/r1", std::nullopt},
    {"RefusedInsideARun", "run/refused/r1", "refused/r1"},
    {"BareWord", "run", std::nullopt},
    {"UpperCase", "RUN/r1", std::nullopt},
    {"Empty", "", std::nullopt},
};
INSTANTIATE_TEST_SUITE_P(Streams, RunOfStreamTest, testing::ValuesIn(kStreams),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(Streams, AreNamedAsTheDesignSays) {
  EXPECT_EQ(RunStream("r1"), "run/r1");
  EXPECT_EQ(RefusedStream("worker/w1"), "refused/worker/w1");
}

TEST(PositionsAndVersions, AreOrderedAndStartBeforeTheFirst) {
  EXPECT_EQ(Position{}, Position{0});
  EXPECT_EQ(StreamVersion{}, StreamVersion{0});
  EXPECT_LT(Position{9}, Position{10});
  EXPECT_LT(StreamVersion{9}, StreamVersion{10});
}

template <class A, class B>
concept ComparableWith = requires(A a, B b) {
  a == b;
};
static_assert(!ComparableWith<Position, StreamVersion>, "a position must not be taken for a version");
static_assert(!ComparableWith<Position, uint64_t>, "a number must say what it counts");

}  // namespace
}  // namespace annals
