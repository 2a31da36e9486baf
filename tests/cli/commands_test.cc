// The commands that write or show single tables, as a user sees them.
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/annals_process.h"

namespace annals {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;
using testing_process::AnnalsSandbox;
using testing_process::ProcessResult;
using testing_process::RunProcess;

// Commands one after the other on one database, each with what it must answer.
struct Step {
  std::vector<std::string> arguments;
  int exit;
  std::string out;       // exactly; "*": anything
  std::string err = {};  // part of it; empty: stderr must be empty
};

struct Story {
  std::string name;
  std::vector<Step> steps;
};

std::vector<Story> Stories() {
  return {
      {"RunFromBirthToEnd",
       {{{"run", "create", "r1"}, 0, "r1\n"},
        {{"run", "transition", "r1", "running"}, 0, "run r1: running (position 2)\n"},
        {{"run", "pause", "r1", "--reason", "lunch"}, 0, "run r1: paused (position 3)\n"},
        {{"run", "pause", "r1"}, 3, "", "it is paused already"},
        {{"run", "resume", "r1"}, 0, "run r1: running (position 5)\n"},
        {{"run", "transition", "r1", "--trigger", "complete"}, 0, "run r1: completed (position 6)\n"},
        {{"run", "transition", "r1", "failed"}, 3, "", "completed is final"}}},
      {"WorkstreamOfTheOnlyOpenRun",
       {{{"run", "create", "r1", "--status", "running"}, 0, "r1\n"},
        {{"workstream", "create", "a", "--run", "r1"}, 0, "workstream a of run r1: pending (position 3)\n"},
        {{"ws", "create", "b", "--run", "r1", "--depends-on", "a", "--critical"}, 0, "*"},
        {{"ws", "transition", "a", "ready"}, 0, "workstream a of run r1: ready (position 5)\n"},
        {{"ws", "transition", "b", "ready"}, 3, "", "dependencies_done"},
        {{"ws", "transition", "a", "failed"}, 0, "workstream a of run r1: failed (positions 7 to 8)\n"},
        {{"ws", "list", "--status", "blocked", "--json"}, 0, "*"}}},
      {"AttemptStartedAndFinished",
       {{{"run", "create", "r1", "--status", "running"}, 0, "r1\n"},
        {{"ws", "create", "a", "--run", "r1"}, 0, "*"},
        {{"step", "start", "--run", "r1", "--ws", "a", "--step", "edit"}, 0, "4\n"},
        {{"step", "finish", "4", "--status", "failure", "--exit-code", "-1", "--result", "{ \"a\" : 1e400 }"},
         0,
         "attempt 4: failure (position 5)\n"},
        {{"step", "finish", "4", "--status", "success"}, 3, "", "an attempt finishes once"},
        {{"step", "record", "--run", "r1", "--ws", "a", "--step", "edit", "--status", "skipped"}, 0, "7\n"}}},
      {"ErrorsAndNotes",
       {{{"run", "create", "r1", "--status", "running"}, 0, "r1\n"},
        {{"ws", "create", "a", "--run", "r1"}, 0, "*"},
        {{"error", "record", "--run", "r1", "--ws", "a", "--step", "static", "--code", "E1", "--signature", "s",
          "--message", "two\nlines", "--context", "{}"},
         0,
         "workstream a of run r1: recorded (position 4)\n"},
        {{"event", "record", "lunch"}, 0, "note: recorded (position 5)\n"},
        {{"event", "record", "scope", "--run", "r1", "--ws", "a", "--payload", "{\"x\":[1,2]}"}, 0, "*"}}},
      {"OverrideLeavesTheLawAside",
       {{{"run", "create", "r1"}, 0, "r1\n"},
        {{"run", "transition", "r1", "completed"}, 3, "", "no edge leads from pending to completed"},
        {{"run", "transition", "r1", "completed", "--override", "--operator", "kim", "--reason", "imported"},
         0,
         "run r1: completed (position 3)\n"},
        {{"run", "transition", "r1", "running", "--override", "--operator", "kim", "--reason", "no"},
         3,
         "",
         "is final"}}},
      {"TheSameKeyGivesTheFirstAnswer",
       {{{"run", "create", "r1", "--command-id", "k"}, 0, "r1\n"},
        {{"run", "create", "r1", "--command-id", "k"}, 0, "r1\n"},
        {{"--json", "run", "create", "r1", "--command-id", "k"},
         0,
         "{\"first_position\":1,\"last_position\":1,\"stream\":\"run/"
         "r1\",\"version\":1,\"state\":\"pending\",\"repeat\":true,"
         "\"run_id\":\"r1\"}\n"}}},
      {"DryRunChangesNothing",
       {{{"run", "create", "r1"}, 0, "r1\n"},
        {{"run", "transition", "r1", "running", "--dry-run"}, 0, "*"},
        {{"run", "transition", "r1", "paused", "--dry-run"}, 3, "", "dry run: run r1 from pending to paused: refused"},
        {{"run", "transition", "r1", "running", "--expect-version", "1"}, 0, "run r1: running (position 2)\n"}}},
      {"GlobalOptionsStandAnywhere",
       {{{"--actor", "kim", "run", "create", "r1"}, 0, "r1\n"},
        {{"run", "--lock-timeout", "100", "transition", "r1", "--expect-version=1", "running"}, 0, "*"}}},
      {"NothingToShowIsNoError",
       {{{"init"}, 0, "*"}, {{"run", "list"}, 0, "", "no runs to show"}, {{"run", "list", "--json"}, 0, ""}}},
  };
}

class StoryTest : public testing::TestWithParam<Story> {};

TEST_P(StoryTest, IsAnsweredAsTold) {
  AnnalsSandbox sandbox;
  for (const Step& step : GetParam().steps) {
    std::string command;
    for (const std::string& word : step.arguments) command += " " + word;
    const ProcessResult result = sandbox.Run(step.arguments);
    EXPECT_EQ(result.exit, step.exit) << command << "\n" << result.err;
    if (step.out != "*") {
      EXPECT_EQ(result.out, step.out) << command;
    }
    if (step.err.empty()) {
      EXPECT_EQ(result.err, "") << command;
    } else {
      EXPECT_THAT(result.err, HasSubstr(step.err)) << command;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Cli, StoryTest, testing::ValuesIn(Stories()),
                         [](const auto& test) { return test.param.name; });

TEST(RunCreate, MakesAnIdThatAScriptCanKeep) {
  AnnalsSandbox sandbox;
  EXPECT_THAT(sandbox.Out({"run", "create"}), MatchesRegex("[0-9A-HJKMNP-TV-Z]{26}\n"));
}

TEST(RunShow, HasTheColumnsAndWhatIsDerived) {
  AnnalsSandbox sandbox;
  sandbox.Out({"run", "create", "r1", "--metadata", "{ \"n\" : 1.0 }"});
  EXPECT_THAT(
      sandbox.Out({"run", "show", "r1", "--json"}),
      AllOf(StartsWith("{\"run_id\":\"r1\",\"status\":\"pending\",\"created_at\":\"20"),
            HasSubstr("\"metadata\":{\"n\":1.0}"), HasSubstr("\"started_at\":null"), HasSubstr("\"duration_ms\":null"),
            EndsWith("\"progress\":{\"total\":0,\"by_status\":{},\"percent\":null}}\n")));
  sandbox.Out({"run", "transition", "r1", "running"});
  sandbox.Out({"ws", "create", "a", "--run", "r1"});
  sandbox.Out({"ws", "create", "b", "--run", "r1"});
  sandbox.Out({"ws", "create", "c", "--run", "r1"});
  sandbox.Out({"ws", "transition", "a", "done", "--override", "--operator", "kim", "--reason", "test"});
  EXPECT_THAT(
      sandbox.Out({"run", "show", "r1", "--json"}),
      AllOf(Not(HasSubstr("\"duration_ms\":null")),
            EndsWith("\"progress\":{\"total\":3,\"by_status\":{\"pending\":2,\"done\":1},\"percent\":33.3}}\n")));
  EXPECT_THAT(sandbox.Out({"run", "show", "r1"}),
              HasSubstr("progress:           1 of 3 done (33.3 %), 2 pending, 1 done"));
}

TEST(WorkstreamShow, TakesTheNewestRunAndSaysWhich) {
  AnnalsSandbox sandbox;
  for (const char* run : {"z", "a"}) {
    sandbox.Out({"run", "create", run});
    sandbox.Out({"ws", "create", "w", "--run", run});
  }
  const ProcessResult newest = sandbox.Run({"ws", "show", "w"});
  EXPECT_EQ(newest.exit, 0);
  EXPECT_THAT(newest.out, StartsWith("run_id:              a\n"));
  EXPECT_EQ(newest.err, "annals: 2 runs hold w; this is the newest, a\n");
  EXPECT_THAT(
      sandbox.Out({"ws", "show", "w", "--json"}),
      StartsWith("{\"run_id\":\"a\",\"ws_id\":\"w\",\"status\":\"pending\",\"depends_on\":[],\"is_critical\":false"));
  EXPECT_THAT(sandbox.Out({"ws", "show", "w", "--run", "z"}), StartsWith("run_id:              z\n"));
}

TEST(Lists, FilterAndKeepTheNewest) {
  AnnalsSandbox sandbox;
  for (const char* run : {"r1", "r2", "r3"}) sandbox.Out({"run", "create", run});
  sandbox.Out({"run", "transition", "r2", "running"});
  const auto ids = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"run", "list", "--json"});
    std::string found;
    const std::string out = sandbox.Out(arguments);
    for (const std::string run : {"r1", "r2", "r3"}) {
      if (out.find("\"run_id\":\"" + run + "\"") != std::string::npos) found += run + " ";
    }
    return found;
  };
  EXPECT_EQ(ids({}), "r1 r2 r3 ");
  EXPECT_EQ(ids({"--status", "running"}), "r2 ");
  EXPECT_EQ(ids({"--run", "r3"}), "r3 ");
  EXPECT_EQ(ids({"--limit", "2"}), "r2 r3 ");
  EXPECT_EQ(ids({"--since", "2999-01-01T00:00:00+02:00"}), "");
  EXPECT_EQ(ids({"--since", "2001-01-01"}), "r1 r2 r3 ");
  const std::string table = sandbox.Out({"run", "list", "--limit", "2"});
  EXPECT_THAT(table, StartsWith("RUN  STATUS   DONE  CREATED"));
  EXPECT_LT(table.find("r2"), table.find("r3")) << "the newest must stand last";
}

