// redact of what agents write about requests, patches and gates, as a process: not a byte of it is left, nothing that
// was written stops being right, and what is shown says so.
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/annals_process.h"

namespace annals::testing_process {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kSecret = "SECRET-4711-SECRET";

// Every kind of content that has a place of its own in a row, the secret being @. Patches that are no diffs are
// quarantined, with what is wrong about them in the event.
constexpr const char* kHistory[] = {
    R"({"command":"create_run","run_id":"r1","status":"running"})",
    R"({"command":"create_workstream","run_id":"r1","ws_id":"a"})",
    R"({"command":"create_patch","run_id":"r1","ws_id":"a","patch_id":"good","diff":"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+@\n"})",
    R"({"command":"create_patch","run_id":"r1","ws_id":"a","patch_id":"prose","diff":"export KEY=@\n"})",
    R"({"command":"transition_patch","run_id":"r1","patch_id":"prose","to":"validating"})",
    R"({"command":"create_patch","run_id":"r1","ws_id":"a","patch_id":"hunk","diff":"--- a/x\n+++ b/x\n@@ @\n"})",
    R"({"command":"transition_patch","run_id":"r1","patch_id":"hunk","to":"validating"})",
    R"({"command":"create_patch","run_id":"r1","ws_id":"a","patch_id":"mode","format":"git_patch","diff":"diff --git a/x b/x\nold mode @\n"})",
    R"({"command":"create_patch","run_id":"r1","ws_id":"a","patch_id":"bytes","format":"git_patch","diff":"diff --git a/x b/x\nGIT binary patch\nliteral 7\n@\n"})",
    R"({"command":"create_request","request_id":"q1","request":"use @","run_id":"r1"})",
    R"({"command":"transition_request","request_id":"q1","to":"planning"})",
    R"({"command":"transition_request","request_id":"q1","to":"plan_awaiting_approval","plan":"with @","scope":{"k":"@"}})",
    R"({"command":"amend_request","request_id":"q1","plan":"again with @","scope":{"k":"@"}})",
    R"({"command":"transition_request","request_id":"q1","to":"plan_rejected","reason":"no @","sensitive":true})",
    R"({"command":"transition_request","request_id":"q1","to":"completed","plan":"@"})",
    R"({"command":"save_checkpoint","request_id":"q1","name":"c","data":{"k":"@"}})",
    R"({"command":"create_test_gate","run_id":"r1","gate_id":"g"})",
    R"({"command":"transition_test_gate","run_id":"r1","gate_id":"g","to":"running"})",
    R"({"command":"transition_test_gate","run_id":"r1","gate_id":"g","to":"passed","result":{"tail":"@"}})",
};

class RedactMachinesTest : public testing::Test {
 protected:
  RedactMachinesTest() {
    std::string lines;
    for (std::string line : kHistory) {
      for (size_t at = line.find('@'); at != std::string::npos; at = line.find('@')) {
        // That of a hunk's header is one of the diff.
        if (line.compare(at, 3, "@@ ") == 0) {
          line.replace(at, 2, "\x01\x01");
        } else {
          line.replace(at, 1, kSecret);
        }
      }
      for (char& c : line) c = c == '\x01' ? '@' : c;
      lines += line + "\n";
    }
    EXPECT_EQ(sandbox_.Run({"apply", "-", "--keep-going"}, lines).exit, 3);
    sandbox_.Out({"rebuild", "state_transitions"});
  }
  size_t Traces() const { return sandbox_.TracesOf(kSecret); }
  // The positions of events that show the secret.
  std::vector<std::string> Positions() {
    std::vector<std::string> positions;
    std::istringstream log(sandbox_.Out({"log", "--json"}));
    for (std::string line; std::getline(log, line);) {
      if (line.find(kSecret) == std::string::npos) continue;
      const size_t begin = line.find(':') + 1;
      positions.push_back(line.substr(begin, line.find(',') - begin));
    }
    return positions;
  }
  AnnalsSandbox sandbox_;
};

// SPEC §10
TEST_F(RedactMachinesTest, LeavesNoByteOfItAndAllThatWasWrittenStaysRight) {
  const std::vector<std::string> positions = Positions();
  EXPECT_EQ(positions.size(), 11u);
  for (const std::string& position : positions) {
    EXPECT_GT(Traces(), 0u);
    sandbox_.Out({"redact", position, "--reason", "a key"});
    sandbox_.Out({"verify"});
  }
  EXPECT_EQ(Traces(), 0u);
  sandbox_.Out({"rebuild", "--check"});
  sandbox_.Out({"rebuild"});
  sandbox_.Out({"verify"});
  EXPECT_EQ(Traces(), 0u);
}

TEST_F(RedactMachinesTest, IsSaidWhereItWasShown) {
  for (const std::string& position : Positions()) sandbox_.Out({"redact", position, "--reason", "a key"});
  struct Page {
    std::vector<std::string> command;
    const char* says;
  };
  for (const Page& page : {Page{{"request", "show", "q1"}, R"("plan":"[redacted]","plan_scope":{"redacted":true})"},
                           {{"request", "show", "q1"}, R"("plan_rejected_reason":"[redacted]")"},
                           {{"gate", "show", "g", "--run", "r1"}, R"("result":{"redacted":true})"},
                           {{"checkpoint", "list"}, R"("data":{"redacted":true})"},
                           {{"patch", "show", "prose", "--run", "r1"}, "line 1: it belongs to no file"},
                           {{"request", "resume", "q1"}, R"({"redacted":true})"},
                           {{"why", "request/q1"}, "[redacted]"}}) {
    std::vector<std::string> command = page.command;
    command.push_back("--json");
    EXPECT_THAT(sandbox_.Out(command), AllOf(HasSubstr(page.says), Not(HasSubstr(kSecret))));
  }
  EXPECT_EQ(Traces(), 0u);
}

}  // namespace
}  // namespace annals::testing_process
