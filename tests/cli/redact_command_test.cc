// redact as a process: not a byte of what was redacted is left in the database's files.
#include <filesystem>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/sqlite/connection.h"
#include "tests/cli/annals_process.h"

namespace annals::testing_process {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kSecret = "SECRET-4711-SECRET";

class RedactTest : public testing::Test {
 protected:
  // Metadata above what stands inline, and rows that are written anew again and again, so that copies of it lie about.
  RedactTest() {
    const std::string large = fmt::format(R"({{"k":"{}{}"}})", kSecret, std::string(1'100, 'x'));
    const std::string small = fmt::format(R"({{"k":"{}"}})", kSecret);
    std::string lines;
    const auto add = [&](const std::string& line) { lines += line + "\n"; };
    add(R"({"command":"create_run","run_id":"r1","status":"running","metadata":)" + large + "}");  // 1, 2
    add(R"({"command":"create_workstream","run_id":"r1","ws_id":"a","metadata":)" + large + "}");  // 3
    add(R"({"command":"create_workstream","run_id":"r1","ws_id":"b","sensitive":true,"metadata":)" + small + "}");  // 4
    for (const char* const ws_id : {"a", "b"}) {
      for (const char* const to : {"ready", "editing", "static_check", "fixing"}) {  // 5 to 12
        add(fmt::format(R"({{"command":"transition_workstream","run_id":"r1","ws_id":"{}","to":"{}"}})", ws_id, to));
      }
    }
    add(R"({"command":"start_step","run_id":"r1","ws_id":"a","step_name":"edit"})");                // 13
    add(R"({"command":"finish_step","attempt_id":13,"status":"success","result":)" + small + "}");  // 14
    add(R"({"command":"record_error","run_id":"r1","ws_id":"a","step_name":"edit","error_code":"E","signature":"s",)"
        R"("message":")" +
        std::string(kSecret) + R"(","context":)" + large + "}");  // 15
    for (int i = 0; i < 20; ++i) {                                // 16 to 35
      add(R"({"command":"record_error","run_id":"r1","ws_id":"a","step_name":"edit","error_code":"E","signature":"s",)"
          R"("message":"m"})");
    }
    add(R"({"command":"record_event","run_id":"r1","event_type":"n","payload":)" + small + "}");  // 36
    add(R"({"command":"transition_run","run_id":"r1","to":"paused","sensitive":true,"reason":")" +
        std::string(kSecret) + "\"}");  // 37
    for (int i = 0; i < 200; ++i) {     // 38 to 237
      add(fmt::format(R"({{"command":"create_workstream","run_id":"r1","ws_id":"w{:03}"}})", i));
    }
    EXPECT_EQ(sandbox_.Run({"apply", "-", "--batch", "30"}, lines).exit, 0);
    sandbox_.Out({"rebuild", "state_transitions"});
    // Rows written anew by a SQLite that is not built to zero what it deletes, as Debian's is: the pages they filled
    // and left keep copies.
    EXPECT_TRUE(Open()
                    .Execute("PRAGMA secure_delete = OFF;"
                             "CREATE TEMP TABLE copy AS SELECT * FROM workstreams; DELETE FROM workstreams;"
                             "INSERT INTO workstreams SELECT * FROM copy ORDER BY ws_id;"
                             "UPDATE workstreams SET machine_version = 'longer than it was';"
                             "UPDATE workstreams SET machine_version = '1';")
                    .ok());
  }

