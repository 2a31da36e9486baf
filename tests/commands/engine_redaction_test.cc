// Redaction: what goes, what stays valid, and that nothing brings it back (SPEC §10).
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/event_codec.h"
#include "eventstore/sqlite/sqlite_row_store.h"
#include "projections/as_of.h"
#include "projections/rebuild.h"
#include "tests/commands/engine_fixture.h"

namespace annals::support {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr auto kQuiet = [](uint64_t, uint64_t) {};
constexpr std::string_view kSecret = "hunter2";

std::string Redact(uint64_t position, std::string_view reason = "a password") {
  return fmt::format(R"({{"command":"redact_content","position":{},"reason":"{}"}})", position, reason);
}

class RedactionTest : public EngineFixture {
 protected:
  RedactionTest() {
    session_.ExecuteAll({
        With(CreateRun("r1"), R"("sensitive":true,"metadata":{"k":"hunter2"})"),                // 1
        With(MoveRun("running"), R"("sensitive":true,"reason":"hunter2")"),                     // 2
        With(CreateWorkstream("a"), R"("sensitive":true,"metadata":{"k":"hunter2"})"),          // 3
        With(RecordStep("a", "edit", "success"), R"("result":{"k":"hunter2"})"),                // 4
        With(RecordError("a", "edit", "sig"), R"("context":{"k":"hunter2"})"),                  // 5
        With(Note("deploy"), R"("ws_id":"a","payload":{"k":"hunter2"})"),                       // 6
        R"({"command":"record_event","event_type":"tick","payload":{"k":"hunter2"}})",          // 7, of no run
        With(MoveRun("completed"), R"("sensitive":true,"command_id":"c","reason":"hunter2")"),  // 8, refused
        With(MoveWorkstream("a", "ready"), R"("reason":"stated, and short")"),                  // 9
        MoveWorkstream("a", "editing"),                                                         // 10
    });
    Must(Rebuild(storage(), &StateTransitionsTable().table(), kQuiet));
  }
  // Everything that can be read of the storage, as text.
  std::string AllText() {
    std::string text;
    for (const StoredRecord& record : RecordsOf(storage())) {
      text += record.event;
      if (record.content) text += record.content->second;
    }
    for (const auto& [table, lines] : TablesOf(storage())) {
      for (const std::string& line : lines) text += line;
    }
    return text;
  }
};
INSTANTIATE_TEST_SUITE_P(Backends, RedactionTest, kBothBackends, kNameOfBackend);

TEST_P(RedactionTest, LeavesTheContentOfNoKindOfEventAnywhere) {
  for (uint64_t position = 1; position <= 8; ++position) Accept(Redact(position));
  EXPECT_THAT(AllText(), Not(HasSubstr(kSecret)));
  TableLines tables = TablesOf(storage());
  EXPECT_THAT(tables["runs"], ElementsAre(HasSubstr(R"({"redacted":true})")));
  EXPECT_THAT(tables["workstreams"], ElementsAre(HasSubstr(R"({"redacted":true})")));
  EXPECT_THAT(tables["step_attempts"], ElementsAre(HasSubstr(R"({"redacted":true})")));
  EXPECT_THAT(tables["errors"], ElementsAre(HasSubstr(R"('[redacted]'|'{"redacted":true}')")));
  EXPECT_THAT(tables["state_transitions"], Contains(HasSubstr("[redacted]")));
  Reopen();
  EXPECT_EQ(Must(CheckTables(storage(), kQuiet)).difference_count, 0u);
}

// SPEC §2.3, §2.7: every hash and proof stays valid.
TEST_P(RedactionTest, ChangesNoEventAndNoHash) {
  const std::vector<StoredRecord> before = RecordsOf(storage());
  const Receipt receipt = Accept(Redact(5));
  const std::vector<StoredRecord> after = RecordsOf(storage());
  ASSERT_EQ(after.size(), before.size() + 1);
  for (size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(after[i].event, before[i].event);
    EXPECT_EQ(after[i].kept_leaf, before[i].kept_leaf);
    EXPECT_EQ(after[i] == before[i], i != 4);
  }
  EXPECT_EQ(after.back().event_type, "content_redacted");
  EXPECT_EQ(after.back().stream, "run/r1");
  EXPECT_EQ(after.back().ws_id, "a");
  EXPECT_EQ(receipt.first_position, Position{11});
}

TEST_P(RedactionTest, SaysSoInTheStreamOfTheEvent) {
  EXPECT_EQ(Accept(Redact(7)).stream, "note");
  EXPECT_EQ(Accept(Redact(8)).stream, "refused/run/r1");
  EXPECT_EQ(Accept(With(Redact(1), R"("expect_version":8)")).version, StreamVersion{9});
  EXPECT_EQ(Fail(With(Redact(2), R"("expect_version":8)")).code(), absl::StatusCode::kAborted);
}

TEST_P(RedactionTest, ShowsAlsoAsOfAnEarlierPosition) {
  Accept(Redact(3));
  const auto earlier =
      Must(AsOfSnapshot::Open(Must(storage().Read()), {4}, Must(SqliteRowStore::InMemory(ProjectedTables())), kQuiet));
  std::string metadata;
  Must(earlier->ReadRows({.table = &WorkstreamsTable().table()}, TableSet::kLive, [&](Row row) {
    metadata = LineOf(row);
    return absl::OkStatus();
  }));
  EXPECT_THAT(metadata, HasSubstr(R"({"redacted":true})"));
}

struct FailureCase {
  uint64_t position;
  absl::StatusCode code;
  const char* message;
};
TEST_P(RedactionTest, IsAnErrorWhereThereIsNothingToRedact) {
  Accept(Redact(1));
  const Position before = end();
  for (const FailureCase& row : {FailureCase{0, absl::StatusCode::kNotFound, "the log ends at position 11"},
                                 {99, absl::StatusCode::kNotFound, "the log ends at position 11"},
                                 {9, absl::StatusCode::kInvalidArgument, "stands in the event itself"},
                                 {10, absl::StatusCode::kInvalidArgument, "has no content"},
                                 {11, absl::StatusCode::kInvalidArgument, "stands in the event itself"},
                                 {1, absl::StatusCode::kAlreadyExists, "redacted already"}}) {
    const absl::Status status = Fail(Redact(row.position));
    EXPECT_EQ(status.code(), row.code) << row.position;
    EXPECT_THAT(std::string(status.message()), HasSubstr(row.message));
  }
  EXPECT_EQ(end(), before);
}

TEST_P(RedactionTest, RedactsTheReasonOfARedaction) {
  Accept(With(Redact(1, "it was hunter2"), R"("sensitive":true)"));
  Accept(Redact(11));
  for (uint64_t position = 2; position <= 8; ++position) Accept(Redact(position));
  EXPECT_THAT(AllText(), Not(HasSubstr(kSecret)));
}

TEST_P(RedactionTest, IsForeseenWithoutAnyEffect) {
  const std::vector<StoredRecord> before = RecordsOf(storage());
  const Preview preview = session_.Foresee(With(Redact(1), R"("dry_run":true)"));
  ASSERT_EQ(preview.events.size(), 1u);
  EXPECT_EQ(preview.events[0].event_type, "content_redacted");
  EXPECT_EQ(RecordsOf(storage()), before);
}

// The digest of a command whose salt is known lets a short content be guessed.
TEST_P(RedactionTest, ForgetsTheSaltOfTheCommandAndStillKnowsItsRepeat) {
  const std::string refused = With(MoveRun("completed"), R"("sensitive":true,"command_id":"c","reason":"hunter2")");
  EXPECT_TRUE(Refuse(refused).repeat);
  Accept(Redact(8));
  std::string salt = "unread";
  Must(Must(storage().Read())->ReadRows({.table = &CommandIdsTable()}, TableSet::kLive, [&](Row row) {
    salt = std::get<std::string_view>(row[2]);
    return absl::OkStatus();
  }));
  EXPECT_EQ(salt, "");
  const Refused repeat = Refuse(refused);
  EXPECT_TRUE(repeat.repeat);
  EXPECT_EQ(repeat.position, Position{8});
}

TEST_P(RedactionTest, OfOneUnitRedactsWhatTheUnitItselfAppended) {
  const std::vector<Answer> answers =
      session_.ExecuteAll({With(CreateWorkstream("b"), R"("sensitive":true,"metadata":{"k":"hunter2"})"), Redact(11),
                           MoveWorkstream("b", "ready"), Redact(3)});
  for (const Answer& answer : answers) EXPECT_TRUE(ProblemOf(answer).ok()) << LineOf(answer);
  EXPECT_THAT(TablesOf(storage())["workstreams"],
              ElementsAre(HasSubstr(R"({"redacted":true})"), HasSubstr(R"({"redacted":true})")));
  // The engine's own rows do not remember either.
  Accept(MoveWorkstream("b", "editing"));
  EXPECT_THAT(TablesOf(storage())["workstreams"], Not(Contains(HasSubstr(kSecret))));
}

TEST_P(RedactionTest, ThatIsDroppedLeavesAllAsItWas) {
  const std::vector<StoredRecord> before = RecordsOf(storage());
  const JsonCommand command(Redact(1));
  {
    const auto unit = Must(session_.engine().Begin());
    EXPECT_TRUE(ProblemOf(Must(unit->Execute(command.reader()))).ok());
  }
  EXPECT_EQ(RecordsOf(storage()), before);
}

// A rebuild that was filling shadows with the content would else put them in the tables' place.
TEST_P(RedactionTest, EndsARebuildThatIsUnderWay) {
  {
    const auto transaction = Must(storage().Begin());
    Must(transaction->CreateShadow(RunsTable().table()));
    Must(transaction->Commit());
  }
  Accept(Redact(1));
  EXPECT_FALSE(Must(storage().Read())
                   ->ReadRows({.table = &RunsTable().table()}, TableSet::kShadow, [](Row) { return absl::OkStatus(); })
                   .ok());
}

}  // namespace
}  // namespace annals::support