TEST(JsonOptions, TakeTextFilesAndStandardInput) {
  AnnalsSandbox sandbox;
  std::ofstream(sandbox.folder().File("m.json")) << "{ \"from\" : \"file\" }\n";
  sandbox.Out({"run", "create", "r1", "--metadata", "@m.json"});
  sandbox.Out({"run", "create", "r2", "--metadata", "-"}, "{ \"from\" : \"stdin\" }");
  EXPECT_THAT(sandbox.Out({"run", "list", "--json"}),
              AllOf(HasSubstr("\"metadata\":{\"from\":\"file\"}"), HasSubstr("\"metadata\":{\"from\":\"stdin\"}")));
}

TEST(DryRun, ShowsTheLogLinesThatWouldCome) {
  AnnalsSandbox sandbox;
  EXPECT_THAT(sandbox.Out({"run", "create", "r1", "--status", "running", "--dry-run", "--json"}),
              AllOf(StartsWith("{\"dry_run\":true,\"events\":[{\"position\":1,\"stream\":\"run/r1\",\"version\":1,"),
                    HasSubstr("\"event_type\":\"run_created\""), HasSubstr("\"event_type\":\"run_transitioned\"")));
  sandbox.Out({"run", "create", "r1"});
  const ProcessResult refused = sandbox.Run({"run", "create", "r1", "--dry-run", "--json"});
  EXPECT_EQ(refused.exit, 3);
  EXPECT_THAT(refused.out, AllOf(StartsWith("{\"refused\":true,"), EndsWith("\"position\":null,\"dry_run\":true}\n")));
}

