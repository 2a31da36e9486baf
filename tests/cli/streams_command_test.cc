// What lives outside runs, as commands that look show it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/annals_process.h"
#include "tests/support/by_hand.h"
#include "tests/support/store.h"

namespace annals {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using testing_process::AnnalsSandbox;

class StreamsCommandTest : public testing::Test {
 protected:
  StreamsCommandTest() {
    const auto storage = support::OpenSqlite(sandbox_.db());
    support::ByHand(*storage).WriteAll(support::WholeLife());
  }
  AnnalsSandbox sandbox_;
};

TEST_F(StreamsCommandTest, AreCountedByKindAndStatus) {
  EXPECT_THAT(sandbox_.Out({"inspect"}),
              AllOf(ContainsRegex("tasks +2   1 pending, 1 retrying"), ContainsRegex("circuit breakers +1   1 open"),
                    ContainsRegex("requests +1   1 plan_approved")));
  EXPECT_THAT(sandbox_.Out({"inspect", "--at", "20", "--json"}),
              HasSubstr(R"("workers":{"total":1,"by_status":{"busy":1}})"));
  EXPECT_THAT(sandbox_.Out({"stats", "--run", "r1"}), AllOf(HasSubstr("patches"), Not(HasSubstr("workers"))));
}

TEST_F(StreamsCommandTest, AreWhatTheyWere) {
  EXPECT_THAT(sandbox_.Out({"sql", "--at", "20", "SELECT status, current_load FROM workers", "--json"}),
              HasSubstr(R"({"status":"busy","current_load":1})"));
  EXPECT_THAT(sandbox_.Out({"diff", "20", "33"}), AllOf(HasSubstr("~ workers w1\n    status             busy → idle\n"),
                                                        HasSubstr("+ entities deploy x\n")));
}

TEST_F(StreamsCommandTest, AreExportedAsTables) {
  EXPECT_THAT(sandbox_.Out({"export", "--format", "csv", "--table", "circuit_breakers"}), HasSubstr("\r\ngit,open,1,"));
  EXPECT_EQ(sandbox_.Run({"export", "--format", "csv", "--table", "workers", "--run", "r1"}).exit, 2);
}

}  // namespace
}  // namespace annals
