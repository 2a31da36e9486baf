// annals why as a process: its forms, its page, its JSON, its exit codes.
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/utf8.h"
#include "cli/why_text.h"
#include "tests/cli/annals_process.h"

namespace annals {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
using testing_process::AnnalsSandbox;
using testing_process::ProcessResult;

// Positions 1 to 8: in r1 b is blocked (8) because a failed (7), of which an attempt failed (5) with an error (6).
constexpr const char* kHistory =
    R"({"command":"create_run","run_id":"r1","status":"running","actor":"ann"}
{"command":"create_workstream","run_id":"r1","ws_id":"a","actor":"ann"}
{"command":"create_workstream","run_id":"r1","ws_id":"b","depends_on":["a"],"actor":"ann"}
{"command":"record_step_attempt","run_id":"r1","ws_id":"a","step_name":"static","status":"failure","exit_code":2,"actor":"ci"}
{"command":"record_error","run_id":"r1","ws_id":"a","step_name":"static","error_code":"E1","signature":"s","message":"no \u001b[31m","actor":"ci"}
{"command":"transition_workstream","run_id":"r1","ws_id":"a","to":"failed","reason":"no disk","actor":"ci"}
)";

class WhyCommandTest : public testing::Test {
 protected:
  WhyCommandTest() { sandbox_.Out({"apply", "-"}, kHistory); }
  AnnalsSandbox sandbox_;
};

TEST_F(WhyCommandTest, PrintsTheWholePage) {
  // Ages depend on the clock, which a process brings itself.
  static const std::regex kAge(R"((\(| ) *(now|[0-9]+ s ago)(\)|  ))");
  const std::string page = std::regex_replace(sandbox_.Out({"why", "ws", "b", "--run", "r1"}), kAge, "$1AGE$3");
  EXPECT_EQ(page,
            R"(workstream b of run r1 is blocked since 8 (AGE): workstream a went to failed at 7 (fail by ci: "no disk")

How it came to this
       4 AGE  pending, created by ann
       7 AGE  workstream a: pending → failed, fail by ci: "no disk"
       8 AGE  pending → blocked, dependency_failed because of 7: "a failed"

What blocks it
  b is held up by workstream a, which is failed since 7 for good: fail by ci: "no disk"
    - attempt 1 at static failed at 5 with exit code 2
    - error E1 in static, recorded at 6: "no \u001b[31m"

What may be done now (blocked since 8)
  annals workstream transition b pending --run r1    An operator lets it wait again.
  annals workstream transition b failed --run r1     It cannot be done.
  annals workstream transition b abandoned --run r1  Nobody wants it any more.
  annals step start --run r1 --ws b --step STEP
  annals error record --run r1 --ws b --step STEP --code CODE --signature TEXT --message TEXT
  annals event record TYPE --run r1 --ws b
  annals workstream transition b STATE --run r1 --override --operator NAME --reason TEXT
      An override reaches any state, as blocked is not final (8).
)");
}

TEST_F(WhyCommandTest, TakesTheKindBeforeASlashToo) {
  const std::string json = sandbox_.Out({"why", "ws", "b", "--run", "r1", "--json"});
  for (const std::vector<std::string>& same :
       {std::vector<std::string>{"why", "workstream/b", "--run", "r1", "--json"}, {"why", "ws/b", "--json"}}) {
    EXPECT_EQ(sandbox_.Out(same), json);
  }
}

TEST_F(WhyCommandTest, JsonHasAllOfIt) {
  const std::string json = sandbox_.Out({"why", "workstream", "b", "--json"});
  for (
      const char* const part : {
          R"x({"entity":{"kind":"workstream","run_id":"r1","id":"b"},"state":"blocked","is_final":false,"since":8,)x",
          R"x("as_of":8,"headline":{"text":"workstream b of run r1 is blocked since 8: workstream a went to failed )x",
          R"x(at 7 (fail by ci: \"no disk\")","rests_on":[7,8]},"findings":[],"history":[{"position":4,)x",
          R"x("kind":"moved","from_state":"pending","to_state":"blocked","trigger":"dependency_failed","actor":"ci",)x",
          R"x("operator":null,"reason":"a failed","causation":7,"text":")x",
          R"x("refusals":[],"more_refusals":0,"blockers":[{"entity":{"kind":"workstream","run_id":"r1","id":"a"},)x",
          R"x("holds_up":{"kind":"workstream","run_id":"r1","id":"b"},"state":"failed","since":7,"is_final":true,"is_root":true,)x",
          R"x({"to":"pending","trigger":"unblock","meaning":"An operator lets it wait again.","command":)x",
          R"x("annals workstream transition b pending --run r1","is_legal":true,"judged_in":8,"objections":[]})x",
          R"x("override":{"is_possible":true,"command":"annals workstream transition b STATE --run r1 --override)x",
      }) {
    EXPECT_THAT(json, HasSubstr(part));
  }
}

