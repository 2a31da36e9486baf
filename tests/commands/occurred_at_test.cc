// Events may claim a time of their own: tables use it, the log goes on by the clock.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/event_codec.h"
#include "tests/commands/engine_fixture.h"

namespace annals::support {
namespace {

class OccurredAtTest : public EngineFixture {
 protected:
  // Executes `command` in a unit of its own that was told `time`.
  void AcceptAt(Timestamp time, const std::string& command) {
    const JsonCommand parsed(command);
    const auto unit = Must(session_.engine().Begin());
    unit->SetOccurredAt(time);
    EXPECT_TRUE(std::holds_alternative<Receipt>(Must(unit->Execute(parsed.reader()))));
    Must(unit->Commit());
  }
};
INSTANTIATE_TEST_SUITE_P(Backends, OccurredAtTest, kBothBackends, kNameOfBackend);

TEST_P(OccurredAtTest, TablesHaveTheTimeThatIsClaimedAndTheLogThatOfTheClock) {
  constexpr Timestamp kLongAgo{1'000'000'000'000'000};
  AcceptAt({kLongAgo.micros + 1}, CreateRun("r1", "running"));
  AcceptAt(kLongAgo, CreateWorkstream("a"));
  Accept(CreateWorkstream("b"));
  EventDecoder decoder;
  Timestamp before;
  for (const StoredRecord& record : RecordsOf(storage())) {
    EXPECT_GE(record.recorded_at, Session::kStart);
    EXPECT_GE(record.recorded_at, before);
    before = record.recorded_at;
    const int64_t expected = record.ws_id == "a" ? kLongAgo.micros : record.ws_id == "b" ? 0 : kLongAgo.micros + 1;
    EXPECT_EQ(Must(decoder.Decode(record.event)).getOccurredAt(), expected);
  }
  const TableLines tables = TablesOf(storage());
  EXPECT_THAT(tables.at("runs")[0], testing::HasSubstr("|2001-09-09T01:46:40.000001Z|"));
  EXPECT_THAT(tables.at("workstreams")[0], testing::HasSubstr("|2001-09-09T01:46:40.000000Z|"));
  EXPECT_THAT(tables.at("workstreams")[1], testing::HasSubstr("|2026-01-01T"));
}

}  // namespace
}  // namespace annals::support
