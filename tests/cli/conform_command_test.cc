// annals conform and machines from files, as a user runs them.
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/annals_process.h"

namespace annals::testing_process {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view kReview = R"({"name":"review","initial":"draft","terminals":["done"],
  "states":[{"name":"draft","meaning":"A \"first\" <draft> & more."},{"name":"reading"},{"name":"done"}],
  "edges":[{"from":"draft","to":"reading","trigger":"hand_in"},{"from":"reading","to":"done","trigger":"approve"}]})";

std::string Line(const std::string& entity, const std::string& from, const std::string& to,
                 const std::string& type = "review") {
  return R"({"entity_type":")" + type + R"(","entity_id":")" + entity + R"(","from_state":")" + from +
         R"(","to_state":")" + to + R"(","timestamp":"2026-01-01T00:00:00Z","by":{"x":[1]}})" + "\n";
}

// A sandbox with review.json in it.
class ReviewTest : public testing::Test {
 protected:
  ReviewTest() { Write("review.json", kReview); }
  void Write(const std::string& name, std::string_view text) { std::ofstream(sandbox_.folder().File(name)) << text; }
  ProcessResult Conform(const std::string& log, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"conform", "--machine", "review.json", "-"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return sandbox_.Run(arguments, log);
  }

  AnnalsSandbox sandbox_;
};

using ConformCommand = ReviewTest;

TEST_F(ConformCommand, GivesTheResultInJson) {
  const std::string log = Line("1", "", "draft") + "\n" + Line("1", "draft", "done") + Line("9", "a", "b", "order");
  const ProcessResult result = Conform(log, {"--json"});
  EXPECT_EQ(result.exit, 3);
  EXPECT_EQ(
      result.out,
      R"({"lines":3,"other":1,"refused":0,"conform":1,"breaks":[{"line":3,"kind":"edge","detail":"\"1\": a review cannot go )"
      R"(from draft to done: legal from draft: reading"}],"unreached":["reading"]})"
      "\n");
  EXPECT_EQ(result.err, "");
}

// A refusal by trigger alone has no to_state, which was a fault; others counted as moves that were made.
TEST_F(ConformCommand, PassesOverWhatAnnalsItselfRefused) {
  ASSERT_EQ(sandbox_.Run({"run", "create", "r1"}).exit, 0);
  ASSERT_EQ(sandbox_.Run({"run", "transition", "r1", "completed"}).exit, 3);
  ASSERT_EQ(sandbox_.Run({"run", "transition", "r1", "--trigger", "pause"}).exit, 3);
  const std::string refused = sandbox_.Run({"log", "--transitions", "--json"}).out;
  const ProcessResult none = sandbox_.Run({"conform", "--machine", "run", "-"}, refused);
  EXPECT_EQ(none.exit, 0) << none.err;
  EXPECT_EQ(none.out, "standard input: every transition of run in it was refused: 2\n");
  ASSERT_EQ(sandbox_.Run({"run", "transition", "r1", "running"}).exit, 0);
  const std::string all = sandbox_.Run({"log", "--transitions", "--json"}).out;
  EXPECT_THAT(
      sandbox_.Run({"conform", "--machine", "run", "-"}, all).out,
      StartsWith("standard input: 1 of 1 transitions conform to run (100.0 %); refused ones, passed over: 2\n"));
  EXPECT_THAT(sandbox_.Run({"conform", "--machine", "run", "-", "--json"}, all).out,
              HasSubstr(R"("lines":3,"other":0,"refused":2,"conform":1)"));
}

TEST_F(ConformCommand, SaysWhatPeopleWantToKnow) {
  const ProcessResult result = Conform(Line("1", "draft", "reading") + Line("2", "draft", "done") +
                                       Line("3", "draft", "reading") + Line("9", "a", "b", "order"));
  EXPECT_EQ(result.exit, 3);
  EXPECT_THAT(result.out, StartsWith("standard input: 2 of 3 transitions conform to review (66.6 %); lines of other "
                                     "entity types: 1\n"));
  EXPECT_THAT(result.out, HasSubstr("\nedge       1  the machine has no such edge\n"));
  EXPECT_THAT(result.out, HasSubstr("\n   2  edge  \"2\": a review cannot go from draft to done: "));
}

