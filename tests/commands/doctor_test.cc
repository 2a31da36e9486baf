// The doctor: what it finds, when, in which order, and which command it names for it.
#include "commands/doctor.h"

#include <chrono>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/commands.h"
#include "tests/support/must.h"
#include "tests/support/session.h"
#include "tests/support/store.h"

namespace annals::doctor {
namespace {

using namespace std::chrono_literals;
using support::CreateRun;
using support::CreateWorkstream;
using support::FinishStep;
using support::MoveRun;
using support::MoveWorkstream;
using support::Must;
using support::Note;
using support::Session;
using support::StartStep;
using testing::ElementsAre;
using testing::IsEmpty;

// Everything in it happened within a second of Session::kStart.
class History {
 public:
  explicit History(const std::vector<std::string>& commands) {
    for (const std::string& command : commands) session_.Execute(command);
  }

  std::vector<Finding> Find(std::chrono::seconds after, Question question = {}) {
    question.now = {Session::kStart.micros + std::chrono::microseconds(after + 1s).count()};
    const auto snapshot = Must(store_.storage().Read());
    return Must(Examine(*snapshot, question));
  }
  // "run.pending r1: detail -> help".
  std::vector<std::string> Lines(std::chrono::seconds after, Question question = {}) {
    std::vector<std::string> lines;
    for (const Finding& found : Find(after, std::move(question))) {
      lines.push_back(fmt::format("{} {}: {} -> {}", found.kind.name, found.entity_id, found.detail, found.help));
    }
    return lines;
  }
  Storage& storage() { return store_.storage(); }
  Session& session() { return session_; }

