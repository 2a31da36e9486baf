#include "schemas/message_text.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "schemas/utf8.h"

namespace annals {
namespace {

using namespace std::string_view_literals;

TEST(Quoted, ShowsEveryByteOnOneLine) {
  EXPECT_EQ(Quoted("a\"b\\c\n\x01"sv), R"("a\"b\\c\n\u0001")");
  EXPECT_EQ(Quoted("\0\x1b[31m\x7f\xc2\x85"sv), R"("\u0000\u001b[31m\u007f\u0085")");
  EXPECT_EQ(Quoted("é\xff\xc3"sv), R"("é\xff\xc3")");
  EXPECT_EQ(Quoted(""), "\"\"");
}

TEST(Quoted, CutsLongTextBetweenCharacters) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "é";
  const std::string quoted = Quoted(text);
  EXPECT_LT(quoted.size(), 100u);
  EXPECT_EQ(FirstInvalidUtf8(quoted), std::string::npos);
  EXPECT_TRUE(quoted.ends_with("é…\""));
}

TEST(SuggestName, FindsTheNearestOrListsAll) {
  constexpr std::string_view kNames[] = {"run_id", "status", "metadata"};
  EXPECT_EQ(SuggestName("stauts", kNames), "did you mean \"status\"?");
  EXPECT_EQ(SuggestName("Status", kNames), "did you mean \"status\"?");
  EXPECT_EQ(SuggestName("runid", kNames), "did you mean \"run_id\"?");
  EXPECT_EQ(SuggestName("x", kNames), "known: run_id, status, metadata");
  EXPECT_EQ(SuggestName("", kNames), "known: run_id, status, metadata");
}

TEST(SuggestName, ListsTheFirstOfMany) {
  std::vector<std::string> owned;
  for (int i = 10; i < 60; ++i) owned.push_back("name" + std::to_string(i));
  const std::vector<std::string_view> names(owned.begin(), owned.end());
  const std::string known = SuggestName("x", names);
  EXPECT_TRUE(known.starts_with("known: name10, name11, ")) << known;
  EXPECT_TRUE(known.ends_with(", name49 and 10 more")) << known;
}

TEST(NearestName, CountsSwappedLettersAsOneSlip) {
  constexpr std::string_view kNames[] = {"run", "ready", "status"};
  EXPECT_EQ(NearestName("rnu", kNames), "run");
  EXPECT_EQ(NearestName("reday", kNames), "ready");
  EXPECT_EQ(NearestName("sttaus", kNames), "status");
  EXPECT_EQ(NearestName("nur", kNames), "");
}

}  // namespace
}  // namespace annals