TEST(Actor, IsTheUserUnlessNamed) {
  AnnalsSandbox sandbox;
  sandbox.Out({"run", "create", "r1"});
  sandbox.Out({"run", "create", "r2", "--actor", "kim"});
  EXPECT_THAT(sandbox.Out({"log", "--json"}), AllOf(HasSubstr("\"actor\":\"tester\""), HasSubstr("\"actor\":\"kim\"")));
}

TEST(RunWatch, PrintsEachChangeAndEndsWithTheRun) {
  AnnalsSandbox sandbox;
  sandbox.Out({"run", "create", "r1", "--status", "running"});
  sandbox.Out({"ws", "create", "a", "--run", "r1"});
  sandbox.Out({"run", "transition", "r1", "failed"});
  const std::string lines = sandbox.Out({"run", "watch", "r1"});
  EXPECT_THAT(lines, AllOf(HasSubstr("run r1: pending → running\n"), HasSubstr("workstream a: pending\n"),
                           EndsWith("run r1: running → failed\n")));
  EXPECT_THAT(sandbox.Out({"run", "watch", "r1", "--json"}),
              AllOf(StartsWith("{\"position\":1,\"entity_type\":\"run\",\"entity_id\":\"r1\",\"from_state\":null,\"to_"
                               "state\":\"pending\""),
                    HasSubstr("\"from_state\":\"running\",\"to_state\":\"failed\"")));
  EXPECT_EQ(sandbox.Run({"run", "watch", "zz"}).exit, 4);
}

