// annals log as a process: what each filter leaves, the shapes of its lines, and following.
#include <chrono>
#include <csignal>
#include <sstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/cli/annals_process.h"

namespace annals::testing_process {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;

// Positions 1 to 11.
constexpr const char* kHistory =
    R"({"command":"create_run","run_id":"r1","status":"running","metadata":{"a":[1.0,"x"]}}
{"command":"create_workstream","run_id":"r1","ws_id":"w","is_critical":true}
{"command":"create_run","run_id":"r2","actor":"bot"}
{"command":"transition_run","run_id":"r1","to":"pending"}
{"command":"transition_workstream","run_id":"r1","ws_id":"w","to":"ready","reason":"go"}
{"command":"record_error","run_id":"r1","ws_id":"w","step_name":"static","error_code":"E1","signature":"s","message":"no \u001b[31m"}
{"command":"record_event","run_id":"r1","event_type":"lunch","payload":{"for":"all"}}
{"command":"transition_run","run_id":"r2","to":"completed","override":{"operator":"Olga","reason":"it must"}}
{"command":"record_step_attempt","run_id":"r1","ws_id":"w","step_name":"edit","status":"success","exit_code":0,"result":{"ok":true}}
{"command":"transition_run","run_id":"r1","to":"failed","command_id":"k"}
)";

// Of each line.
std::vector<int> Positions(const std::string& text) {
  std::vector<int> positions;
  const std::string start = "{\"position\":";
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_EQ(line.find(start), 0u) << line;
    positions.push_back(std::stoi(line.substr(start.size())));
  }
  return positions;
}

struct FilterCase {
  const char* name;
  std::vector<std::string> options;
  std::vector<int> positions;
};

class LogFilterTest : public testing::TestWithParam<FilterCase> {};

TEST_P(LogFilterTest, Leaves) {
  AnnalsSandbox sandbox;
  EXPECT_EQ(sandbox.Run({"apply", "-", "--keep-going"}, kHistory).exit, 3);
  std::vector<std::string> arguments = {"log", "--json"};
  arguments.insert(arguments.end(), GetParam().options.begin(), GetParam().options.end());
  EXPECT_EQ(Positions(sandbox.Out(arguments)), GetParam().positions);
}

