// The formats of an audit: all of it is there, and no text of the log becomes markup.
#include <algorithm>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/audit_html.h"
#include "cli/audit_json.h"
#include "cli/audit_markdown.h"
#include "cli/audit_text.h"
#include "cli/utf8.h"
#include "schemas/json_text.h"
#include "tests/cli/audit_story.h"
#include "tests/support/commands.h"

namespace annals {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string Html(const Audit& audit) {
  std::ostringstream out;
  WriteAuditHtml(audit, out);
  return out.str();
}
std::string Markdown(const Audit& audit) {
  std::ostringstream out;
  WriteAuditMarkdown(audit, out);
  return out.str();
}
std::string Text(const Audit& audit, std::optional<size_t> width = std::nullopt) {
  std::ostringstream out;
  WriteAuditText(audit, width, ColourMode::kOff, out);
  return out.str();
}

std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

size_t CountOf(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

// The tags of a page, in order: "div", "/div". Everything between < and > is one.
std::vector<std::string> TagsOf(const std::string& page) {
  std::vector<std::string> tags;
  for (size_t at = page.find('<'); at != std::string::npos; at = page.find('<', at + 1)) {
    tags.push_back(page.substr(at + 1, page.find('>', at) - at - 1));
  }
  return tags;
}
std::string NameOfTag(const std::string& tag) {
  return tag.substr(0, tag.find_first_of(" /", 1));
}

TEST(AuditHtml, HasNoTagsButItsOwn) {
  const std::set<std::string> own = {
      "!doctype", "html",       "head",    "meta", "title",  "style",  "body",  "header",  "p",    "h1",
      "h2",       "span",       "dl",      "div",  "dt",     "dd",     "nav",   "a",       "main", "section",
      "figure",   "figcaption", "svg",     "defs", "g",      "circle", "path",  "pattern", "rect", "line",
      "text",     "tspan",      "use",     "ul",   "li",     "table",  "thead", "tbody",   "tr",   "th",
      "td",       "details",    "summary", "pre",  "footer", "code"};
  for (const std::string& tag : TagsOf(Html(AuditOf(AuditStory(), 100)))) {
    const std::string name = NameOfTag(tag);
    EXPECT_TRUE(own.contains(name[0] == '/' ? name.substr(1) : name)) << tag;
    EXPECT_THAT(tag, Not(HasSubstr(" on"))) << tag;
  }
}

TEST(AuditHtml, ClosesWhatItOpens) {
  const std::set<std::string> empty = {"!doctype", "meta"};
  std::vector<std::string> open;
  for (const std::string& tag : TagsOf(Html(AuditOf(AuditStory(), 100)))) {
    const std::string name = NameOfTag(tag);
    if (empty.contains(name) || tag.ends_with('/')) continue;
    if (name[0] != '/') {
      open.push_back(name);
      continue;
    }
    ASSERT_FALSE(open.empty()) << tag;
    EXPECT_EQ("/" + open.back(), name);
    open.pop_back();
  }
  EXPECT_TRUE(open.empty());
}

TEST(AuditHtml, NeedsNothingFromOutside) {
  const std::string page = Html(AuditOf(AuditStory(), 100));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page, AllOf(Not(HasSubstr("http:")), Not(HasSubstr("https:")), Not(HasSubstr(" src=\"")),
                          Not(HasSubstr("@import"))));
  EXPECT_EQ(CountOf(page, "url("), CountOf(page, "url(#"));
}

TEST(AuditHtml, HasALineAndAMarkForEachEvent) {
  const Audit audit = AuditOf(AuditStory(), 100);
  const std::string page = Html(audit);
  for (const AuditEvent& event : audit.events) {
    EXPECT_EQ(CountOf(page, fmt::format("<tr id=\"p{}\"", event.position.value)), 1u) << event.position.value;
    EXPECT_EQ(CountOf(page, fmt::format("<a href=\"#p{}\" tabindex", event.position.value)), 1u);
  }
  EXPECT_EQ(CountOf(page, "<svg class=\"lane\""), 3u);
  EXPECT_THAT(page, Not(HasSubstr("class=\"left-out\"")));
}

TEST(AuditHtml, ShowsHostileTextsAsTheyAre) {
  EXPECT_THAT(Html(AuditOf(AuditStory(), 100)),
              AllOf(HasSubstr("m&lt;script&gt;alert(1)&lt;/script&gt;"),
                    HasSubstr("{&quot;&lt;b&gt;&quot;:&quot;&lt;/pre&gt;&quot;}"),
                    HasSubstr("onerror=alert(1)&gt;␛[31m\\u202eliv\ne"), HasSubstr("E&lt;1&gt;")));
}

TEST(AuditHtml, KeepsLongTextsOutOfThePicture) {
  const std::string text(10'000, 'x');
  const std::string page = Html(AuditOf(
      {support::CreateRun(), support::With(support::MoveRun("running"), fmt::format(R"("reason":"{}")", text))}, 9));
  EXPECT_EQ(CountOf(page, text), 1u);
  EXPECT_THAT(page, HasSubstr("xxx…</title>"));
}

TEST(AuditHtml, OfALargeRunSaysWhatThePictureLeavesOutAndFoldsItsLists) {
  std::vector<std::string> commands = {support::CreateRun()};
  for (int i = 0; i < 3001; ++i) commands.push_back(support::Note("tick"));
  for (int i = 0; i < 41; ++i) commands.push_back(support::CreateWorkstream(fmt::format("w{}", i)));
  const std::string page = Html(AuditOf(commands, 9000));
  EXPECT_THAT(page, HasSubstr("3 entities share the last lane"));
  EXPECT_THAT(page, HasSubstr("This run is too large for a mark and a bar for everything."));
  EXPECT_EQ(CountOf(page, "<details class=\"part\""), 7u);
  EXPECT_EQ(CountOf(page, "<details class=\"part\" open>"), 1u);
  EXPECT_EQ(CountOf(page, "<tr id=\"p"), 3043u);
}

TEST(AuditMarkdown, HasWholeTablesWhateverTheirTexts) {
  size_t columns = 0, rows = 0;
  for (const std::string& line : LinesOf(Markdown(AuditOf(AuditStory(), 100)))) {
    if (line.empty() || line[0] != '|') {
      columns = 0;
      continue;
    }
    const size_t bars = CountOf(line, "|") - CountOf(line, "\\|");
    if (columns == 0) columns = bars;
    EXPECT_EQ(bars, columns) << line;
    EXPECT_THAT(line, AllOf(Not(HasSubstr("<")), Not(HasSubstr("\x1b")))) << line;
    ++rows;
  }
  EXPECT_GT(rows, 19u);
}

TEST(AuditText, FitsTheTerminalAndMovesNoCursor) {
  const std::string text = Text(AuditOf(AuditStory(), 100), 100);
  for (const std::string& line : LinesOf(text)) EXPECT_LE(DisplayWidth(line), 100u) << line;
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(AuditText, SaysItAll) {
  EXPECT_THAT(
      Text(AuditOf(AuditStory(), 100)),
      AllOf(HasSubstr("Audit of run r1\nstatus       failed\ntook         13.000 s   until 2026-01-01 12:00:17.000\n"
                      "workstreams  0 of 2 done   1 failed, 1 blocked\n"
                      "attempts     1 of 3 succeeded   1 failure, 1 in_progress\n"
                      "errors       1   2 with repeats\nrefused      1\noverridden   1   1 by Olga\n"
                      "events       19   positions 1 to 19\n"),
            HasSubstr("no edge leads from pending to done"), HasSubstr("override by Olga: it must"),
            HasSubstr("static, attempt 1: failure, exit 2, 500 ms"), HasSubstr("(again, time 2 of 2)"),
            HasSubstr("lawful: dependency_failed, because of 17"), HasSubstr("scope_violation {\"paths\":[\"a|b\"]}"),
            HasSubstr("2.000 s so far")));
}

TEST(AuditJson, IsOneObjectWithRefusalsAndOverridesApart) {
  const std::string json = AuditJson(AuditOf(AuditStory(), 100));
  EXPECT_THAT(
      json,
      AllOf(HasSubstr(R"("run_id":"r1","status":"failed","is_final":true,"created_at":"2026-01-01T12:00:00.000000Z")"),
            HasSubstr(R"("refusals":[{"position":4,"kind":"refused",)"),
            HasSubstr(R"("overrides":[{"position":14,"kind":"overridden",)"),
            HasSubstr(R"("status":"failure","exit_code":2,"duration_ms":500)"), HasSubstr(R"("signature":"s'\"&")"),
            HasSubstr(R"("context":{"<b>":"</pre>"})"), HasSubstr(R"("causation":17)"),
            HasSubstr(R"("completed_position":null)")));
  EXPECT_EQ(*MinifyJsonObject(json), json);
}

}  // namespace
}  // namespace annals
