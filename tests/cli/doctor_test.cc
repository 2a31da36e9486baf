// annals doctor as a process: its page, its JSON, its limits and its exit codes; and that the commands it names help.
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/doctor_text.h"
#include "cli/utf8.h"
#include "tests/cli/annals_process.h"
#include "tests/cli/help_line.h"

namespace annals {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing_process::AnnalsSandbox;
using testing_process::LinesOf;
using testing_process::ProcessResult;
using testing_process::ValueOf;
using testing_process::WordsOf;

// r1 must fail, as dead failed; after waits for it in vain, free could begin, r2 was never started.
constexpr const char* kHistory =
    R"({"command":"create_run","run_id":"r1","status":"running"}
{"command":"create_workstream","run_id":"r1","ws_id":"dead","is_critical":true}
{"command":"create_workstream","run_id":"r1","ws_id":"after","depends_on":["dead"]}
{"command":"create_workstream","run_id":"r1","ws_id":"free"}
{"command":"transition_workstream","run_id":"r1","ws_id":"dead","to":"failed","reason":"no disk"}
{"command":"create_run","run_id":"r2"}
)";

class DoctorCommandTest : public testing::Test {
 protected:
  DoctorCommandTest() { sandbox_.Out({"apply", "-"}, kHistory); }
  AnnalsSandbox sandbox_;
};

TEST_F(DoctorCommandTest, PutsTheCommandUnderEachFinding) {
  const std::string page = sandbox_.Out({"doctor"});
  EXPECT_THAT(page, AllOf(HasSubstr("critical  run r1                  running  "),
                          HasSubstr("          the critical workstream dead failed; the run can only fail\n"
                                    "          annals run transition r1 failed --reason 'the critical workstream dead "
                                    "failed'\n"),
                          HasSubstr("\n2 findings: 1 critical, 1 warning\n"), Not(HasSubstr("r2"))));
}

TEST_F(DoctorCommandTest, JsonHasALineForEachFinding) {
  const std::vector<std::string> lines = LinesOf(sandbox_.Out({"doctor", "--limit", "run.pending=0s", "--json"}));
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_THAT(lines[0],
              testing::MatchesRegex(
                  R"x(\{"kind":"run.critical_failed","severity":"critical","entity_type":"run",)x"
                  R"x("entity_id":"r1","run_id":"r1","state":"running","since":"[-0-9T:.]+Z","age_ms":[0-9]+,)x"
                  R"x("detail":"the critical workstream dead failed; the run can only fail",)x"
                  R"x("help":"annals run transition r1 failed --reason .the critical workstream dead failed.")x"
                  R"x(\})x"));
}

TEST_F(DoctorCommandTest, NamesCommandsThatHelp) {
  const std::vector<std::string> arguments = {"doctor", "--limit", "run.pending=0s,workstream.needs_met=0s", "--json"};
  std::vector<std::string> kinds;
  // Each command changes what is there; so one after the other, until nothing is left.
  for (std::string found = sandbox_.Out(arguments); !found.empty() && kinds.size() < 10;
       found = sandbox_.Out(arguments)) {
    const std::string line = LinesOf(found).back();
    kinds.push_back(ValueOf(line, "kind"));
    sandbox_.Out(WordsOf(ValueOf(line, "help")));
  }
  EXPECT_THAT(kinds, testing::UnorderedElementsAre("run.pending", "workstream.needs_met", "workstream.blocked",
                                                   "run.critical_failed"));
}

TEST_F(DoctorCommandTest, AnswersAsOfEarlier) {
  EXPECT_EQ(sandbox_.Out({"doctor", "--at", "4"}), "nothing is stuck or needs a hand\n");
  EXPECT_THAT(sandbox_.Out({"doctor", "--at", "6", "--run", "r1"}), HasSubstr("1 finding: 1 critical\n"));
}

TEST_F(DoctorCommandTest, LimitsAreListedAsTheyAreInForce) {
  EXPECT_THAT(sandbox_.Out({"doctor", "--limits", "--limit", "workstream.editing=1d12h"}),
              AllOf(testing::ContainsRegex("workstream.editing +error +1d12h  "),
                    testing::ContainsRegex("run.running +error +4h  ")));
  EXPECT_THAT(sandbox_.Out({"doctor", "--limits", "--json"}),
              HasSubstr(R"({"name":"run.running","severity":"error","limit_ms":14400000,"meaning":")"));
}

// The breaker of clang is open, and may be tried again at once.
constexpr const char* kOpenBreaker =
    R"({"command":"create_circuit_breaker","tool":"clang","failure_threshold":1,"cooldown_seconds":0}
{"command":"report_tool_result","tool":"clang","outcome":"failure"}
)";

