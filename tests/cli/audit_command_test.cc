// annals audit as a process: its formats, where it writes, and its exit codes.
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/annals_process.h"
#include "tests/cli/audit_story.h"

namespace annals::testing_process {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

std::string BytesIn(const std::string& file) {
  std::ostringstream out;
  out << std::ifstream(file, std::ios::binary).rdbuf();
  return out.str();
}

class AuditCommandTest : public testing::Test {
 protected:
  AuditCommandTest() {
    std::string lines;
    for (const std::string& command : AuditStory()) lines += command + "\n";
    sandbox_.Run({"apply", "-", "--keep-going"}, lines);
  }
  AnnalsSandbox sandbox_;
};

TEST_F(AuditCommandTest, IsTextUnlessToldOtherwise) {
  EXPECT_THAT(sandbox_.Out({"audit", "r1"}), StartsWith("Audit of run r1\nstatus       failed\n"));
  EXPECT_THAT(sandbox_.Out({"audit", "r1", "--format", "markdown"}), StartsWith("# Audit of run r1\n"));
  EXPECT_THAT(sandbox_.Out({"audit", "r1", "--format", "html"}),
              AllOf(StartsWith("<!doctype html>\n"), EndsWith("</html>\n")));
  const std::string json = sandbox_.Out({"audit", "r1", "--json"});
  EXPECT_THAT(json, AllOf(StartsWith("{\"run_id\":\"r1\","), EndsWith("}\n")));
  EXPECT_EQ(sandbox_.Out({"audit", "r1", "--format", "json"}), json);
}

TEST_F(AuditCommandTest, OfARunThatHasEndedIsTheSameEachTime) {
  EXPECT_EQ(sandbox_.Out({"audit", "r1", "--format", "html"}), sandbox_.Out({"audit", "r1", "--format", "html"}));
}

TEST_F(AuditCommandTest, WritesAFileInsteadOfStandardOutput) {
  const std::string file = sandbox_.folder().File("audit.html");
  EXPECT_THAT(sandbox_.Out({"audit", "r1", "--format", "html", "--out", file}), IsEmpty());
  EXPECT_EQ(BytesIn(file), sandbox_.Out({"audit", "r1", "--format", "html"}));
  sandbox_.Out({"audit", "r1", "--out", file});
  EXPECT_THAT(BytesIn(file), StartsWith("Audit of run r1\n"));
}

struct UsageCase {
  const char* name;
  std::vector<std::string> arguments;
  int exit;
  const char* says;
};
class AuditUsageTest : public testing::TestWithParam<UsageCase> {};

TEST_P(AuditUsageTest, HasItsExitCode) {
  AnnalsSandbox sandbox;
  sandbox.Out({"run", "create", "r1"});
  std::vector<std::string> arguments = {"audit"};
  arguments.insert(arguments.end(), GetParam().arguments.begin(), GetParam().arguments.end());
  const ProcessResult result = sandbox.Run(arguments);
  EXPECT_EQ(result.exit, GetParam().exit);
  EXPECT_THAT(result.out, IsEmpty());
  EXPECT_THAT(result.err, HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    Audit, AuditUsageTest,
    testing::Values(UsageCase{"NoRun", {}, 2, "RUN"},
                    UsageCase{"UnknownRun", {"nobody"}, 4, "there is no run \"nobody\""},
                    UsageCase{"HostileRun", {"\x1b[31m"}, 4, "there is no run \"\\u001b[31m\""},
                    UsageCase{"UnknownFormat", {"r1", "--format", "pdf"}, 2, "--format"},
                    UsageCase{"TwoFormats", {"r1", "--json", "--format", "html"}, 2, "leave one of the two out"},
                    UsageCase{"NoSuchFolder", {"r1", "--out", "no/such/folder"}, 2, "No such file or directory"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(AuditCommand, SaysThatThereIsNoDatabase) {
  AnnalsSandbox sandbox;
  EXPECT_EQ(sandbox.Run({"audit", "r1"}).exit, 4);
  EXPECT_FALSE(std::filesystem::exists(sandbox.db()));
}

}  // namespace
}  // namespace annals::testing_process