TEST_F(ConformCommand, EndsWithZeroWhereAllConforms) {
  Write("log.jsonl", Line("1", "draft", "reading"));
  const ProcessResult result = sandbox_.Run({"conform", "--machine", "./review.json", "log.jsonl"});
  EXPECT_EQ(result.exit, 0) << result.err;
  EXPECT_EQ(result.out, "log.jsonl: 1 of 1 transitions conform to review (100.0 %)\n\nnever reached: done\n");
  EXPECT_EQ(Conform("").out, "standard input: there is no line in it\n");
  EXPECT_EQ(Conform(Line("1", "a", "b", "Review")).out,
            "standard input: lines of the entity type review: none of 1; the first is of \"Review\"\n");
}

TEST_F(ConformCommand, TakesBuiltInMachinesToo) {
  EXPECT_EQ(sandbox_.Run({"conform", "--machine", "run", "-"}, Line("r", "pending", "running", "run")).exit, 0);
  EXPECT_EQ(sandbox_.Run({"conform", "--machine", "run", "-"}, Line("r", "pending", "paused", "run")).exit, 3);
}

TEST_F(ConformCommand, ListsTheFirstBreaksOfMany) {
  std::string log;
  for (int i = 0; i < 60; ++i) log += Line("1", "draft", "draft");
  const ProcessResult some = Conform(log);
  EXPECT_THAT(some.out, AllOf(HasSubstr("\n  50  edge "), Not(HasSubstr("\n  51  edge ")),
                              HasSubstr("\n… and 10 more; --limit 60 lists all\n")));
  EXPECT_THAT(Conform(log, {"--limit", "60"}).out, AllOf(HasSubstr("\n  60  edge "), Not(HasSubstr("--limit"))));
  EXPECT_THAT(Conform(log, {"--limit", "0"}).out, Not(HasSubstr("LINE")));
  EXPECT_THAT(Conform(log, {"--json"}).out, HasSubstr("{\"line\":60,"));
  EXPECT_EQ(Conform(log, {"--limit", "-1"}).exit, 2);
}

TEST_F(ConformCommand, StopsAtALineThatIsNone) {
  const ProcessResult bad = Conform(Line("1", "draft", "done") + "\n{\"entity_type\":7}\n");
  EXPECT_EQ(bad.exit, 2);
  EXPECT_EQ(bad.out, "");
  EXPECT_THAT(bad.err,
              StartsWith("annals: conform: standard input: line 3: read the transition: byte 16, /entity_type: "));
  EXPECT_EQ(sandbox_.Run({"conform", "--machine", "review.json", "nowhere.jsonl"}).exit, 4);
  EXPECT_EQ(sandbox_.Run({"conform", "--machine", "nowhere.json", "-"}).exit, 4);
  EXPECT_EQ(sandbox_.Run({"conform", "--machine", "revue", "-"}).exit, 2);
  EXPECT_EQ(sandbox_.Run({"conform", "-"}).exit, 2);
}

using MachineFile = ReviewTest;

TEST_F(MachineFile, IsShownAsABuiltInMachineIs) {
  EXPECT_THAT(sandbox_.Out({"machine", "show", "review.json"}), StartsWith("review (version "));
  const std::string json = sandbox_.Out({"machine", "show", "review.json", "--json"});
  Write("again.json", json);
  EXPECT_EQ(sandbox_.Out({"machine", "show", "./again.json", "--format", "json"}), json);
  EXPECT_THAT(sandbox_.Out({"machine", "show", "review.json", "--format", "dot"}),
              HasSubstr(R"("draft" [tooltip="A \"first\" <draft> &amp; more."];)"));
}