TEST(Colour, IsOnlyForTerminalsUnlessForced) {
  AnnalsSandbox sandbox;
  sandbox.Out({"run", "create", "r1", "--status", "running"});
  const auto list = [&](std::map<std::string, std::string> environment, std::vector<std::string> arguments) {
    environment["PIPELINE_DB_PATH"] = sandbox.db();
    return RunProcess({.arguments = std::move(arguments), .environment = std::move(environment)}).out;
  };
  EXPECT_THAT(list({}, {"run", "list"}), Not(HasSubstr("\x1b[")));
  EXPECT_THAT(list({{"CLICOLOR_FORCE", "1"}}, {"run", "list"}), HasSubstr("\x1b[36mrunning\x1b[0m"));
  EXPECT_THAT(list({{"CLICOLOR_FORCE", "1"}, {"NO_COLOR", "1"}}, {"run", "list"}), Not(HasSubstr("\x1b[")));
  EXPECT_THAT(list({{"CLICOLOR_FORCE", "1"}}, {"run", "list", "--no-color"}), Not(HasSubstr("\x1b[")));
}

TEST(Output, ThatCannotBeWrittenIsAFailure) {
  AnnalsSandbox sandbox;
  sandbox.Out({"run", "create", "r1"});
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "this machine has no /dev/full";
  const ProcessResult result = RunProcess({.arguments = {"-c", std::string("exec \"") + ANNALS_BINARY + "\" --db \"" +
                                                                   sandbox.db() + "\" run show r1 > /dev/full"}},
                                          "/bin/sh");
  EXPECT_EQ(result.exit, 1);
  EXPECT_THAT(result.err, HasSubstr("standard output failed"));
}

}  // namespace
}  // namespace annals
