// annals import and bundles as processes: there and back again, and every way it can be asked wrongly.
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/annals_process.h"

namespace annals::testing_process {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kHistory =
    R"({"command":"create_run","run_id":"r1","status":"running","command_id":"k"}
{"command":"create_workstream","run_id":"r1","ws_id":"w"}
{"command":"create_run","run_id":"r2"}
{"command":"transition_run","run_id":"r1","to":"pending"}
{"command":"record_step_attempt","run_id":"r1","ws_id":"w","step_name":"edit","status":"success","result":{"n":1}}
{"command":"record_event","event_type":"lunch"}
)";

class ImportLinesCommandTest : public testing::Test {
 protected:
  ImportLinesCommandTest() {
    EXPECT_EQ(sandbox_.Run({"apply", "-", "--keep-going"}, kHistory).exit, 3);
    lines_ = sandbox_.Out({"export", "--out", "log.jsonl"}) + sandbox_.Out({"export"});
  }
  ProcessResult RunOther(std::vector<std::string> arguments, const std::string& in = {}) {
    arguments.insert(arguments.end(), {"--db", "other.db"});
    return sandbox_.Run(std::move(arguments), in);
  }
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(sandbox_.folder().File(name)) << text;
  }

  AnnalsSandbox sandbox_;
  std::string lines_;
};

TEST_F(ImportLinesCommandTest, GivesTheSameLogAndASecondTimeNothing) {
  const ProcessResult first = RunOther({"import", "log.jsonl"});
  EXPECT_EQ(first.exit, 0) << first.err;
  EXPECT_THAT(first.out, HasSubstr("7 events imported; the same log"));
  EXPECT_EQ(RunOther({"export"}).out, lines_);
  EXPECT_EQ(RunOther({"verify"}).exit, 0);
  EXPECT_THAT(RunOther({"import", "log.jsonl"}).out, HasSubstr("0 events imported, 7 were there already"));
  EXPECT_THAT(RunOther({"import", "-", "--json"}, lines_).out, HasSubstr(R"("exact":true,"lines":7,"events":0)"));
}

TEST_F(ImportLinesCommandTest, ADryRunMakesNoDatabase) {
  EXPECT_THAT(RunOther({"import", "--dry-run", "log.jsonl"}).out, HasSubstr("7 events would be imported"));
  EXPECT_EQ(RunOther({"log"}).exit, 4);
}

TEST_F(ImportLinesCommandTest, AddsARunToAnotherLogOnce) {
  EXPECT_EQ(RunOther({"run", "create", "mine"}).exit, 0);
  sandbox_.Out({"export", "--run", "r1", "--out", "r1.jsonl"});
  const ProcessResult merged = RunOther({"import", "r1.jsonl"});
  EXPECT_EQ(merged.exit, 0) << merged.err;
  EXPECT_THAT(merged.out, HasSubstr("5 events imported; added to this log"));
  EXPECT_EQ(RunOther({"verify"}).exit, 0);
  EXPECT_THAT(RunOther({"import", "r1.jsonl"}).out, HasSubstr("was imported before; nothing was added"));
  Write("again.jsonl", lines_);
  const ProcessResult taken = RunOther({"import", "again.jsonl"});
  EXPECT_EQ(taken.exit, 5);
  EXPECT_THAT(taken.err, HasSubstr("--rename r1=NEW"));
  const ProcessResult renamed = RunOther({"import", "again.jsonl", "--rename", "r1=r1-copy"});
  EXPECT_EQ(renamed.exit, 0) << renamed.err;
  EXPECT_THAT(renamed.err, HasSubstr("its command id k is taken"));
}

struct BadCase {
  const char* name;
  std::vector<std::string> arguments;
  std::string text;  // of the file "bad"
  int exit;
  const char* says;
};

class BadLinesTest : public ImportLinesCommandTest, public testing::WithParamInterface<BadCase> {};