TEST_F(MachineFile, IsAskedAsABuiltInMachineIs) {
  EXPECT_EQ(sandbox_.Out({"machine", "check", "review.json", "draft", "reading"}),
            "review: draft to reading is legal by hand_in\n");
  EXPECT_EQ(sandbox_.Run({"machine", "check", "review.json", "draft", "done"}).exit, 3);
  EXPECT_EQ(sandbox_.Run({"machine", "check", "review.json", "draft", "dine"}).exit, 2);
}

TEST_F(MachineFile, HasALineForEachOfItsFaults) {
  Write("bad.json", R"({"name":"m","initial":"b","terminals":["c"],"states":[{"name":"a"}],"edges":[]})");
  const ProcessResult result = sandbox_.Run({"machine", "show", "bad.json"});
  EXPECT_EQ(result.exit, 2);
  EXPECT_EQ(result.err,
            "annals: machine show: bad.json: read the machine: 2 faults:\n"
            "  /initial: \"b\" is no state; did you mean \"a\"?\n"
            "  /terminals/0: \"c\" is no state; did you mean \"a\"?\n");
}

// Edges are one row of the table only where each of its FROM leads to each of its TO, and under the same conditions.
TEST_F(MachineFile, IsShownWithTheEdgesItHasAndNoOther) {
  Write("m.json", R"({"name":"m","initial":"a","terminals":["y","z"],
    "states":[{"name":"a"},{"name":"b"},{"name":"y"},{"name":"z"}],
    "edges":[{"from":"a","to":"y","trigger":"go","guards":["run_is_running"]},
             {"from":"a","to":"z","trigger":"go","guards":["run_is_running"]},
             {"from":"b","to":"y","trigger":"go","guards":["run_is_running"]},
             {"from":"a","to":"b","trigger":"on"},
             {"from":"b","to":"z","trigger":"end"}, {"from":"a","to":"z","trigger":"end","severity":"error"}]})");
  EXPECT_THAT(sandbox_.Out({"machine", "show", "m.json"}), EndsWith("FROM  TO  TRIGGER  GUARDS          SEVERITY\n"
                                                                    "a, b  y   go       run_is_running  info\n"
                                                                    "a     z   go       run_is_running  info\n"
                                                                    "a     b   on                       info\n"
                                                                    "a     z   end                      error\n"
                                                                    "b     z   end                      info\n"));
}

TEST_F(MachineFile, IsDrawnWhereGraphvizIsInstalled) {
  if (RunProcess({.arguments = {"-c", "command -v dot"}}, "/bin/sh").exit != 0) {
    GTEST_SKIP() << "there is no dot (of Graphviz) to draw with";
  }
  const std::string drawing = sandbox_.Out({"machine", "show", "review.json", "--format", "svg"});
  EXPECT_THAT(drawing, AllOf(StartsWith("<?xml"), HasSubstr(">hand_in</text>"),
                             HasSubstr("A &quot;first&quot; &lt;draft&gt; &amp; more."), EndsWith("</svg>\n")));
}

// A dot of our own, first in PATH.
TEST_F(MachineFile, IsNotDrawnWhereDotIsMissingOrFails) {
  const auto draw = [&] {
    return RunProcess({.arguments = {"machine", "show", "run", "--format", "svg"},
                       .environment = {{"PATH", sandbox_.folder().path()}}});
  };
  const ProcessResult missing = draw();
  EXPECT_EQ(missing.exit, 1);
  EXPECT_EQ(missing.out, "");
  EXPECT_THAT(missing.err, HasSubstr("install graphviz (apt-get install graphviz), or take --format dot\n"));
  Write("dot", "#!/bin/sh\necho half\necho no fonts >&2\nexit 7\n");
  std::filesystem::permissions(sandbox_.folder().File("dot"), std::filesystem::perms::owner_all);
  const ProcessResult failed = draw();
  EXPECT_EQ(failed.exit, 1);
  EXPECT_EQ(failed.out, "");
  EXPECT_THAT(failed.err, AllOf(StartsWith("no fonts\n"), HasSubstr("dot ended with exit code 7")));
}

}  // namespace
}  // namespace annals::testing_process
