// Redaction of what is shown by rows of no run: a request's plan, a refusal's reason (SPEC §10).
#include <string>

#include <capnp/message.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands/redaction.h"
#include "eventstore/sqlite/sqlite_row_store.h"
#include "projections/as_of.h"
#include "projections/rebuild.h"
#include "tests/support/by_hand.h"
#include "tests/support/ledger.h"
#include "tests/support/must.h"
#include "tests/support/store.h"

namespace annals {
namespace {

using namespace annals::support;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr auto kQuiet = [](uint64_t, uint64_t) {};

class RedactedStreams : public testing::TestWithParam<Backend> {
 protected:
  RedactedStreams() { hand_.WriteAll(WholeLife()); }
  Storage& storage() { return store_.storage(); }

  // As a command would: the event that says so, then what it says.
  void Redact(uint64_t position) {
    capnp::MallocMessageBuilder message;
    message.initRoot<schema::RedactContent>().initPosition().setValue(static_cast<int64_t>(position));
    EventDecoder decoder;
    const Redaction redaction =
        Must(FindRedaction(message.getRoot<schema::RedactContent>().asReader(), *Must(storage().Read()), decoder));
    hand_.Write({.stream = redaction.stream,
                 .event_type = "content_redacted",
                 .payload = fmt::format(R"({{"position":{}}})", position),
                 .ws_id = redaction.ws_id});
    const auto transaction = Must(storage().Begin());
    Must(RemoveContent(redaction, *transaction));
    const bool keeps_transitions = Must(transaction->HasTable(StateTransitionsTable().table()));
    Must(WriteStreamAnew(redaction.stream, *transaction, keeps_transitions));
    Must(transaction->Commit());
  }
  RequestRow Request(Snapshot& snapshot) {
    std::vector<RequestRow> rows;
    Must(snapshot.ReadRows({.table = &RequestsTable().table()}, TableSet::kLive, [&](Row row) {
      rows.push_back(RequestsTable().FromValues(row));
      return absl::OkStatus();
    }));
    return rows.at(0);
  }

  Store store_{GetParam()};
  ByHand hand_{store_.storage()};
};
INSTANTIATE_TEST_SUITE_P(Backends, RedactedStreams, testing::Values(Backend::kMemory, Backend::kSqlite),
                         [](const auto& test) { return NameOf(test.param); });

TEST_P(RedactedStreams, ShowAPlanNoMoreAndItsDigestStill) {
  const RequestRow before = Request(*Must(storage().Read()));
  ASSERT_EQ(before.plan, "the plan");
  ASSERT_TRUE(before.plan_digest);
  Redact(27);
  const RequestRow after = Request(*Must(storage().Read()));
  EXPECT_EQ(after.plan, "[redacted]");
  EXPECT_EQ(after.plan_scope_json, R"({"redacted":true})");
  EXPECT_EQ(after.plan_digest, before.plan_digest);
  EXPECT_EQ(after.plan_approved_by, "Olga");
  EXPECT_EQ(after.request, "make it fast");
  EXPECT_EQ(Must(CheckTables(storage(), kQuiet)).difference_count, 0u);
  EXPECT_EQ(FaultsOf(storage()), "");
}

TEST_P(RedactedStreams, ShowItAlsoAsOfAnEarlierPosition) {
  Redact(27);
  const auto earlier =
      Must(AsOfSnapshot::Open(Must(storage().Read()), {27}, Must(SqliteRowStore::InMemory(ProjectedTables())), kQuiet));
  EXPECT_EQ(Request(*earlier).plan, "[redacted]");
  EXPECT_EQ(Request(*earlier).status, "plan_awaiting_approval");
}

TEST_P(RedactedStreams, ShowWhatIsOfOtherKindsNoMore) {
  for (const uint64_t position : {13, 22, 25, 29, 30}) Redact(position);
  TableLines tables = TablesOf(storage());
  EXPECT_THAT(tables["test_gates"], ElementsAre(HasSubstr(R"({"redacted":true})")));
  EXPECT_THAT(tables["requests"], ElementsAre(AllOf(HasSubstr("[redacted]"), Not(HasSubstr("make it fast")))));
  EXPECT_THAT(tables["checkpoints"], ElementsAre(HasSubstr(R"({"redacted":true})"), HasSubstr(R"({"redacted":true})")));
  EXPECT_EQ(Must(CheckTables(storage(), kQuiet)).difference_count, 0u);
}

// A refusal stands in a stream of its own, and shows in state_transitions.
TEST_P(RedactedStreams, ShowTheReasonOfNoRefusal) {
  Must(Rebuild(storage(), &StateTransitionsTable().table(), kQuiet));
  const Position refused = hand_.Write(
      Kept({.stream = "refused/request/q1",
            .event_type = "command_refused",
            .payload = R"({"command":"transition_request","machine":"request","entity":"q1","reason":"secret"})"}));
  Redact(refused.value);
  EXPECT_EQ(Must(CheckTables(storage(), kQuiet)).difference_count, 0u);
  EXPECT_EQ(Request(*Must(storage().Read())).plan, "the plan");
}

}  // namespace
}  // namespace annals
