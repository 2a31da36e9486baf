// Step attempts: given what happened, when a command, then events or a refusal.
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schemas/status.h"
#include "tests/commands/decider_harness.h"
#include "tests/support/commands.h"

namespace annals::deciders {
namespace {

using support::FinishStep;
using support::MoveRun;
using support::MoveWorkstream;
using support::RecordStep;
using support::StartStep;
using support::With;
using testing::ElementsAre;
using testing::HasSubstr;

// The run and the workstream take four events to get where the tests begin, so the first attempt is this one.
constexpr int64_t kFirst = 5;

const StepAttemptRow& AttemptIn(History& history, int64_t id) {
  const StepAttemptRow* const row = *history.rows().step_attempts.Find({id});
  if (row == nullptr) throw std::runtime_error("there is no such attempt");
  return *row;
}

TEST(StepDecider, StartsInEveryOpenWorkstreamOfAnOpenRun) {
  for (const char* const run : {"pending", "running", "paused"}) {
    for (const char* const status :
         {"pending", "ready", "editing", "static_check", "fixing", "runtime_check", "paused", "blocked"}) {
      EXPECT_THAT(History().Run(run).Workstream("a", status).When(StartStep("a", "edit")).events,
                  ElementsAre("a: edit started"))
          << run << ", " << status;
    }
  }
}

TEST(StepDecider, StartsNothingInAnEndedWorkstream) {
  for (const char* const status : {"done", "failed", "abandoned"}) {
    for (const std::string& command : {StartStep("a", "edit"), RecordStep("a", "edit", "success")}) {
      const Outcome outcome = History().Run("running").Workstream("a", status).When(command);
      ASSERT_TRUE(outcome.refusal);
      EXPECT_EQ(outcome.refusal->why,
                "workstream a is " + std::string(status) + ", which is final; no step starts in it");
      EXPECT_EQ(outcome.refusal->machine, "step");
      EXPECT_EQ(outcome.refusal->entity, "a/edit");
    }
  }
}

TEST(StepDecider, StartsNothingInAnEndedRun) {
  for (const char* const status : {"completed", "failed", "partial", "abandoned"}) {
    for (const std::string& command : {StartStep("a", "edit"), RecordStep("a", "edit", "success")}) {
      const Outcome outcome = History().Run(status).Workstream("a", "editing").When(command);
      ASSERT_TRUE(outcome.refusal);
      EXPECT_EQ(outcome.refusal->why,
                "run r1 is " + std::string(status) + "; nothing is created, moved or started in a run that has ended");
    }
  }
}

TEST(StepDecider, KnowsNeitherRunsNorWorkstreamsThatWereNotCreated) {
  for (const std::string& command : {StartStep("a", "edit"), RecordStep("a", "edit", "success")}) {
    EXPECT_EQ(History().When(command).status.code(), absl::StatusCode::kNotFound);
    EXPECT_EQ(History().Run("running").When(command).status.code(), absl::StatusCode::kNotFound);
  }
}

TEST(StepDecider, FinishesAnAttempt) {
  History history;
  history.Run("running").Workstream("a", "editing").Attempt("a", "edit");
  const std::string command = With(FinishStep(kFirst, "failure"), R"("exit_code":-9,"result":{"out":"x"})");
  EXPECT_THAT(history.When(command).events,
              ElementsAre(R"(a: edit failure of attempt 5 with exit code -9 {"out":"x"} (kept))"));
  history.After(command);
  const StepAttemptRow& row = AttemptIn(history, kFirst);
  EXPECT_EQ(row.status, "failure");
  EXPECT_EQ(row.started_at, Timestamp{5'000'000});
  EXPECT_EQ(row.completed_at, Timestamp{6'000'000});
  EXPECT_EQ(row.exit_code, -9);
  EXPECT_EQ(row.result_json, R"({"out":"x"})");
}

TEST(StepDecider, FinishesAnAttemptOnce) {
  for (const char* const first : {"success", "failure", "skipped"}) {
    History history;
    history.Run("running").Workstream("a", "editing").Attempt("a", "edit").After(FinishStep(kFirst, first));
    const Outcome outcome = history.When(FinishStep(kFirst, "success"));
    ASSERT_TRUE(outcome.refusal);
    EXPECT_EQ(outcome.refusal->why, "attempt 1 of step edit is finished already, and an attempt finishes once");
    EXPECT_EQ(outcome.refusal->machine, "step");
    EXPECT_EQ(outcome.refusal->entity, "5");
    EXPECT_EQ(outcome.refusal->from, first);
    EXPECT_EQ(outcome.refusal->to, "success");
  }
}

TEST(StepDecider, FinishesAnAttemptAlsoWhenWorkstreamAndRunHaveEnded) {
  History history;
  history.Run("running").Workstream("a", "editing").Attempt("a", "edit");
  history.After(MoveWorkstream("a", "failed")).After(MoveRun("failed"));
  EXPECT_THAT(history.When(FinishStep(kFirst, "success")).events, ElementsAre("a: edit success of attempt 5 (kept)"));
}

TEST(StepDecider, FinishesOnlyAttemptsThereAre) {
  History history;
  history.Run("running").Workstream("a", "editing").Attempt("a", "edit");
  const absl::Status status = history.When(FinishStep(3, "success")).status;
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(MessageOf(status), "there is no attempt 3; annals step list shows those there are");
  const absl::Status no_end = history.When(FinishStep(kFirst, "in_progress")).status;
  EXPECT_EQ(no_end.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(MessageOf(no_end), HasSubstr("in_progress is no end"));
}

TEST(StepDecider, RecordsAWholeAttemptAsOneEvent) {
  History history;
  history.Run("running").Workstream("a", "static_check");
  const std::string command = With(
      RecordStep("a", "static", "failure"),
      R"("started_at":"1970-01-01T00:01:40Z","completed_at":"1970-01-01T00:02:00Z","exit_code":1,"result":{"n":2})");
  EXPECT_THAT(history.When(command).events,
              ElementsAre(R"(a: static failure from 100 s to 120 s with exit code 1 {"n":2} (kept))"));
  history.After(command);
  const StepAttemptRow& row = AttemptIn(history, kFirst);
  EXPECT_EQ(row.attempt, 1);
  EXPECT_EQ(row.status, "failure");
  EXPECT_EQ(row.started_at, Timestamp{100'000'000});
  EXPECT_EQ(row.completed_at, Timestamp{120'000'000});
}

TEST(StepDecider, RecordsAnAttemptInProgressAsItsStart) {
  History history;
  history.Run("running").Workstream("a", "static_check");
  EXPECT_THAT(history.When(RecordStep("a", "static", "in_progress")).events, ElementsAre("a: static started"));
  const std::string command = With(RecordStep("a", "static", "in_progress"), R"("started_at":"1970-01-01T00:00:01Z")");
  EXPECT_THAT(history.When(command).events, ElementsAre("a: static started at 1 s"));
  history.After(command).After(FinishStep(kFirst, "success"));
  EXPECT_EQ(AttemptIn(history, kFirst).started_at, Timestamp{1'000'000});
  EXPECT_EQ(AttemptIn(history, kFirst).completed_at, Timestamp{6'000'000});
}

TEST(StepDecider, RecordsNoEndOfWhatIsInProgress) {
  for (const char* const field : {R"("completed_at":"1970-01-01T00:00:01Z")", R"("exit_code":0)", R"("result":{})"}) {
    const absl::Status status = History()
                                    .Run("running")
                                    .Workstream("a", "editing")
                                    .When(With(RecordStep("a", "edit", "in_progress"), field))
                                    .status;
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << field;
    EXPECT_THAT(MessageOf(status), HasSubstr("an attempt in progress has no completed_at, exit_code or result yet"));
  }
}

TEST(StepDecider, RecordsNoEndBeforeTheStart) {
  History history;
  history.Run("running").Workstream("a", "editing");
  const auto at = [](std::string_view started, std::string_view completed) {
    return With(RecordStep("a", "edit", "success"),
                "\"started_at\":\"" + std::string(started) + "\",\"completed_at\":\"" + std::string(completed) + "\"");
  };
  const absl::Status status = history.When(at("1970-01-01T00:00:02Z", "1970-01-01T00:00:01.999999Z")).status;
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(MessageOf(status), HasSubstr("completed_at is before started_at"));
  EXPECT_EQ(history.When(at("1970-01-01T00:00:02Z", "1970-01-01T00:00:02Z")).events.size(), 1u);
}

TEST(StepDecider, RecordedWithoutTimesHappenedWhenItWasRecorded) {
  History history;
  history.Run("running").Workstream("a", "editing").After(RecordStep("a", "edit", "skipped"));
  EXPECT_EQ(AttemptIn(history, kFirst).started_at, Timestamp{5'000'000});
  EXPECT_EQ(AttemptIn(history, kFirst).completed_at, Timestamp{5'000'000});
}

TEST(StepDecider, RecordedWithItsEndAloneNeverEndsBeforeItStarted) {
  History history;
  history.Run("running").Workstream("a", "editing");
  history.After(With(RecordStep("a", "edit", "success"), R"("completed_at":"1970-01-01T00:00:02Z")"));
  const StepAttemptRow& row = AttemptIn(history, kFirst);
  EXPECT_EQ(row.completed_at, Timestamp{2'000'000});
  EXPECT_LE(row.started_at, *row.completed_at);
}

TEST(StepDecider, NumbersAttemptsPerWorkstreamAndStep) {
  History history;
  history.Run("running").Workstream("a", "editing").Workstream("b", "pending");
  history.After(StartStep("a", "edit")).After(RecordStep("a", "edit", "failure")).After(StartStep("a", "static"));
  history.After(StartStep("b", "edit")).After(StartStep("a", "edit"));
  std::vector<int64_t> numbers;
  for (int64_t id = 6; id <= 10; ++id) numbers.push_back(AttemptIn(history, id).attempt);
  EXPECT_THAT(numbers, ElementsAre(1, 2, 1, 1, 3));
}

}  // namespace
}  // namespace annals::deciders
