// Errors and notes: given what happened, when a command, then events.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schemas/status.h"
#include "tests/commands/decider_harness.h"
#include "tests/support/commands.h"

namespace annals::deciders {
namespace {

using support::Note;
using support::RecordError;
using support::With;
using testing::ElementsAre;
using testing::HasSubstr;

const ErrorRow& ErrorIn(History& history, std::string_view step_name, std::string_view signature) {
  return **history.rows().errors.Find({std::string_view("r1"), std::string_view("a"), step_name, signature});
}

TEST(ErrorDecider, RecordsInAnyStateOfWorkstreamAndRun) {
  for (const char* const run : {"pending", "running", "completed", "failed"}) {
    for (const char* const status : {"pending", "editing", "done", "failed"}) {
      EXPECT_THAT(History().Run(run).Workstream("a", status).When(RecordError("a", "static", "s1")).events,
                  ElementsAre("a: error E1 in static, signature s1: it broke (kept)"));
    }
  }
}

TEST(ErrorDecider, NeedsAWorkstreamThatExists) {
  EXPECT_EQ(History().When(RecordError("a", "static", "s1")).status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(History().Run("running").When(RecordError("a", "static", "s1")).status.code(), absl::StatusCode::kNotFound);
}

TEST(ErrorDecider, CountsARepeatOfTheSameSignatureInTheSameStep) {
  History history;
  history.Run("running").Workstream("a", "editing");
  history.After(With(RecordError("a", "static", "s1"), R"("context":{"line":1})"));
  history.After(With(RecordError("a", "static", "s1"), R"("context":{"line":2})"));
  history.After(RecordError("a", "static", "s2")).After(RecordError("a", "edit", "s1"));
  history.After(RecordError("a", "static", "s1"));
  const ErrorRow& row = ErrorIn(history, "static", "s1");
  EXPECT_EQ(row.id, 5);
  EXPECT_EQ(row.count, 3);
  EXPECT_EQ(row.context_json, R"({"line":1})");
  EXPECT_EQ(row.first_seen_at, Timestamp{5'000'000});
  EXPECT_EQ(row.last_seen_at, Timestamp{9'000'000});
  EXPECT_EQ(ErrorIn(history, "static", "s2").count, 1);
  EXPECT_EQ(ErrorIn(history, "edit", "s1").id, 8);
}

TEST(NoteDecider, TakesANoteOfTheWholeOfARunAndOfAWorkstream) {
  History history;
  history.Run("failed").Workstream("a", "done");
  EXPECT_THAT(history.When(R"({"command":"record_event","event_type":"deploy"})").events,
              ElementsAre(": noted deploy (kept)"));
  EXPECT_THAT(history.When(Note("deploy")).events, ElementsAre(": noted deploy (kept)"));
  EXPECT_THAT(history.When(With(Note("scope_violation"), R"("ws_id":"a","payload":{"file":"x"})")).events,
              ElementsAre(R"(a: noted scope_violation {"file":"x"} (kept))"));
}

TEST(NoteDecider, NeedsTheRunAndTheWorkstreamItNames) {
  EXPECT_EQ(History().When(Note("deploy")).status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(History().Run("running").When(With(Note("deploy"), R"("ws_id":"a")")).status.code(),
            absl::StatusCode::kNotFound);
  const absl::Status status =
      History().Run("running").When(R"({"command":"record_event","event_type":"deploy","ws_id":"a"})").status;
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(MessageOf(status), HasSubstr("the note names a workstream but no run"));
}

TEST(NoteDecider, ChangesNoRow) {
  History history;
  history.Run("running").Workstream("a", "editing");
  const Timestamp before = history.run().updated_at;
  history.After(With(Note("deploy"), R"("ws_id":"a")"));
  EXPECT_EQ(history.run().updated_at, before);
  EXPECT_EQ(history.rows().errors.size() + history.rows().step_attempts.size(), 0u);
}

}  // namespace
}  // namespace annals::deciders
