// The page of an audit in a browser: laid out for real, nothing sticks out sideways. Skipped where there is no
// chromium.
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "cli/audit_html.h"
#include "cli/html_text.h"
#include "tests/cli/annals_process.h"
#include "tests/cli/audit_story.h"
#include "tests/support/commands.h"

namespace annals::testing_process {
namespace {

constexpr int kNotFound = 127;

// A window is never narrower than some 500 pixels, so the page is put into a frame, whose width is free. Everything
// that folds is opened; what the picture's own frame cuts off does not stick out.
constexpr const char* kMeasure = R"js(
onload = () => {
  const page = document.querySelector("iframe").contentDocument, width = page.documentElement.clientWidth;
  page.querySelectorAll("details").forEach(fold => fold.open = true);
  const out = [...page.querySelectorAll("body *")].filter(element => {
    const box = element.getBoundingClientRect();
    return !element.closest(".canvas > *") && box.width > 0 && (box.right > width + 0.5 || box.left < -0.5);
  });
  const names = out.slice(0, 5).map(element => element.outerHTML.slice(0, 80));
  document.querySelector("p").textContent = `width ${width}, scrolls to ${page.documentElement.scrollWidth}, ` +
    `${page.querySelectorAll("tr[id]").length} events, ${out.length} stick out ${names}`;
};)js";

// What the browser measured; nothing where there is none.
std::optional<std::string> Measured(const std::string& page, int width) {
  const TemporaryFolder folder;
  const std::string file = folder.File("frame.html");
  std::ofstream(file) << fmt::format(
      "<!doctype html><meta charset=\"utf-8\"><iframe style=\"border:0;width:{}px;height:900px\" "
      "srcdoc=\"{}\"></iframe>"
      "<p></p><script>{}</script>",
      width, EscapeHtml(page), kMeasure);
  const ProcessResult result =
      RunProcess({.arguments = {"chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
                                "--no-first-run", "--disable-background-networking", "--disable-component-update",
                                "--disable-sync", "--hide-scrollbars", "--user-data-dir=" + folder.File("profile"),
                                "--window-size=1900,1000", "--dump-dom", "file://" + file},
                  .environment = {{"HOME", folder.path().string()}}},
                 "/usr/bin/env");
  if (result.exit == kNotFound) return std::nullopt;
  const size_t begin = result.out.rfind("<p>"), end = result.out.rfind("</p>");
  if (begin == std::string::npos || end == std::string::npos) return "no answer: " + result.out + result.err;
  return result.out.substr(begin + 3, end - begin - 3);
}

// The story, with names as long as they may be and texts without a place to break.
std::string LongPage() {
  using support::With;
  const std::string name(128, 'w'), text(4000, 'x');
  std::vector<std::string> commands = AuditStory();
  commands.pop_back();
  commands.push_back(support::CreateWorkstream(name, {"a"}));
  commands.push_back(With(support::MoveWorkstream(name, "done"), fmt::format(R"("actor":"{}")", name)));
  commands.push_back(With(support::Note(name), fmt::format(R"("payload":{{"{}":1}})", text)));
  commands.push_back(With(support::RecordStep(name, name, "failure"), R"("exit_code":-9223372036854775808)"));
  commands.push_back(support::RecordError(name, name, text.substr(0, 512)));
  commands.push_back(With(support::MoveWorkstream(name, "abandoned"), fmt::format(R"("reason":"{}")", text)));
  std::ostringstream out;
  WriteAuditHtml(AuditOf(commands, 100'000'000), out);
  return out.str();
}

class AuditPageTest : public testing::TestWithParam<int> {};

TEST_P(AuditPageTest, FitsItsWidth) {
  const int width = GetParam();
  const std::optional<std::string> measured = Measured(LongPage(), width);
  if (!measured) GTEST_SKIP() << "there is no chromium to lay the page out; apt-get install chromium brings one";
  EXPECT_EQ(*measured, fmt::format("width {0}, scrolls to {0}, 24 events, 0 stick out ", width));
}

INSTANTIATE_TEST_SUITE_P(Widths, AuditPageTest, testing::Values(400, 1130, 1600),
                         [](const auto& test) { return fmt::format("Of{}Pixels", test.param); });

}  // namespace
}  // namespace annals::testing_process
