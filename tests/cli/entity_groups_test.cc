// The groups of the machines beyond run and workstream, as a user types them: one life of each, and nonsense.
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/command.h"
#include "cli/commands.h"
#include "tests/cli/annals_process.h"

namespace annals::testing_process {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

using Line = std::vector<std::string>;
constexpr const char* kDiff = "--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n-a\n+b\n+c\n";
constexpr const char* kDeploy =
    R"({"name":"deploy","initial":"new","terminals":["out"],"states":[{"name":"new"},{"name":"out"}],"edges":[{"from":"new","to":"out","trigger":"go"}]})";

class GroupsTest : public testing::Test {
 protected:
  GroupsTest() {
    sandbox_.Out({"run", "create", "r1", "--status", "running"});
    sandbox_.Out({"ws", "create", "a", "--run", "r1"});
  }
  std::string Out(const Line& line, const std::string& in = "") { return sandbox_.Out(line, in); }
  AnnalsSandbox sandbox_;
};

TEST_F(GroupsTest, TaskGateAndWorkerWorkTogether) {
  Out({"gate", "define", "unit", "--run", "r1", "--type", "unit"});
  Out({"task", "create", "t1", "--run", "r1", "--ws", "a", "--validation-gates", "unit", "--max-retries", "1"});
  Out({"worker", "register", "w1", "--capabilities", "cpp,python", "--max-tasks", "2"});
  Out({"task", "queue", "t1", "--run", "r1"});
  EXPECT_THAT(Out({"task", "assign", "t1", "--run", "r1", "--worker", "w1", "--json"}),
              AllOf(HasSubstr(R"("task_id":"t1")"), HasSubstr(R"("epoch":1)"), HasSubstr(R"("state":"running")")));
  EXPECT_THAT(Out({"worker", "heartbeat", "w1", "--json"}), HasSubstr(R"("first_position":null)"));
  Out({"task", "submit", "t1", "--run", "r1", "--epoch", "1"});
  Out({"gate", "start", "unit", "--run", "r1"});
  Out({"gate", "pass", "unit", "--run", "r1", "--exit-code", "0", "--result", R"({"output_tail":"ok"})"});
  Out({"task", "complete", "t1", "--run", "r1"});
  EXPECT_THAT(
      Out({"task", "show", "t1", "--run", "r1", "--json"}),
      AllOf(HasSubstr(R"("status":"completed")"), HasSubstr(R"("worker_id":null)"), HasSubstr(R"("duration_ms":)")));
  EXPECT_THAT(Out({"gate", "show", "unit", "--run", "r1", "--json"}), HasSubstr(R"("result":{"output_tail":"ok"})"));
  EXPECT_THAT(Out({"ws", "show", "a", "--run", "r1", "--json"}),
              HasSubstr(R"("progress":{"total":1,"by_status":{"completed":1},"percent":100})"));
  EXPECT_THAT(Out({"task", "list", "--run", "r1", "--status", "completed"}), HasSubstr("t1"));
}

TEST_F(GroupsTest, AWorkerIsShownWithItsLeaseAndWhatItHolds) {
  Out({"worker", "register", "w1"});
  EXPECT_THAT(Out({"worker", "show", "w1"}), AllOf(HasSubstr("none; no heartbeat yet"), HasSubstr("no task")));
  EXPECT_THAT(Out({"worker", "show", "w1", "--json"}), HasSubstr(R"("lease":null,"claims":[]})"));
  EXPECT_THAT(Out({"worker", "heartbeat", "w1", "--dry-run"}),
              HasSubstr("nothing would be appended: it renews the worker's lease"));
  Out({"worker", "heartbeat", "w1"});
  Out({"task", "create", "t1", "--run", "r1", "--ws", "a"});
  Out({"task", "queue", "t1", "--run", "r1"});
  Out({"task", "assign", "t1", "--run", "r1", "--worker", "w1"});
  EXPECT_THAT(Out({"worker", "show", "w1"}), AllOf(HasSubstr(" left\n"), HasSubstr("r1/t1 (running, claim 1)")));
  EXPECT_THAT(Out({"worker", "show", "w1", "--json"}),
              AllOf(HasSubstr(R"("lease":{"renewed_at":")"), HasSubstr(R"("seconds_left":5)"),
                    HasSubstr(R"("claims":[{"run_id":"r1","task_id":"t1","status":"running","epoch":1}]})")));
  EXPECT_THAT(Out({"worker", "show", "w1", "--at", "5"}), HasSubstr("not known of the past"));
  EXPECT_EQ(sandbox_.Run({"worker", "show", "w9"}).exit, 4);
}

TEST_F(GroupsTest, AWatchTellsOfTheTasksAndGatesOfItsRun) {
  Out({"gate", "define", "unit", "--run", "r1"});
  Out({"task", "create", "t1", "--run", "r1", "--ws", "a"});
  Out({"task", "queue", "t1", "--run", "r1"});
  Out({"run", "transition", "r1", "failed"});
  EXPECT_THAT(Out({"run", "watch", "r1"}), AllOf(HasSubstr("gate unit: pending\n"), HasSubstr("task t1: pending\n"),
                                                 HasSubstr("task t1: pending → queued\n")));
}

TEST_F(GroupsTest, TheLogFindsEntitiesByTheNamesOfTheirGroups) {
  Out({"gate", "define", "unit", "--run", "r1"});
  Out({"breaker", "failure", "cmake"});
  EXPECT_THAT(Out({"log", "--entity", "gate/unit"}), HasSubstr("gate r1/unit"));
  EXPECT_EQ(Out({"log", "--entity", "gate/unit"}), Out({"log", "--entity", "test_gate/unit"}));
  EXPECT_THAT(Out({"log", "--entity", "breaker/cmake"}), HasSubstr("breaker cmake"));
}

TEST_F(GroupsTest, APatchIsReadShownAndPrintedAsItWasGiven) {
  Out({"patch", "propose", "p1", "-", "--run", "r1", "--ws", "a"}, kDiff);
  EXPECT_THAT(
      Out({"patch", "show", "p1", "--run", "r1", "--json"}),
      AllOf(HasSubstr(R"("files":["x"])"), HasSubstr(R"("lines_added":2)"), HasSubstr(R"("format_passed":true)")));
  EXPECT_EQ(Out({"patch", "show", "p1", "--run", "r1", "--diff"}), kDiff);
  Out({"patch", "validate", "p1", "--run", "r1"});
  EXPECT_EQ(sandbox_.Run({"patch", "stage", "p1", "--run", "r1", "--scope-passed", "false"}).exit, 3);
  Out({"patch", "stage", "p1", "--run", "r1"});
  Out({"patch", "apply", "p1", "--run", "r1"});
  Out({"patch", "verify", "p1", "--run", "r1"});
  EXPECT_THAT(Out({"patch", "list", "--run", "r1"}), HasSubstr("verified"));
  Out({"patch", "propose", "p2", "no diff at all", "--run", "r1", "--ws", "a"});
  EXPECT_THAT(Out({"patch", "validate", "p2", "--run", "r1"}), HasSubstr("quarantined"));
}

TEST_F(GroupsTest, AnOpenBreakerSaysHowLongYet) {
  Out({"breaker", "create", "cc", "--failure-threshold", "1", "--cooldown-seconds", "3600"});
  Out({"breaker", "failure", "cc", "--reason", "timed out"});
  EXPECT_THAT(Out({"breaker", "status", "cc"}), HasSubstr("open, for 3600 seconds more"));
  EXPECT_EQ(sandbox_.Run({"breaker", "status", "cc", "--exit-code"}).exit, 3);
  EXPECT_THAT(sandbox_.Run({"breaker", "success", "cc"}).err, HasSubstr("is open, for 3600 seconds more"));
  EXPECT_EQ(sandbox_.Run({"breaker", "reset", "cc", "--reason", "fixed"}).exit, 3);
  Out({"breaker", "reset", "cc", "--operator", "olga", "--reason", "fixed"});
  EXPECT_THAT(Out({"breaker", "status", "cc", "--json"}), HasSubstr(R"("status":"closed")"));
}

TEST_F(GroupsTest, AVerbStatesWhatItMeansUnlessToldOtherwise) {
  for (const char* const patch : {"p1", "p2"}) {
    Out({"patch", "propose", patch, "-", "--run", "r1", "--ws", "a"}, kDiff);
    Out({"patch", "validate", patch, "--run", "r1"});
  }
  EXPECT_EQ(sandbox_.Run({"patch", "transition", "p1", "staged", "--run", "r1"}).exit, 3);
  EXPECT_THAT(sandbox_.Run({"patch", "stage", "p1", "--run", "r1", "--constraints-passed", "false"}).err,
              HasSubstr("it does not keep the constraints"));
  Out({"patch", "stage", "p1", "--run", "r1"});
  Out({"patch", "apply", "p1", "--run", "r1"});
  EXPECT_THAT(sandbox_.Run({"patch", "verify", "p1", "--run", "r1", "--tests-passed", "false"}).err,
              HasSubstr("the tests did not pass with it"));
  Out({"patch", "verify", "p1", "--run", "r1"});
  Out({"patch", "quarantine", "p2", "--run", "r1", "--reason", "touches secrets"});
  EXPECT_THAT(Out({"patch", "show", "p2", "--run", "r1", "--json"}),
              HasSubstr(R"("scope_passed":null,"constraints_passed":null,"tests_passed":null)"));
}

TEST_F(GroupsTest, HelpOffersAnOverrideWhereTheVerbNamesAState) {
  for (const char* const verb : {"approve", "reject", "plan", "submit"}) {
    EXPECT_THAT(Out({"request", verb, "--help"}), Not(HasSubstr("--override"))) << verb;
  }
  EXPECT_THAT(Out({"request", "plan", "--help"}), Not(HasSubstr("--reason")));
  EXPECT_THAT(Out({"request", "reject", "--help"}), HasSubstr("--reason"));
  Out({"request", "open", "make it fast", "--id", "q1"});
  Out({"request", "rework", "q1", "--override", "--operator", "olga", "--reason", "slow"});
  Out({"breaker", "create", "cc"});
  Out({"breaker", "trip", "cc", "--override", "--operator", "olga", "--reason", "bad"});
  Out({"breaker", "reset", "cc", "--override", "--operator", "olga", "--reason", "fine"});
}

TEST_F(GroupsTest, ShowsExactlyWhatIsApproved) {
  Out({"patch", "propose", "p1", "-", "--run", "r1", "--ws", "a"}, kDiff);
  Out({"request", "open", "make it fast", "--id", "q1", "--run", "r1"});
  Out({"request", "start", "q1"});
  Out({"request", "plan", "q1", "measure", "--patches", "p1"});
  EXPECT_THAT(Out({"request", "show", "q1"}), HasSubstr("\nmeasure\npatches: [\"p1="));
  Out({"request", "revise", "q1", "--scope", R"({"paths":["x"]})"});
  EXPECT_THAT(Out({"request", "show", "q1"}), HasSubstr("\nmeasure\nscope: {\"paths\":[\"x\"]}\npatches: [\"p1="));
  const std::string shown = Out({"log", "--json", "--type", "request_amended"});
  Out({"redact", shown.substr(12, shown.find(',') - 12), "--reason", "a key"});
  EXPECT_THAT(Out({"request", "show", "q1"}),
              AllOf(HasSubstr("it was redacted: it cannot be approved"), Not(HasSubstr("request approve"))));
  EXPECT_THAT(
      Out({"request", "show", "q1", "--json"}),
      HasSubstr(R"("approval":{"what":"plan","digest":null,"command":"annals request revise q1 --plan TEXT"})"));
}

TEST_F(GroupsTest, AMachineOfOnesOwnIsDefinedShownAndFollowed) {
  const std::string file = sandbox_.folder().File("deploy.json");
  std::ofstream(file) << kDeploy;
  Out({"machine", "define", file});
  EXPECT_THAT(Out({"machine", "list"}), AllOf(HasSubstr("deploy"), HasSubstr("circuit_breaker")));
  EXPECT_THAT(Out({"machine", "show", "deploy"}), HasSubstr("go"));
  EXPECT_THAT(Out({"machine", "check", "deploy", "new", "out"}), HasSubstr("is legal by go"));
  Out({"entity", "create", "d1", "--machine", "deploy", "--metadata", R"({"region":"eu"})"});
  EXPECT_THAT(Out({"entity", "transition", "d1", "out", "--machine", "deploy"}), HasSubstr("deploy d1: out"));
  EXPECT_THAT(Out({"entity", "show", "d1", "--machine", "deploy", "--json"}),
              HasSubstr(R"("metadata":{"region":"eu"})"));
  EXPECT_THAT(Out({"entity", "list", "--machine", "deploy"}), HasSubstr("d1"));
  EXPECT_THAT(Out({"why", "entity", "deploy/d1"}), HasSubstr("deploy d1 is out since"));
  EXPECT_EQ(sandbox_.Run({"rejudge", "--machine", "deploy"}).exit, 0);
}

TEST_F(GroupsTest, AnUnknownMachineIsToldOfThoseOfUsersToo) {
  Out({"machine", "define", kDeploy});
  const ProcessResult result = sandbox_.Run({"machine", "check", "nope", "a", "b"});
  EXPECT_EQ(result.exit, 2);
  EXPECT_THAT(result.err, HasSubstr("request, deploy"));
  EXPECT_THAT(sandbox_.Run({"machine", "check", "deplyo", "a", "b"}).err, HasSubstr("did you mean \"deploy\"?"));
}

// It was refused, and the refusal recorded.
TEST_F(GroupsTest, AMachineThatIsDefinedSoAlreadyIsNotDefinedAgain) {
  const std::string file = sandbox_.folder().File("deploy.json");
  std::ofstream(file) << kDeploy;
  const std::string first = Out({"machine", "define", file, "--json"});
  const std::string events = Out({"log", "--json"});
  EXPECT_THAT(Out({"machine", "define", file}), HasSubstr("is its newest version already (position "));
  std::string repeat = first;
  repeat.replace(repeat.find(R"("repeat":false)"), 14, R"("repeat":true)");
  EXPECT_EQ(Out({"machine", "define", file, "--json"}), repeat);
  EXPECT_EQ(Out({"machine", "define", file, "--json", "--dry-run"}), repeat);
  EXPECT_EQ(Out({"log", "--json"}), events);
}

TEST_F(GroupsTest, MachinesAreListedAndShownAsOfThen) {
  Out({"machine", "define", kDeploy});
  const std::string first = Out({"machine", "show", "deploy", "--json"});
  std::string changed = kDeploy;
  changed.replace(changed.find("\"go\""), 4, "\"leave\"");
  Out({"machine", "define", changed});
  EXPECT_THAT(
      Out({"machine", "list", "--json"}),
      testing::ContainsRegex("\"name\":\"deploy\".*\"newest\":false.*\n.*\"name\":\"deploy\".*\"newest\":true"));
  EXPECT_NE(Out({"machine", "show", "deploy", "--json"}), first);
  const std::string position = Out({"log", "--json", "--type", "machine_defined", "--limit", "2"});
  const size_t at = position.find(':') + 1;
  EXPECT_EQ(Out({"machine", "show", "deploy", "--json", "--at", position.substr(at, position.find(',') - at)}), first);
}

TEST_F(GroupsTest, AFaultOfAFileNamesTheFile) {
  const std::string file = sandbox_.folder().File("bad.json");
  std::ofstream(file) << "{,";
  EXPECT_THAT(sandbox_.Run({"machine", "define", file}).err,
              HasSubstr("machine define: " + file + ": read the JSON: byte"));
  EXPECT_THAT(sandbox_.Run({"machine", "define", "{,"}).err, HasSubstr("machine define: FILE: read the JSON: byte"));
}

// A machine of that name could not be told from what the commands of the group are about.
TEST_F(GroupsTest, NoMachineHasTheNameOfAGroup) {
  for (const CommandEntry& entry : AllCommands()) {
    if (entry.make().commands.empty()) continue;
    for (const std::string_view name : {entry.name, entry.alias}) {
      if (name.empty()) continue;
      std::string json = kDeploy;
      json.replace(json.find("\"deploy\""), 8, fmt::format("\"{}\"", name));
      EXPECT_THAT(sandbox_.Run({"machine", "define", json}).err, HasSubstr("/name: ")) << name;
    }
  }
}

struct Nonsense {
  const char* name;
  Line line;
  int exit;
  const char* says;
};
const Nonsense kNonsense[] = {
    {"AStateOfAnotherMachine", {"task", "transition", "t1", "editing", "--run", "r1"}, 2, "editing"},
    {"ATaskThatIsNotThere", {"task", "queue", "t9", "--run", "r1"}, 4, "run r1 has no task t9"},
    {"ADigestThatIsNone", {"request", "approve", "q1", "--digest", "12"}, 2, "64 hex digits"},
    {"ARequestForNothing", {"request", "open", ""}, 2, "say what is asked for"},
    {"ACheckpointOfTwoThings",
     {"checkpoint", "save", "c", "--request", "q1", "--run", "r1"},
     2,
     "give request_id, or run_id"},
    {"AnEntityOfNoMachine", {"entity", "create", "d1", "--machine", "nope"}, 2, "there is no machine \"nope\""},
    {"AMoveInNoMachine", {"entity", "transition", "d1", "x", "--machine", "nope"}, 2, "there is no machine \"nope\""},
    {"AMachineThatIsNone", {"machine", "define", R"({"name":"m"})"}, 2, "/initial: it is missing"},
    {"AMachineFileThatIsNotThere", {"machine", "define", "nope.json"}, 4, "nope.json"},
    {"ABoolThatIsNone", {"patch", "stage", "p1", "--run", "r1", "--scope-passed", "maybe"}, 2, "maybe"},
    {"ATaskWithoutItsRun", {"why", "task", "t1"}, 2, "--run"},
};
class NonsenseTest : public GroupsTest, public testing::WithParamInterface<Nonsense> {};
INSTANTIATE_TEST_SUITE_P(Groups, NonsenseTest, testing::ValuesIn(kNonsense),
                         [](const auto& row) { return std::string(row.param.name); });

TEST_P(NonsenseTest, GetsAClearErrorAndItsExitCode) {
  const ProcessResult result = sandbox_.Run(GetParam().line);
  EXPECT_EQ(result.exit, GetParam().exit) << result.err;
  EXPECT_THAT(result.err, HasSubstr(GetParam().says));
  EXPECT_THAT(result.err, Not(HasSubstr("internal")));
}

}  // namespace
}  // namespace annals::testing_process
