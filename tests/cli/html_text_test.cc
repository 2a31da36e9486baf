#include "cli/html_text.h"

#include <gtest/gtest.h>

#include <string>

#include "cli/audit_markdown.h"

namespace annals {
namespace {

struct EscapeCase {
  const char* name;
  std::string text;
  std::string html;
  std::string markdown;
};
class EscapeTest : public testing::TestWithParam<EscapeCase> {};

TEST_P(EscapeTest, InHtmlItIsTextOnly) {
  EXPECT_EQ(EscapeHtml(GetParam().text), GetParam().html);
}
TEST_P(EscapeTest, InMarkdownItIsTextOnly) {
  EXPECT_EQ(EscapeMarkdown(GetParam().text), GetParam().markdown);
}

INSTANTIATE_TEST_SUITE_P(
    Text, EscapeTest,
    testing::Values(EscapeCase{"Nothing", "", "", ""},
                    EscapeCase{"PlainWords", "static_check → done, 50 %", "static_check → done, 50 %",
                               "static_check → done, 50 %"},
                    EscapeCase{"ATag", "<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;",
                               "&lt;script&gt;alert(1)&lt;/script&gt;"},
                    EscapeCase{"AnEndOfAnAttribute", R"(" onload='x')", "&quot; onload=&#39;x&#39;", R"(" onload='x')"},
                    EscapeCase{"AnEntity", "&lt;", "&amp;lt;", "&amp;lt;"},
                    EscapeCase{"AnEndOfACell", "a|b\\|c", "a|b\\|c", "a\\|b\\\\\\|c"},
                    EscapeCase{"Code", "`x` ~~y~~ $z$", "`x` ~~y~~ $z$", "\\`x\\` \\~\\~y\\~\\~ \\$z\\$"},
                    EscapeCase{"ALink", "[x](http://y)", "[x](http://y)", "\\[x\\](http://y)"},
                    EscapeCase{"Emphasis", "**b** _i_ __x", "**b** _i_ __x", "\\*\\*b\\*\\* \\_i\\_ \\_\\_x"},
                    EscapeCase{"Lines", "a\nb\tc", "a\nb\tc", "a␊b␉c"},
                    EscapeCase{"Controls", std::string("\x1b[31m\0\x7f", 7), "␛[31m␀␡", "␛\\[31m␀␡"},
                    EscapeCase{"TurnedText", "a\u202eb", "a\\u202eb", "a\\\\u202eb"},
                    EscapeCase{"BrokenUtf8", "a\xff\xc3", "a\uFFFD\uFFFD", "a\uFFFD\uFFFD"}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace annals
