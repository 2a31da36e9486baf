// What an audit says happened, of runs whose log is known.
#include "cli/audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/audit_story.h"
#include "tests/support/commands.h"
#include "tests/support/session.h"
#include "tests/support/store.h"

namespace annals {
namespace {

using support::CreateRun;
using support::CreateWorkstream;
using support::MoveRun;
using support::MoveWorkstream;
using support::With;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const AuditEvent& At(const Audit& audit, uint64_t position) {
  return audit.events.at(position - 1);
}

std::vector<AuditKind> KindsOf(const Audit& audit) {
  std::vector<AuditKind> kinds;
  for (const AuditEvent& event : audit.events) kinds.push_back(event.kind);
  return kinds;
}

// "pending 5 s" each, "+" where it is still there.
std::vector<std::string> StaysOf(const AuditEntity& entity) {
  std::vector<std::string> stays;
  for (const AuditStay& stay : entity.stays) {
    stays.push_back(stay.state + " " + std::to_string(stay.Micros() / kSecond) + " s" + (stay.is_open ? " +" : ""));
  }
  return stays;
}

TEST(Audit, KeepsEveryEventInTheOrderOfTheLogRefusalsInTheirPlace) {
  using enum AuditKind;
  const Audit audit = AuditOf(AuditStory(), 100);
  EXPECT_THAT(KindsOf(audit), ElementsAre(kCreated, kCreated, kCreated, kRefused, kMoved, kMoved, kMoved, kStepStarted,
                                          kStepCompleted, kMoved, kStepCompleted, kError, kError, kOverridden, kNote,
                                          kStepStarted, kMoved, kMoved, kMoved));
  for (size_t i = 0; i < audit.events.size(); ++i) EXPECT_EQ(audit.events[i].position.value, i + 1);
}

TEST(Audit, SaysWhoAskedForWhatAndWhatTheLawSaid) {
  const Audit audit = AuditOf(AuditStory(), 100);
  const AuditEvent& refused = At(audit, 4);
  EXPECT_EQ(refused.command, "transition_workstream");
  EXPECT_EQ(refused.from + "/" + refused.to, "pending/done");
  EXPECT_THAT(refused.why, HasSubstr("no edge leads from pending to done"));
  EXPECT_THAT(refused.legal, ElementsAre("ready", "blocked", "failed", "abandoned"));
  EXPECT_EQ(At(audit, 6).trigger, "dependencies_met");
  EXPECT_EQ(At(audit, 14).operator_name, "Olga");
  EXPECT_EQ(At(audit, 14).text, "it must");
  EXPECT_EQ(At(audit, 12).actor, kHostileActor);
  EXPECT_EQ(At(audit, 17).text, kHostileReason);
  EXPECT_EQ(At(audit, 3).depends_on, std::vector<std::string>{"a"});
}

TEST(Audit, NamesTheCauseOfWhatMovedByItself) {
  const Audit audit = AuditOf(AuditStory(), 100);
  EXPECT_EQ(At(audit, 18).trigger, "dependency_failed");
  EXPECT_EQ(At(audit, 18).causation, 17u);
  EXPECT_EQ(At(audit, 17).causation, 0u);
}

TEST(Audit, CountsRefusalsApartFromMoves) {
  const Audit audit = AuditOf(AuditStory(), 100);
  EXPECT_EQ(audit.Count(AuditKind::kRefused), 1u);
  EXPECT_EQ(audit.Count(AuditKind::kOverridden), 1u);
  EXPECT_EQ(audit.Count(AuditKind::kMoved), 7u);
}

TEST(Audit, CountsWhatEachActorDid) {
  const Audit audit = AuditOf(AuditStory(), 100);
  ASSERT_EQ(audit.actors.size(), 2u);
  EXPECT_EQ(audit.actors[0].name, "");
  EXPECT_EQ(audit.actors[0].events, 18u);
  EXPECT_EQ(audit.actors[1].name, kHostileActor);
  EXPECT_EQ(audit.actors[1].counts[static_cast<size_t>(AuditKind::kError)], 1u);
}

TEST(Audit, MeasuresHowLongEachEntityStayedInEachState) {
  const Audit audit = AuditOf(AuditStory(), 100);
  ASSERT_EQ(audit.entities.size(), 3u);
  EXPECT_THAT(StaysOf(audit.entities[0]), ElementsAre("pending 4 s", "running 13 s"));
  EXPECT_THAT(StaysOf(audit.entities[1]), ElementsAre("pending 4 s", "ready 1 s", "editing 3 s", "static_check 7 s"));
  EXPECT_THAT(StaysOf(audit.entities[2]), ElementsAre("pending 11 s", "ready 3 s", "blocked 1 s +"));
  EXPECT_EQ(audit.entities[1].state, "failed");
  EXPECT_TRUE(audit.entities[1].is_final);
  EXPECT_TRUE(audit.entities[1].is_critical);
}

TEST(Audit, OfARunThatHasEndedStaysAsItIsHoweverLateItIsAskedFor) {
  const Audit soon = AuditOf(AuditStory(), 100), late = AuditOf(AuditStory(), 1'000'000);
  EXPECT_EQ(soon.until, late.until);
  EXPECT_EQ(soon.until.micros, kStoryStart.micros + 17 * kSecond);
  EXPECT_EQ(late.RunMicros(), 13 * kSecond);
  EXPECT_EQ(late.attempts.back().Micros(), 2 * kSecond);
}

TEST(Audit, OfARunThatGoesOnIsMeasuredUpToNow) {
  std::vector<std::string> story = AuditStory();
  story.resize(story.size() - 2);
  const Audit audit = AuditOf(story, 100);
  EXPECT_EQ(audit.until.micros, kStoryStart.micros + 100 * kSecond);
  EXPECT_EQ(audit.RunMicros(), 96 * kSecond);
  EXPECT_EQ(audit.attempts.back().Micros(), 85 * kSecond);
  EXPECT_THAT(StaysOf(audit.run()), ElementsAre("pending 4 s", "running 96 s +"));
}

TEST(Audit, NumbersAttemptsAndKnowsTheirEnds) {
  const Audit audit = AuditOf(AuditStory(), 100);
  ASSERT_EQ(audit.attempts.size(), 3u);
  const AuditAttempt& edit = audit.attempts[0];
  EXPECT_EQ(edit.started.value, 8u);
  EXPECT_EQ(edit.ended->value, 9u);
  EXPECT_EQ(edit.Micros(), kSecond);
  EXPECT_EQ(edit.exit_code, 0);
  const AuditAttempt& whole = audit.attempts[1];
  EXPECT_EQ(whole.started.value, 11u);
  EXPECT_EQ(whole.ended->value, 11u);
  EXPECT_EQ(whole.Micros(), kSecond / 2);
  EXPECT_EQ(whole.status, "failure");
  EXPECT_EQ(whole.exit_code, 2);
  const AuditAttempt& open = audit.attempts[2];
  EXPECT_EQ(open.number, 2u);
  EXPECT_EQ(open.status, "in_progress");
  EXPECT_FALSE(open.ended);
}

TEST(Audit, CountsRepeatsOfAnErrorAndKeepsItsFirstMessage) {
  const Audit audit = AuditOf(AuditStory(), 100);
  ASSERT_EQ(audit.errors.size(), 1u);
  EXPECT_EQ(audit.errors[0].count, 2u);
  EXPECT_EQ(audit.errors[0].first.value, 12u);
  EXPECT_EQ(audit.errors[0].last.value, 13u);
  EXPECT_EQ(audit.errors[0].signature, "s'\"&");
  EXPECT_EQ(At(audit, 12).repeat, 1u);
  EXPECT_EQ(At(audit, 13).repeat, 2u);
}

TEST(Audit, ShowsARefusalOfWhatNeverWasWithTheRun) {
  const Audit audit = AuditOf({CreateRun(), MoveRun("abandoned"), CreateWorkstream("late")}, 9);
  ASSERT_EQ(audit.events.size(), 3u);
  EXPECT_EQ(audit.events[2].kind, AuditKind::kRefused);
  EXPECT_EQ(audit.events[2].lane, 0u);
  EXPECT_EQ(audit.entities.size(), 1u);
}

TEST(Audit, LeavesOtherRunsOut) {
  const Audit audit = AuditOf({CreateRun("r2"), CreateRun(), CreateWorkstream("a", {}, false, "r2"),
                               MoveRun("completed", "r2"), CreateWorkstream("a")},
                              9);
  ASSERT_EQ(audit.events.size(), 2u);
  EXPECT_EQ(audit.events[0].position.value, 2u);
  EXPECT_EQ(audit.events[1].position.value, 5u);
}

TEST(Audit, OfARunThatIsNotIsNotFound) {
  support::Store store(support::Backend::kMemory);
  support::Session session(store.storage());
  session.Accept(CreateRun("r1"));
  const auto snapshot = store.storage().Read();
  ASSERT_TRUE(snapshot.ok());
  const auto audit = CollectAudit(**snapshot, "r", Timestamp{0}, [](uint64_t, uint64_t) {});
  EXPECT_EQ(audit.status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace annals