  size_t Traces() const { return sandbox_.TracesOf(kSecret); }
  Connection Open() const { return Connection::Open(sandbox_.db(), OpenMode::kReadWrite, 1'000).value(); }

  AnnalsSandbox sandbox_;
};

// SPEC §10
TEST_F(RedactTest, LeavesNoByteOfItInTheFiles) {
  for (const char* const position : {"1", "3", "4", "14", "15", "36", "37"}) {
    EXPECT_GT(Traces(), 0u);
    EXPECT_THAT(sandbox_.Out({"redact", position, "--reason", "a password"}),
                AllOf(HasSubstr("redacted: recorded at position"), HasSubstr("backups")));
  }
  EXPECT_EQ(Traces(), 0u);
  sandbox_.Out({"rebuild", "--check"});
  sandbox_.Out({"rebuild"});
  EXPECT_EQ(Traces(), 0u);
  EXPECT_THAT(sandbox_.Out({"log", "--full", "--json"}),
              AllOf(Not(HasSubstr(kSecret)), HasSubstr(R"("content_salt":null)")));
  for (const char* const suffix : {"-wal", "-shm", "-journal"}) {
    EXPECT_FALSE(std::filesystem::exists(sandbox_.db() + suffix)) << suffix;
  }
}

// Why the file is written anew: zeroing what is deleted, and cutting the write-ahead log, do not reach the copies that
// rows left behind when they were written anew earlier.
TEST_F(RedactTest, NeedsMoreThanZeroingWhatIsDeleted) {
  {
    const Connection connection = Open();
    ASSERT_TRUE(connection
                    .Execute("PRAGMA secure_delete = ON; DROP TRIGGER log_refuses_update; BEGIN;"
                             "UPDATE log SET salt = NULL, content = x'' WHERE content IS NOT NULL;"
                             "UPDATE runs SET metadata_json = NULL; UPDATE workstreams SET metadata_json = NULL;"
                             "UPDATE step_attempts SET result_json = NULL;"
                             "UPDATE errors SET message = '', context_json = NULL;"
                             "UPDATE state_transitions SET reason = NULL; COMMIT;")
                    .ok());
    ASSERT_EQ(connection.QueryInt("PRAGMA wal_checkpoint(TRUNCATE)").value(), 0);
  }
  EXPECT_GT(Traces(), 0u);
  ASSERT_TRUE(Open().Execute("VACUUM").ok());
  EXPECT_EQ(Traces(), 0u);
}

TEST_F(RedactTest, AgainSweepsAgain) {
  sandbox_.Out({"redact", "3", "--reason", "x"});
  const std::string log = sandbox_.Out({"log", "--json"});
  EXPECT_THAT(sandbox_.Out({"redact", "3", "--reason", "x"}), HasSubstr("redacted already; swept again"));
  EXPECT_EQ(sandbox_.Out({"redact", "3", "--reason", "x", "--json"}), "{\"already_redacted\":true}\n");
  EXPECT_EQ(sandbox_.Run({"redact", "3", "--reason", "x", "--dry-run"}).exit, 5);
  EXPECT_EQ(sandbox_.Out({"log", "--json"}), log);
}

// A reader keeps old pages alive. The redaction stands; what is left of it is done later.
TEST_F(RedactTest, SaysWhenAReaderKeepsOldPagesAlive) {
  {
    const Connection reader = Open();
    ASSERT_TRUE(reader.Execute("BEGIN").ok());
    ASSERT_TRUE(reader.QueryInt("SELECT count(*) FROM log").ok());
    const ProcessResult result = sandbox_.Run({"redact", "4", "--reason", "x", "--lock-timeout", "50"});
    EXPECT_EQ(result.exit, 1);
    EXPECT_THAT(result.out, HasSubstr("recorded at position"));
    EXPECT_THAT(result.err, AllOf(HasSubstr("gone from the log and the tables"), HasSubstr("may still hold it"),
                                  HasSubstr("annals redact again")));
  }
  for (const char* const position : {"1", "3", "14", "15", "36", "37"}) {
    sandbox_.Out({"redact", position, "--reason", "x"});
  }
  EXPECT_EQ(Traces(), 0u);
}

TEST_F(RedactTest, ThroughJsonLinesSweepsAtTheEnd) {
  std::string lines;
  for (const int position : {1, 3, 4, 14, 15, 36, 37}) {
    lines += fmt::format(R"({{"command":"redact_content","position":{},"reason":"x"}})", position) + "\n";
  }
  EXPECT_EQ(sandbox_.Run({"apply", "-", "--dry-run"}, lines).exit, 0);
  EXPECT_GT(Traces(), 0u);
  EXPECT_EQ(sandbox_.Run({"apply", "-"}, lines).exit, 0);
  EXPECT_EQ(Traces(), 0u);
  sandbox_.Out({"rebuild", "--check"});
}

struct UsageCase {
  const char* name;
  std::vector<std::string> arguments;
  int exit;
  const char* message;
};
class RedactUsageTest : public RedactTest, public testing::WithParamInterface<UsageCase> {};
INSTANTIATE_TEST_SUITE_P(
    Redact, RedactUsageTest,
    testing::Values(UsageCase{"NoReason", {"redact", "3"}, 2, "--reason"},
                    UsageCase{"NoPosition", {"redact", "--reason", "x"}, 2, "POSITION"},
                    UsageCase{"NoNumber", {"redact", "three", "--reason", "x"}, 2, "three"},
                    UsageCase{"Negative", {"redact", "--reason", "x", "--", "-3"}, 2, "-3"},
                    UsageCase{"BehindTheEnd", {"redact", "999", "--reason", "x"}, 4, "the log ends at position 237"},
                    UsageCase{"NothingThere", {"redact", "5", "--reason", "x"}, 2, "has no content"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST_P(RedactUsageTest, IsRefusedInWords) {
  const ProcessResult result = sandbox_.Run(GetParam().arguments);
  EXPECT_EQ(result.exit, GetParam().exit);
  EXPECT_THAT(result.err, HasSubstr(GetParam().message));
  EXPECT_THAT(result.out, IsEmpty());
}

}  // namespace
}  // namespace annals::testing_process
