#include "schemas/text_rules.h"

#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schemas/status.h"

namespace annals {
namespace {

using namespace std::string_view_literals;
using testing::StartsWith;

absl::Status CheckHash(std::string_view what, std::string_view text) {
  return WithContext(CheckText(TextRule::kHash, text), what);
}
absl::Status CheckBase64(std::string_view what, std::string_view text) {
  return WithContext(CheckText(TextRule::kBase64, text), what);
}

struct RuleCase {
  const char* name;
  absl::Status (*check)(std::string_view, std::string_view);
  std::string_view text;
  std::string_view fault;  // "": none
};

constexpr RuleCase kRules[] = {
    {"Id", CheckId, "Run_1.a:b-c", ""},
    {"IdOfOneByte", CheckId, "_", ""},
    {"IdEmpty", CheckId, "", "run: is empty; an id is 1 to 128 bytes of [A-Za-z0-9._:-], not starting with '-' or '.'"},
    {"IdDash", CheckId, "-a", "run: \"-a\" starts with '-'; an id is"},
    {"IdSlash", CheckId, "a/b", "run: \"a/b\" has \"/\" at its byte 2; an id is"},
    {"IdNul", CheckId, "a\0"sv, "run: \"a\\u0000\" has \"\\u0000\" at its byte 2; an id is"},
    {"IdNotUtf8", CheckId, "a\xff", "run: \"a\\xff\" is not UTF-8 from its byte 2 on"},
    {"Label", CheckLabel, "Zoë O'Neil 😀", ""},
    {"LabelEmpty", CheckLabel, "", "run: is empty; it must be one line"},
    {"LabelTab", CheckLabel, "a\tb", "run: \"a\\tb\" has \"\\t\" at its byte 2; it must be one line"},
    {"LabelDelete", CheckLabel, "a\x7f", "run: \"a\\u007f\" has \"\\u007f\" at its byte 2; it must be one line"},
    {"LabelNotUtf8", CheckLabel, "\xc3", "run: \"\\xc3\" is not UTF-8 from its byte 1 on"},
    {"ProseEmpty", CheckProse, "", ""},
    {"ProseLines", CheckProse, "a\n\tb\x1b[0m", ""},
    {"ProseNul", CheckProse, "a\0b"sv, "run: \"a\\u0000b\" has \"\\u0000\" at its byte 2; it must be at most 1048576"},
    {"ProseNotUtf8", CheckProse, "ok \xed\xa0\x80", "run: \"ok \\xed\\xa0\\x80\" is not UTF-8 from its byte 4 on"},
    {"Hash", CheckHash, "0123456789abcdefABCDEF00000000000000000000000000000000000000000a", ""},
    {"HashEmpty", CheckHash, "", "run: is empty; a hash is 64 hex digits"},
    {"HashShort", CheckHash, "0a", "run: is 2 bytes long; a hash is 64 hex digits"},
    {"HashOfOthers", CheckHash, "0123456789abcdefABCDEF0000000000000000000000000000000000000000g0",
     "run: \"0123456789abcdefABCDEF0000000000000000000000000000000000000000g0\" has \"g\" at its byte 63; a hash is"},
    {"Base64", CheckBase64, "Zm9v+/==", ""},
    {"Base64Empty", CheckBase64, "", "run: is empty; it must be base64"},
    {"Base64Space", CheckBase64, "Zm 9", "run: \"Zm 9\" has \" \" at its byte 3; it must be base64"},
};

class TextRuleTest : public testing::TestWithParam<RuleCase> {};

TEST_P(TextRuleTest, AcceptsOrSaysWhatIsWrong) {
  const absl::Status status = GetParam().check("run", GetParam().text);
  if (GetParam().fault.empty()) {
    EXPECT_TRUE(status.ok()) << status;
  } else {
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(MessageOf(status)), StartsWith(std::string(GetParam().fault)));
  }
}

INSTANTIATE_TEST_SUITE_P(TextRules, TextRuleTest, testing::ValuesIn(kRules),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace annals
