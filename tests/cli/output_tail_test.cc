#include "cli/output_tail.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "cli/utf8.h"

namespace annals {
namespace {

TEST(OutputTail, KeepsAllThatFits) {
  OutputTail tail(8);
  tail.Append("abc");
  tail.Append("defgh");
  const OutputText text = tail.Text();
  EXPECT_EQ(text.text, "abcdefgh");
  EXPECT_EQ(text.total_bytes, 8u);
  EXPECT_FALSE(text.truncated);
}

TEST(OutputTail, KeepsTheLastBytesHoweverTheyCame) {
  std::string all;
  for (int i = 0; i < 500; ++i) all += std::to_string(i) + ",";
  for (size_t piece = 1; piece < 300; ++piece) {
    OutputTail tail(100);
    for (size_t at = 0; at < all.size(); at += piece) tail.Append(std::string_view(all).substr(at, piece));
    const OutputText text = tail.Text();
    ASSERT_EQ(text.text, all.substr(all.size() - 100)) << "pieces of " << piece;
    ASSERT_EQ(text.total_bytes, all.size());
    ASSERT_TRUE(text.truncated);
  }
}

TEST(OutputTail, BeginsWithAWholeCharacter) {
  OutputTail tail(4);
  tail.Append("€€");  // six bytes: the limit falls into the first character
  EXPECT_EQ(tail.Text().text, "€");
}

TEST(OutputTail, JoinsACharacterThatCameInPieces) {
  OutputTail tail(16);
  tail.Append("\xE2\x82");
  tail.Append("\xAC");
  EXPECT_EQ(tail.Text().text, "€");
}

TEST(OutputTail, StaysWithinItsLimitWhenBytesAreReplaced) {
  OutputTail tail(10);
  tail.Append(std::string(10, '\0'));
  const OutputText text = tail.Text();
  EXPECT_EQ(text.text, "\uFFFD\uFFFD\uFFFD");
  EXPECT_TRUE(text.truncated);
  EXPECT_EQ(text.total_bytes, 10u);
}

TEST(OutputTail, IsValidForEveryCutOfMixedText) {
  const std::string mixed = "a\xFF€é\x80😀\xE2\x82z";
  for (size_t limit = 1; limit <= 2 * mixed.size(); ++limit) {
    OutputTail tail(limit);
    tail.Append(mixed);
    const std::string text = tail.Text().text;
    ASSERT_EQ(ValidUtf8(text), text) << limit;
    ASSERT_LE(text.size(), limit);
  }
}

TEST(OutputTail, IsEmptyWithoutOutput) {
  const OutputText text = OutputTail(8).Text();
  EXPECT_EQ(text.text, "");
  EXPECT_FALSE(text.truncated);
}

}  // namespace
}  // namespace annals