TEST_F(DoctorCommandTest, GivesByItselfWhatIsSafeAndSaysSo) {
  sandbox_.Out({"apply", "-"}, kOpenBreaker);
  const std::string log = sandbox_.Out({"log", "--json"});
  EXPECT_THAT(sandbox_.Out({"doctor", "--apply", "--dry-run"}),
              testing::StartsWith("dry run  annals breaker transition clang half_open\n\nSEVERITY "));
  EXPECT_EQ(sandbox_.Out({"log", "--json"}), log);
  const std::vector<std::string> lines = LinesOf(sandbox_.Out({"doctor", "--apply", "--json"}));
  ASSERT_EQ(lines.size(), 3u);  // the other two are of r1
  EXPECT_THAT(lines[0], AllOf(HasSubstr(R"("kind":"circuit_breaker.cooldown_over")"), HasSubstr(R"("run_id":null)"),
                              HasSubstr(R"("applied":true,"position":)")));
  for (size_t i = 1; i < lines.size(); ++i) EXPECT_THAT(lines[i], Not(HasSubstr("applied")));
  EXPECT_EQ(LinesOf(sandbox_.Out({"log", "--json", "--actor", "doctor"})).size(), 1u);
  EXPECT_THAT(sandbox_.Out({"doctor", "--apply"}), testing::StartsWith("SEVERITY "));
}

TEST_F(DoctorCommandTest, ActsAsWhoeverItIsTold) {
  sandbox_.Out({"apply", "-"}, kOpenBreaker);
  EXPECT_THAT(sandbox_.Out({"doctor", "--apply", "--actor", "nurse"}),
              testing::ContainsRegex("^done     annals breaker transition clang half_open \\(position [0-9]+\\)\n"));
  EXPECT_EQ(LinesOf(sandbox_.Out({"log", "--json", "--actor", "nurse"})).size(), 1u);
}

struct ExitCase {
  const char* name;
  std::vector<std::string> arguments;
  int exit;
  const char* says = "";  // on stderr
};
class DoctorExitTest : public DoctorCommandTest, public testing::WithParamInterface<ExitCase> {};

TEST_P(DoctorExitTest, Exits) {
  std::vector<std::string> arguments = {"doctor"};
  arguments.insert(arguments.end(), GetParam().arguments.begin(), GetParam().arguments.end());
  const ProcessResult result = sandbox_.Run(arguments);
  EXPECT_EQ(result.exit, GetParam().exit) << result.out << result.err;
  EXPECT_THAT(result.err, HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    Doctor, DoctorExitTest,
    testing::Values(ExitCase{"WithFindings", {}, 0}, ExitCase{"WithFindingsAsAsked", {"--exit-code"}, 3},
                    ExitCase{"WithoutFindings", {"--exit-code", "--run", "r2"}, 0},
                    ExitCase{"WithNoneSoGrave", {"--exit-code", "--run", "r2", "--severity", "error"}, 0},
                    ExitCase{"WithOneSoGrave", {"--exit-code", "--severity", "critical"}, 3},
                    ExitCase{"ApplyInThePast", {"--apply", "--at", "3"}, 2, "leave one of the two out"},
                    ExitCase{"UnknownRun", {"--run", "r9"}, 4, "there is no run r9"},
                    ExitCase{"UnknownLimit", {"--limit", "run.runing=1h"}, 2, R"(did you mean "run.running"?)"},
                    ExitCase{"NoDuration", {"--limit", "run.running"}, 2, "NAME=DURATION"},
                    ExitCase{"BadDuration", {"--limit", "run.running=-1h"}, 2, "no span of time"},
                    ExitCase{"UnknownSeverity", {"--severity", "loud"}, 2, "--severity"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(DoctorCommand, OfAnEmptyDatabaseAndOfNone) {
  AnnalsSandbox sandbox;
  EXPECT_EQ(sandbox.Run({"doctor"}).exit, 4);
  EXPECT_EQ(sandbox.Run({"doctor", "--apply"}).exit, 4);
  EXPECT_FALSE(std::filesystem::exists(sandbox.db()));
  sandbox.Out({"init"});
  EXPECT_EQ(sandbox.Out({"doctor", "--exit-code"}), "nothing is stuck or needs a hand\n");
  EXPECT_EQ(sandbox.Out({"doctor", "--json"}), "");
}

TEST(DoctorText, BreaksWhatItSawAtTheWidthButNeverACommand) {
  const std::string help = "annals workstream transition " + std::string(60, 'w') + " ready --run r1";
  const doctor::Finding finding{.kind = doctor::Kinds().front(),
                                .entity_id = std::string(60, 'w'),
                                .run_id = "r1",
                                .state = "pending",
                                .since = {},
                                .detail = "many words that do not stand on one line of a terminal so narrow \x1b[31m",
                                .help = help};
  size_t commands = 0;
  for (const std::string& line : LinesOf(FindingsText({finding}, {}, 60, ColourMode::kOff))) {
    if (line.ends_with(help)) {
      ++commands;
    } else {
      EXPECT_LE(DisplayWidth(line), 60u) << line;
      EXPECT_THAT(line, Not(HasSubstr("\x1b")));
    }
  }
  EXPECT_EQ(commands, 1u);
}

}  // namespace
}  // namespace annals