TEST_F(WhyCommandTest, JsonNamesTheGuardsThatObject) {
  EXPECT_THAT(sandbox_.Out({"why", "run", "r1", "--json"}),
              HasSubstr(R"x("is_legal":false,"judged_in":2,"objections":[{"guard":"all_workstreams_done","text":"0 )x"
                        R"x(of 2 workstreams are done (a 7, b 8)","rests_on":[7,8]}]})x"));
}

TEST_F(WhyCommandTest, SaysWhichRunItTookWhereSeveralHoldIt) {
  sandbox_.Out({"run", "create", "r2"});
  sandbox_.Out({"ws", "create", "b", "--run", "r2"});
  const ProcessResult newest = sandbox_.Run({"why", "ws", "b"});
  EXPECT_THAT(newest.out, StartsWith("workstream b of run r2 is pending since 10"));
  EXPECT_EQ(newest.err, "annals: 2 runs hold b; this is the newest, r2\n");
}

TEST_F(WhyCommandTest, WhatAStrangerWroteMovesNoCursor) {
  EXPECT_THAT(sandbox_.Out({"why", "error", "6"}), Not(HasSubstr("\x1b")));
}

TEST_F(WhyCommandTest, RefusesWhatIsNoEntity) {
  struct Case {
    std::vector<std::string> arguments;
    int exit;
    const char* err;
  };
  const Case cases[] = {
      {{"why"}, 2, "KIND is missing"},
      {{"why", "wrkstream", "b"}, 2, "\"wrkstream\" is no kind of entity; did you mean \"workstream\"?"},
      {{"why", "run"}, 2, "run what? say which one, such as annals why run ID"},
      {{"why", "run/"}, 2, "\"run/\": the id is empty"},
      {{"why", "run/r1", "r1"}, 2, "names an entity already; leave \"r1\" out"},
      {{"why", "run", "r1", "--run", "r1"}, 2, "leave --run out"},
      {{"why", "attempt", "x"}, 2, "its id is a number from 1"},
      {{"why", "run", "r9"}, 4, "there is no run r9"},
      {{"why", "ws", "z"}, 4, "no run has a workstream \"z\""},
      {{"why", "ws", "z", "--run", "r1"}, 4, "run r1 has no workstream z"},
      {{"why", "attempt", "6"}, 4, "there is no attempt 6"},
      {{"why", "error", "5"}, 4, "there is no error 5"},
  };
  for (const Case& row : cases) {
    const ProcessResult result = sandbox_.Run(row.arguments);
    EXPECT_EQ(result.exit, row.exit) << result.err;
    EXPECT_THAT(result.err, HasSubstr(row.err));
    EXPECT_THAT(result.out, IsEmpty());
  }
}

TEST(WhyCommand, WithoutADatabaseThereIsNothingToExplain) {
  AnnalsSandbox sandbox;
  EXPECT_EQ(sandbox.Run({"why", "run", "r1"}).exit, 4);
}

why::Explanation Moved(size_t times) {
  why::Explanation explained;
  explained.title = "run r1";
  explained.state = "running";
  explained.since = explained.as_of = {times};
  explained.headline = {"run r1 is running", {{times}}};
  explained.because = "resume by ann: \"" + std::string(80, 'x') + " and then some\"";
  for (size_t i = 1; i <= times; ++i) {
    why::Happening move;
    move.position = {i};
    move.text = "paused → running, resume by ann and something to break the line at";
    explained.history.push_back(move);
  }
  return explained;
}

TEST(WhyText, LeavesOutTheMiddleOfALongHistory) {
  const std::string page = WhyText(Moved(100), Timestamp{0}, std::nullopt, ColourMode::kOff);
  EXPECT_THAT(page, AllOf(HasSubstr("\n       3  "), HasSubstr("…  80 more, between 3 and 84; --json has them\n"),
                          Not(HasSubstr("\n       4  ")), HasSubstr("\n      84  ")));
  EXPECT_THAT(WhyText(Moved(20), Timestamp{0}, std::nullopt, ColourMode::kOff), Not(HasSubstr("…")));
}

TEST(WhyText, BreaksLinesBetweenWords) {
  std::istringstream lines(WhyText(Moved(2), Timestamp{0}, 50, ColourMode::kOff));
  for (std::string line; std::getline(lines, line);) {
    EXPECT_TRUE(DisplayWidth(line) <= 50 || line.find("xxx") != std::string::npos) << line;
  }
}

}  // namespace
}  // namespace annals