INSTANTIATE_TEST_SUITE_P(
    Log, LogFilterTest,
    testing::Values(FilterCase{"Everything", {}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
                    FilterCase{"ARunWithWhatWasRefusedOfItInItsPlace", {"--run", "r1"}, {1, 2, 3, 5, 6, 7, 8, 10, 11}},
                    FilterCase{"AWorkstream", {"--ws", "w"}, {3, 6, 7, 10}},
                    FilterCase{"AType", {"--type", "run_created"}, {1, 4}},
                    FilterCase{"AnOverride", {"--type", "run_overridden"}, {9}},
                    FilterCase{"ANoteByItsOwnType", {"--type", "lunch"}, {8}},
                    FilterCase{"AnEntityThatIsARun", {"--entity", "run/r1"}, {1, 2, 5, 8, 11}},
                    FilterCase{"AnEntityThatIsAWorkstream", {"--entity", "ws/w"}, {3, 6, 7, 10}},
                    FilterCase{"AnActor", {"--actor", "bot"}, {4}},
                    FilterCase{"AGravity", {"--severity", "error"}, {7, 11}},
                    FilterCase{"AGravityOrMore", {"--severity", "warning", "--run", "r1"}, {5, 7, 11}},
                    FilterCase{"TheNewest", {"--limit", "2"}, {10, 11}},
                    FilterCase{"TheNewestOfARun", {"--limit", "4", "--run", "r1"}, {7, 8, 10, 11}},
                    FilterCase{"Transitions", {"--transitions"}, {2, 5, 6, 9, 11}},
                    FilterCase{"SinceLongAgo", {"--since", "2020-01-01", "--limit", "1"}, {11}},
                    FilterCase{"SinceTheFuture", {"--since", "2999-01-01"}, {}},
                    FilterCase{"UntilLongAgo", {"--until", "2020-01-01T00:00:00+02:00"}, {}},
                    FilterCase{"ARunThatIsNot", {"--run", "nobody"}, {}}),
    [](const auto& row) { return std::string(row.param.name); });

class LogTest : public testing::Test {
 protected:
  LogTest() { sandbox_.Run({"apply", "-", "--keep-going"}, kHistory); }
  AnnalsSandbox sandbox_;
};

TEST_F(LogTest, AnOverrideIsAtLeastAWarningAlsoWhereItFollowsAnEdge) {
  sandbox_.Out({"run", "create", "r3"});
  sandbox_.Out({"run", "transition", "r3", "running", "--override", "--operator", "Olga", "--reason", "now"});
  EXPECT_THAT(sandbox_.Out({"log", "--severity", "warning", "--run", "r3", "--transitions", "--json"}),
              AllOf(HasSubstr(R"("trigger":"start","severity":"warning")"), HasSubstr(R"("kind":"override")")));
}

TEST_F(LogTest, TimesAreWithTheirEnds) {
  const std::string line = sandbox_.Out({"log", "--json", "--type", "lunch"});
  const std::string key = "\"recorded_at\":\"";
  const std::string time = line.substr(line.find(key) + key.size(), 27);
  EXPECT_THAT(sandbox_.Out({"log", "--json", "--since", time, "--until", time}), HasSubstr("\"lunch\""));
}

// SPEC §7: the log line and the transitions line.
TEST_F(LogTest, LinesHaveTheShapeOfTheContract) {
  const std::string time = R"("[0-9]{4}-[0-9-]{5}T[0-9:]{8}\.[0-9]{6}Z")";
  EXPECT_THAT(
      sandbox_.Out({"log", "--json", "--limit", "11"}),
      AllOf(ContainsRegex(
                R"re(\{"position":1,"stream":"run/r1","version":1,"recorded_at":)re" + time +
                R"re(,"event_type":"run_created","run_id":"r1","ws_id":null,"actor":"tester","command_id":null,)re"
                R"re("causation":null,"payload":\{"machine_version":"1","metadata":\{"a":\[1.0,"x"\]\}\}\})re"),
            HasSubstr(R"("note":true,"payload":{"for":"all"}})"), HasSubstr(R"("message":"no \u001b[31m"}})"),
            HasSubstr(R"("result":{"ok":true}}})"), HasSubstr(R"("reason":"go"}})"),
            HasSubstr(R"("command_id":"k","causation":null)")));
  EXPECT_THAT(
      sandbox_.Out({"log", "--json", "--transitions", "--run", "r2"}),
      ContainsRegex(
          R"re(^\{"position":9,"entity_type":"run","entity_id":"r2","from_state":"pending","to_state":"completed",)re"
          R"re("trigger":null,"severity":"[a-z]+","timestamp":)re" +
          time + R"re(,"operator":"Olga","reason":"it must","run_id":"r2","kind":"override"\})re"));
}

TEST_F(LogTest, FullLinesHaveWhatAnImportNeeds) {
  EXPECT_THAT(
      sandbox_.Out({"log", "--json", "--full", "--type", "error_recorded"}),
      ContainsRegex(
          R"re("content_digest":"[0-9a-f]{64}","content_size":[0-9]+,"content_salt":"[0-9a-f]{32}","leaf_hash":"[0-9a-f]{64}"\})re"));
  EXPECT_THAT(sandbox_.Out({"log", "--json", "--full", "--limit", "1"}),
              ContainsRegex(R"re("command_digest":"[0-9a-f]{64}","command_salt":"[0-9a-f]{32}")re"));
}

TEST_F(LogTest, WhatStrangersWroteCannotMoveTheCursor) {
  const std::string text = sandbox_.Out({"log"});
  EXPECT_THAT(text, HasSubstr("static E1: no ␛[31m"));
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

struct UsageCase {
  const char* name;
  std::vector<std::string> options;
  const char* says;
};
class LogUsageTest : public testing::TestWithParam<UsageCase> {};

TEST_P(LogUsageTest, IsExitCodeTwo) {
  AnnalsSandbox sandbox;
  sandbox.Out({"init"});
  std::vector<std::string> arguments = {"log"};
  arguments.insert(arguments.end(), GetParam().options.begin(), GetParam().options.end());
  const ProcessResult result = sandbox.Run(arguments);
  EXPECT_EQ(result.exit, 2);
  EXPECT_THAT(result.err, HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    Log, LogUsageTest,
    testing::Values(UsageCase{"EntityWithoutKind", {"--entity", "r1"}, "KIND/ID"},
                    UsageCase{"NegativeLimit", {"--limit", "-1"}, "--limit: it must be at least 1"},
                    UsageCase{"LimitOfNothing", {"--limit", "0"}, "--limit: it must be at least 1"},
                    UsageCase{"UnknownSeverity", {"--severity", "loud"}, "--severity"},
                    UsageCase{"FollowWithAnEnd", {"-f", "--until", "2020-01-01"}, "leave one of the two out"},
                    UsageCase{"FullTransitions", {"--full", "--transitions"}, "leave one of the two out"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(LogCommand, SaysThatThereIsNoDatabase) {
  AnnalsSandbox sandbox;
  EXPECT_EQ(sandbox.Run({"log", "--follow"}).exit, 4);
}

TEST_F(LogTest, FollowingShowsWhatComes) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::execl(ANNALS_BINARY, ANNALS_BINARY, "--db", sandbox_.db().c_str(), "log", "--json", "--transitions", "--follow",
            "--limit", "1", nullptr);
    ::_exit(127);
  }
  ::close(ends[1]);
  std::string seen;
  const auto wait_for = [&](const std::string& text) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (seen.find(text) == std::string::npos && std::chrono::steady_clock::now() < deadline) {
      pollfd wanted{ends[0], POLLIN, 0};
      if (::poll(&wanted, 1, 1000) <= 0) continue;
      char block[4096];
      const ssize_t count = ::read(ends[0], block, sizeof(block));
      if (count <= 0) break;
      seen.append(block, static_cast<size_t>(count));
    }
    return seen.find(text) != std::string::npos;
  };
  EXPECT_TRUE(wait_for("\"position\":11"));
  sandbox_.Out({"run", "create", "r3"});
  sandbox_.Out({"run", "transition", "r3", "running"});
  EXPECT_TRUE(wait_for("\"position\":13"));
  EXPECT_EQ(Positions(seen), (std::vector<int>{11, 13}));
  ::kill(child, SIGTERM);
  ::waitpid(child, nullptr, 0);
  ::close(ends[0]);
}

}  // namespace
}  // namespace annals::testing_process