 private:
  support::Store store_{support::Backend::kMemory};
  Session session_{store_.storage()};
};

struct Scenario {
  std::string name;
  std::vector<std::string> commands;  // in run r1, which is running
  std::chrono::seconds limit;         // nothing is found below it,
  std::vector<std::string> found;     // and this from then on, beside what is found earlier
};
void PrintTo(const Scenario& scenario, std::ostream* out) {
  *out << scenario.name;
}

std::vector<std::string> WorkTo(std::string_view ws_id, std::vector<std::string> states) {
  std::vector<std::string> commands = {CreateWorkstream(ws_id)};
  for (const std::string& state : states) commands.push_back(MoveWorkstream(ws_id, state));
  return commands;
}
std::vector<std::string> operator+(std::vector<std::string> commands, const std::vector<std::string>& more) {
  commands.insert(commands.end(), more.begin(), more.end());
  return commands;
}

std::vector<Scenario> Scenarios() {
  const std::vector<std::string> done = WorkTo("a", {"ready", "editing", "static_check", "runtime_check", "done"});
  const std::vector<std::string> in_runtime_check =
      WorkTo("a", {"ready", "editing", "static_check", "fixing", "runtime_check"});
  const auto stays_in = [](std::string_view state, std::string_view detail) {
    return fmt::format("workstream.{} a: {} -> annals why workstream a --run r1", state, detail);
  };
  return {
      {"RunThatNobodyStarted",
       {MoveRun("abandoned"), CreateRun("r2")},
       24h,
       {"run.pending r2: nothing was recorded of it since; open workstreams: 0 of 0 -> annals run transition r2 "
        "running"}},
      {"RunThatIsSilent",
       WorkTo("a", {"ready"}),
       4h,
       {"run.running r1: nothing was recorded of it since; open workstreams: 1 of 1 -> annals why run r1"}},
      {"RunPausedLongAgo",
       {MoveRun("paused")},
       24h,
       {"run.paused r1: nothing was recorded of it since; open workstreams: 0 of 0 -> annals run transition r1 "
        "running"}},
      {"RunWhoseWorkIsDone",
       done,
       5min,
       {"run.can_end r1: every workstream has ended; done: 1 of 1 -> annals run transition r1 completed"}},
      {"RunWhoseWorkIsDoneInPart",
       done + std::vector<std::string>{CreateWorkstream("b"), MoveWorkstream("b", "abandoned")},
       5min,
       {"run.can_end r1: every workstream has ended; done: 1 of 2 -> annals run transition r1 partial"}},
      {"RunWhoseWorkFailed",
       WorkTo("a", {"failed"}),
       5min,
       {"run.can_end r1: every workstream has ended, none is done -> "
        "annals run transition r1 failed --reason 'no workstream is done'"}},
      {"RunThatMustFail",
       {CreateWorkstream("a", {}, /*is_critical=*/true), MoveWorkstream("a", "failed")},
       0s,
       {"run.critical_failed r1: the critical workstream a failed; the run can only fail -> "
        "annals run transition r1 failed --reason 'the critical workstream a failed'"}},
      {"WorkstreamThatNeedsNothing",
       {CreateWorkstream("a")},
       5min,
       {"workstream.needs_met a: it depends on nothing -> annals workstream transition a ready --run r1"}},
      {"WorkstreamWhoseNeedsAreMet",
       done + std::vector<std::string>{CreateWorkstream("b", {"a"})},
       5min,
       {"workstream.needs_met b: all it depends on is done -> annals workstream transition b ready --run r1"}},
      {"WorkstreamThatWaits",
       WorkTo("a", {"ready", "paused"}) + std::vector<std::string>{CreateWorkstream("b", {"a"})},
       24h,
       {"workstream.paused a: it was paused while ready -> annals workstream transition a ready --run r1",
        "workstream.pending b: it needs a, which is paused -> annals why workstream b --run r1"}},
      {"WorkstreamThatNobodyBegins",
       WorkTo("a", {"ready"}),
       1h,
       {"workstream.ready a: nobody began to edit -> annals workstream transition a editing --run r1"}},
      {"Editing", WorkTo("a", {"ready", "editing"}), 4h, {stays_in("editing", "no attempt is in progress")}},
      {"InStaticCheck",
       WorkTo("a", {"ready", "editing", "static_check"}),
       1h,
       {stays_in("static_check", "no attempt is in progress")}},
      {"Fixing",
       WorkTo("a", {"ready", "editing", "static_check", "fixing"}),
       4h,
       {stays_in("fixing", "no attempt is in progress")}},
      {"InRuntimeCheck", in_runtime_check, 2h, {stays_in("runtime_check", "no attempt is in progress")}},
      {"WorkWithAnAttempt",
       WorkTo("a", {"ready", "editing"}) + std::vector<std::string>{StartStep("a", "edit")},
       4h,
       {stays_in("editing", "attempt 1 at edit is in progress")}},
      {"AttemptThatDoesNotFinish",
       {CreateWorkstream("a", {}), StartStep("a", "edit"), FinishStep(4, "failure"), StartStep("a", "edit")},
       2h,
       {"attempt.in_progress 6: attempt 2 at edit of workstream a has not finished -> "
        "annals step finish 6 --status failure"}},
      {"BlockedByWhatFailed",
       {CreateWorkstream("a"), CreateWorkstream("b", {"a"}), MoveWorkstream("a", "failed")},
       0s,
       {"workstream.blocked b: it needs a, which is failed; only an override brings it on -> "
        "annals workstream transition b abandoned --run r1 --reason 'what it needs has failed'"}},
      {"BlockedByAnOperator",
       {CreateWorkstream("a"), MoveWorkstream("a", "blocked")},
       0s,
       {"workstream.blocked a: nothing it depends on has failed; it may wait again -> "
        "annals workstream transition a pending --run r1"}},
  };
}

class ScenarioTest : public testing::TestWithParam<Scenario> {};

TEST_P(ScenarioTest, IsFoundFromItsLimitOn) {
  History history(std::vector<std::string>{CreateRun("r1", "running")} + GetParam().commands);
  const std::vector<std::string> late = history.Lines(GetParam().limit);
  for (const std::string& line : GetParam().found) EXPECT_THAT(late, testing::Contains(line));
  if (GetParam().limit == 0s) return;
  const std::vector<std::string> early = history.Lines(GetParam().limit - 2s);
  for (const std::string& line : GetParam().found) EXPECT_THAT(early, testing::Not(testing::Contains(line)));
}

INSTANTIATE_TEST_SUITE_P(Doctor, ScenarioTest, testing::ValuesIn(Scenarios()),
                         [](const auto& test) { return test.param.name; });

TEST(Doctor, FindsNothingInWhatHasEnded) {
  History history(
      {CreateRun("r1", "running"), CreateWorkstream("a"), MoveWorkstream("a", "abandoned"), MoveRun("abandoned")});
  EXPECT_THAT(history.Lines(1000h), IsEmpty());
  EXPECT_THAT(history.Lines(1000h, {.looks_at_ended_runs = true}), IsEmpty());
}

TEST(Doctor, FindsWhatAnEndedRunLeftOpenWhereItIsAsked) {
  History history({CreateRun("r1", "running"), CreateWorkstream("a"), StartStep("a", "edit"), MoveRun("failed")});
  const auto expected = ElementsAre(
      "attempt.in_progress 4: attempt 1 at edit of workstream a has not finished -> "
      "annals step finish 4 --status failure",
      "workstream.orphaned a: its run ended as failed before it did; it stays as it is -> "
      "annals why workstream a --run r1");
  EXPECT_THAT(history.Lines(2h), IsEmpty());
  EXPECT_THAT(history.Lines(2h, {.looks_at_ended_runs = true}), expected);
  EXPECT_THAT(history.Lines(2h, {.run_id = "r1"}), expected);
}

TEST(Doctor, SaysOfARunThatIsHeldWhatHoldsItAndNotWhoWaits) {
  History history({CreateRun("r1"), CreateWorkstream("a"), CreateWorkstream("b", {"a"}), CreateRun("r2", "running"),
                   CreateWorkstream("a", {}, false, "r2"), MoveWorkstream("a", "ready", "r2"),
                   MoveRun("paused", "r2")});
  EXPECT_THAT(
      history.Lines(100h),
      ElementsAre(
          "run.pending r1: nothing was recorded of it since; open workstreams: 2 of 2 -> "
          "annals run transition r1 running",
          "run.paused r2: nothing was recorded of it since; open workstreams: 1 of 1 -> annals run transition r2 "
          "running"));
}

TEST(Doctor, AnyEventOfARunIsASignOfLife) {
  History history({CreateRun("r1", "running")});
  EXPECT_THAT(history.Lines(4h), ElementsAre(testing::StartsWith("run.running r1")));
  history.session().clock().Set({Session::kStart.micros + std::chrono::microseconds(3h).count()});
  history.session().Accept(Note("still_here"));
  EXPECT_THAT(history.Lines(4h), IsEmpty());
  EXPECT_THAT(history.Lines(8h), ElementsAre(testing::StartsWith("run.running r1")));
}

TEST(Doctor, TellsTheGravestFirstAndOfEqualsTheOldest) {
  History history({CreateRun("r1", "running"), CreateWorkstream("x", {}, true), CreateRun("r0"), CreateWorkstream("b"),
                   MoveWorkstream("b", "ready"), CreateWorkstream("a"), MoveWorkstream("a", "ready"),
                   MoveWorkstream("a", "editing"), MoveWorkstream("x", "failed")});
  std::vector<std::string> names;
  for (const Finding& found : history.Find(100h)) {
    names.push_back(fmt::format("{} {}", found.kind.name, found.entity_id));
  }
  EXPECT_THAT(names,
              ElementsAre("run.critical_failed r1", "workstream.editing a", "run.pending r0", "workstream.ready b"));
  names.clear();
  for (const Finding& found : history.Find(100h, {.least = schema::Severity::ERROR})) {
    names.push_back(fmt::format("{} {}", found.kind.name, found.entity_id));
  }
  EXPECT_THAT(names, ElementsAre("run.critical_failed r1", "workstream.editing a"));
}

TEST(Doctor, LooksAtOneRunWhereItIsNamed) {
  History history({CreateRun("r1"), CreateRun("r2")});
  EXPECT_THAT(history.Lines(100h, {.run_id = "r2"}), ElementsAre(testing::StartsWith("run.pending r2")));
  const auto snapshot = Must(history.storage().Read());
  EXPECT_EQ(Examine(*snapshot, {.run_id = "r3"}).status().code(), absl::StatusCode::kNotFound);
}

TEST(Doctor, KeepsToTheLimitsThatAreSet) {
  History history({CreateRun("r1")});
  Question question;
  Must(question.limits.Set("run.pending", 10s));
  EXPECT_THAT(history.Lines(8s, question), IsEmpty());
  EXPECT_EQ(history.Lines(10s, question).size(), 1u);
  const absl::Status unknown = question.limits.Set("run.pendin", 10s);
  EXPECT_EQ(unknown.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(unknown.ToString(), testing::HasSubstr("did you mean \"run.pending\"?"));
}

TEST(Doctor, HoldsWhatLiesAheadForNew) {
  History history({CreateRun("r1")});
  EXPECT_THAT(history.Lines(-100h), IsEmpty());
}

TEST(DoctorKinds, HaveNamesOfTheirOwnThatBeginWithTheirEntityType) {
  std::set<std::string_view> names;
  for (const Kind& kind : Kinds()) {
    EXPECT_TRUE(kind.name.starts_with(fmt::format("{}.", kind.entity_type))) << kind.name;
    EXPECT_TRUE(names.insert(kind.name).second) << kind.name;
    EXPECT_FALSE(kind.meaning.empty() || kind.meaning.ends_with('.')) << kind.name;
  }
}

}  // namespace
}  // namespace annals::doctor