TEST_P(BadLinesTest, IsRefused) {
  Write("bad", GetParam().text);
  std::vector<std::string> arguments = {"import"};
  arguments.insert(arguments.end(), GetParam().arguments.begin(), GetParam().arguments.end());
  const ProcessResult result = RunOther(arguments);
  EXPECT_EQ(result.exit, GetParam().exit) << result.out;
  EXPECT_THAT(result.err, HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    Import, BadLinesTest,
    testing::Values(BadCase{"NoFile", {"nothing.jsonl"}, "", 4, "nothing.jsonl"},
                    BadCase{"AFolder", {"."}, "", 2, "folder"},
                    BadCase{"NoJson", {"bad", "--format", "jsonl"}, "\n\nhello\n", 2, "line 3"},
                    BadCase{"ACommand", {"bad"}, R"({"command":"create_run"})", 2, "\"event_type\" is missing"},
                    BadCase{"ADatabase", {"annals.db"}, "", 2, "it is an Annals database already"},
                    BadCase{"AnUnknownFormat", {"bad", "--format", "xes"}, "", 2, "xes"},
                    BadCase{"ARenameWithoutANewName", {"bad", "--format", "jsonl", "--rename", "r1"}, "", 2, "OLD=NEW"},
                    BadCase{"ARenameToNoId", {"bad", "--format", "jsonl", "--rename", "r1=-x"}, "", 2, "--rename"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST_F(ImportLinesCommandTest, ABundleIsReadLikeALogAndCheckedWithoutIt) {
  sandbox_.Out({"key", "new", "k", "--name", "tests"});
  EXPECT_THAT(sandbox_.Out({"export", "--run", "r1", "--bundle", "r1.bundle", "--key", "k"}),
              HasSubstr("5 events with proofs and the sealed head"));
  const std::string verifier = sandbox_.Out({"key", "show", "k"});
  const auto bundle = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--db", "r1.bundle"});
    return sandbox_.Run(std::move(arguments));
  };
  EXPECT_EQ(bundle({"log", "--json", "--full"}).out, sandbox_.Out({"log", "--json", "--full", "--run", "r1"}));
  EXPECT_EQ(bundle({"run", "show", "r1", "--json", "--at", "3"}).out,
            sandbox_.Out({"run", "show", "r1", "--json", "--at", "3"}));
  EXPECT_EQ(bundle({"ws", "list", "--json"}).out, sandbox_.Out({"ws", "list", "--run", "r1", "--json"}));
  for (const std::vector<std::string>& read : std::vector<std::vector<std::string>>{
           {"stats"}, {"inspect"}, {"step", "list"}, {"run", "list"}, {"log", "--at", "2"}, {"rebuild", "--check"}}) {
    const ProcessResult result = bundle(read);
    EXPECT_EQ(result.exit, 0) << read[0] << ": " << result.err;
  }
  EXPECT_EQ(bundle({"prove", "3"}).out, sandbox_.Out({"prove", "3"}));
  EXPECT_EQ(bundle({"prove", "4"}).exit, 4);  // it is of the other run
  EXPECT_EQ(bundle({"prove", "3", "--size", "3"}).exit, 2);
  EXPECT_EQ(bundle({"seal", "--key", "k"}).exit, 2);
  const ProcessResult written = bundle({"run", "create", "x"});
  EXPECT_EQ(written.exit, 2);
  EXPECT_THAT(written.err, HasSubstr("it is a bundle, a copy of one run to read"));
  EXPECT_THAT(bundle({"verify"}).out, AllOf(HasSubstr("shown:"), HasSubstr("its signature was not checked")));
  const ProcessResult checked =
      sandbox_.Run({"check-proof", "r1.bundle", "--verifier", verifier.substr(0, verifier.find('\n'))});
  EXPECT_EQ(checked.exit, 0) << checked.err;
  EXPECT_THAT(checked.out, AllOf(HasSubstr("signed by tests"), HasSubstr("not shown:")));
  EXPECT_EQ(sandbox_.Run({"check-proof", "annals.db"}).exit, 2);
}

TEST_F(ImportLinesCommandTest, ABundleWithoutASealSaysSo) {
  EXPECT_THAT(sandbox_.Out({"export", "--run", "r2", "--bundle", "b"}), HasSubstr("no seal"));
  EXPECT_THAT(sandbox_.Out({"check-proof", "b"}), HasSubstr("there is no seal, so all of it may have been made up"));
  EXPECT_THAT(sandbox_.Out({"check-proof", "b", "--json"}), HasSubstr(R"("seal":"none")"));
}

}  // namespace
}  // namespace annals::testing_process
