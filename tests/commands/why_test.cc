// Why: what led to a state, what holds an entity up, what the law takes and refuses; every sentence rests on events.
#include "commands/why.h"

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands/machine.h"
#include "commands/why_evidence.h"
#include "tests/support/commands.h"
#include "tests/support/must.h"
#include "tests/support/session.h"
#include "tests/support/store.h"

namespace annals::why {
namespace {

using support::CreateRun;
using support::CreateWorkstream;
using support::FinishStep;
using support::MoveRun;
using support::MoveWorkstream;
using support::Must;
using support::Overridden;
using support::RecordError;
using support::RecordStep;
using support::StartStep;
using support::With;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class History {
 public:
  explicit History(const std::vector<std::string>& commands) {
    for (const std::string& command : commands) session_.Execute(command);
  }
  absl::StatusOr<Explanation> Ask(const EntityName& name) {
    const auto snapshot = Must(store_.storage().Read());
    return Explain(*snapshot, name, snapshot->head().recorded_at);
  }

 private:
  support::Store store_{support::Backend::kMemory};
  support::Session session_{store_.storage()};
};

EntityName Ws(std::string_view id) {
  return {"workstream", "r1", std::string(id)};
}
const EntityName kRun = {"run", "", "r1"};

struct Scenario {
  std::string name;
  std::vector<std::string> commands;
  EntityName entity;
  std::string headline;
  std::vector<std::string> blockers;  // their sentences, whole
  std::vector<std::string> legal;     // states that commands reach
  std::vector<std::string> refused;   // "state: guard: what it saw"
};
void PrintTo(const Scenario& scenario, std::ostream* out) {
  *out << scenario.name;
}

// Positions 1 to 5: run r1 is running, c needs b, which needs a.
std::vector<std::string> Chain(const std::vector<std::string>& more) {
  std::vector<std::string> commands = {CreateRun("r1", "running"), CreateWorkstream("a"), CreateWorkstream("b", {"a"}),
                                       CreateWorkstream("c", {"b"})};
  commands.insert(commands.end(), more.begin(), more.end());
  return commands;
}

std::vector<Scenario> Scenarios() {
  const std::string fail_a = With(MoveWorkstream("a", "failed"), R"("actor":"ci","reason":"no disk")");
  return {
      {"PendingWithUnfinishedDependency",
       Chain({MoveWorkstream("a", "ready")}),
       Ws("b"),
       "workstream b of run r1 is pending since 4: held up by workstream a, which is ready since 6",
       {"b is held up by workstream a, which is ready since 6: dependencies_met"},
       {"blocked", "failed", "abandoned"},
       {"ready: dependencies_done: it depends on what is not done: a is ready (6)"}},
      {"ChainDownToTheRoot",
       Chain({RecordStep("a", "static", "failure"), RecordError("a", "static", "sig"), fail_a}),
       Ws("c"),
       "workstream c of run r1 is pending since 5: held up by workstream b, which is blocked since 9; in the end by "
       "workstream a, which "
       "is failed since 8",
       {"c is held up by workstream b, which is blocked since 9: dependency_failed because of 8: \"a failed\"",
        "b is held up by workstream a, which is failed since 8 for good: fail by ci: \"no disk\""},
       {"blocked", "failed", "abandoned"},
       {"ready: dependencies_done: it depends on what is not done: b is blocked (9)"}},
      {"BlockedByAFailure",
       Chain({fail_a}),
       Ws("b"),
       "workstream b of run r1 is blocked since 7: workstream a went to failed at 6 (fail by ci: \"no disk\")",
       {"b is held up by workstream a, which is failed since 6 for good: fail by ci: \"no disk\""},
       {"pending", "failed", "abandoned"},
       {}},
      {"ReadyInAPausedRun",
       Chain({MoveWorkstream("a", "ready"), With(MoveRun("paused"), R"("reason":"lunch")")}),
       Ws("a"),
       "workstream a of run r1 is ready since 6: held up by run r1, which is paused since 7",
       {"a is held up by run r1, which is paused since 7: pause: \"lunch\""},
       {"blocked", "paused", "failed", "abandoned"},
       {"editing: run_is_running: run r1 is paused (7)"}},
      {"PausedNamesEveryGuardThatObjects",
       Chain({MoveWorkstream("a", "ready"), MoveWorkstream("a", "paused"), MoveRun("paused")}),
       Ws("a"),
       "workstream a of run r1 is paused since 7: held up by run r1, which is paused since 8",
       {"a is held up by run r1, which is paused since 8: pause"},
       {"failed", "abandoned"},
       {"ready: run_is_running: run r1 is paused (8)",
        "editing: returns_to_paused_state: it was paused in ready and resumes only there (7)",
        "editing: run_is_running: run r1 is paused (8)",
        "static_check: returns_to_paused_state: it was paused in ready and resumes only there (7)",
        "static_check: run_is_running: run r1 is paused (8)",
        "fixing: returns_to_paused_state: it was paused in ready and resumes only there (7)",
        "fixing: run_is_running: run r1 is paused (8)",
        "runtime_check: returns_to_paused_state: it was paused in ready and resumes only there (7)",
        "runtime_check: run_is_running: run r1 is paused (8)"}},
      {"PausedInARunningRunIsHeldUpByNothing",
       Chain({MoveWorkstream("a", "ready"), MoveWorkstream("a", "paused")}),
       Ws("a"),
       "workstream a of run r1 is paused since 7: pause",
       {},
       {"ready", "failed", "abandoned"},
       {"editing: returns_to_paused_state: it was paused in ready and resumes only there (7)",
        "static_check: returns_to_paused_state: it was paused in ready and resumes only there (7)",
        "fixing: returns_to_paused_state: it was paused in ready and resumes only there (7)",
        "runtime_check: returns_to_paused_state: it was paused in ready and resumes only there (7)"}},
      {"Terminal",
       Chain({fail_a}),
       Ws("a"),
       "workstream a of run r1 is failed since 6: fail by ci: \"no disk\"",
       {},
       {},
       {}},
      {"Overridden",
       Chain({Overridden(MoveWorkstream("b", "ready"))}),
       Ws("b"),
       "workstream b of run r1 is ready since 6: override by Olga: \"it must\"",
       {},
       {"editing", "blocked", "paused", "failed", "abandoned"},
       {}},
      {"OrphanOfAnEndedRun",
       Chain({fail_a, MoveRun("failed")}),
       Ws("b"),
       "workstream b of run r1 is blocked since 7: workstream a went to failed at 6 (fail by ci: \"no disk\"); held up "
       "by run r1, which is failed since 8",
       {"b is held up by run r1, which is failed since 8 for good: fail"},
       {},
       {"pending: : run r1 is failed; nothing is created, moved or started in a run that has ended (8)",
        "failed: : run r1 is failed; nothing is created, moved or started in a run that has ended (8)",
        "abandoned: : run r1 is failed; nothing is created, moved or started in a run that has ended (8)"}},
      {"RunThatMayOnlyFail",
       {CreateRun("r1", "running"), CreateWorkstream("a", {}, true), CreateWorkstream("b"),
        MoveWorkstream("a", "failed")},
       kRun,
       "run r1 is running since 2: held up by workstream a, which is failed since 5, and by others",
       {"r1 is held up by workstream a, which is failed since 5 for good: fail",
        "r1 is held up by workstream b, which is pending since 4: created"},
       {"paused", "failed", "abandoned"},
       {"completed: all_workstreams_done: 0 of 2 workstreams are done (a 5, b 4)",
        "partial: no_critical_failed: 1 critical workstream(s) failed, so the run may only fail (5)",
        "partial: all_workstreams_terminal: 1 of 2 workstreams have ended (4)",
        "partial: some_done_some_not: 0 of 2 workstreams are done; a partial run has at least one done and one not (a "
        "5, b 4)"}},
      {"RunThatMayBeCompletedIsHeldUpByNothing",
       {CreateRun("r1", "running"), CreateWorkstream("a"), Overridden(MoveWorkstream("a", "done"))},
       kRun,
       "run r1 is running since 2: start",
       {},
       {"paused", "completed", "failed", "abandoned"},
       {"partial: some_done_some_not: 1 of 1 workstreams are done; a partial run has at least one done and one not, "
        "this one may be completed (4)"}},
      {"EndedRun", Chain({MoveRun("abandoned")}), kRun, "run r1 is abandoned since 6: abandon", {}, {}, {}},
      {"OpenAttempt",
       Chain({StartStep("a", "edit")}),
       {"attempt", "", "6"},
       "attempt 6 (edit 1) of workstream a in run r1 is in_progress since 6: started",
       {},
       {"success", "failure", "skipped"},
       {}},
      {"FinishedAttempt",
       Chain({StartStep("a", "edit"), FinishStep(6, "failure"), MoveRun("failed")}),
       {"attempt", "", "6"},
       "attempt 6 (edit 1) of workstream a in run r1 is failure since 7: finished",
       {},
       {},
       {"success: : attempt 1 of step edit is finished already, and an attempt finishes once (7)",
        "failure: : attempt 1 of step edit is finished already, and an attempt finishes once (7)",
        "skipped: : attempt 1 of step edit is finished already, and an attempt finishes once (7)"}},
      {"RepeatedError",
       Chain({RecordError("a", "edit", "s"), RecordError("a", "edit", "t"), RecordError("a", "edit", "s")}),
       {"error", "", "6"},
       "error 6 (E1 in edit) of workstream a in run r1 was recorded, last at 8: recorded: \"it broke\"",
       {},
       {},
       {}},
  };
}

class WhyTest : public testing::TestWithParam<Scenario> {
 protected:
  WhyTest() : history_(GetParam().commands) {}
  History history_;
};

TEST_P(WhyTest, SaysWhatLedThereAndWhatMayFollow) {
  const Explanation explained = Must(history_.Ask(GetParam().entity));
  EXPECT_EQ(explained.headline.text, GetParam().headline);
  std::vector<std::string> blockers, legal, refused;
  for (const Blocker& blocker : explained.blockers) blockers.push_back(blocker.sentence.text);
  for (const PossibleCommand& command : explained.commands) {
    if (command.to.empty()) continue;
    if (command.IsLegal()) legal.push_back(command.to);
    for (const Objection& objection : command.objections) {
      refused.push_back(fmt::format("{}: {}: {}", command.to, objection.guard, objection.saw.text));
    }
  }
  EXPECT_EQ(blockers, GetParam().blockers);
  EXPECT_EQ(legal, GetParam().legal);
  EXPECT_EQ(refused, GetParam().refused);
}

// Every number that stands alone in `text`.
std::set<std::string> NumbersIn(const std::string& text) {
  std::set<std::string> numbers;
  std::string word;
  for (const char c : text + " ") {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      word += c;
    } else if (!word.empty()) {
      numbers.insert(std::exchange(word, ""));
    }
  }
  return numbers;
}

TEST_P(WhyTest, EverySentenceNamesTheEventsItRestsOn) {
  const Explanation explained = Must(history_.Ask(GetParam().entity));
  std::vector<Sentence> sentences = {explained.headline};
  const auto add = [&](const std::vector<Sentence>& more) {
    sentences.insert(sentences.end(), more.begin(), more.end());
  };
  add(explained.findings);
  if (explained.override) add({explained.override->sentence});
  for (const Blocker& blocker : explained.blockers) {
    add({blocker.sentence});
    add(blocker.findings);
  }
  for (const PossibleCommand& command : explained.commands) {
    for (const Objection& objection : command.objections) add({objection.saw});
  }
  for (const Sentence& sentence : sentences) {
    EXPECT_FALSE(sentence.rests_on.empty()) << sentence.text;
    EXPECT_TRUE(std::ranges::is_sorted(sentence.rests_on)) << sentence.text;
    for (const Position position : sentence.rests_on) {
      EXPECT_TRUE(position >= Position{1} && position <= explained.as_of) << sentence.text;
      EXPECT_THAT(NumbersIn(sentence.text), Contains(std::to_string(position.value))) << sentence.text;
    }
  }
  EXPECT_FALSE(explained.history.empty());
  EXPECT_TRUE(std::ranges::is_sorted(explained.history, {}, &Happening::position));
  EXPECT_EQ(explained.history.back().position, explained.since);
  for (const Happening& happening : explained.history) {
    EXPECT_TRUE(happening.position >= Position{1} && happening.position <= explained.as_of);
    EXPECT_LT(happening.cause, happening.position);
  }
}

// What is said to be legal is taken, what is said to be refused is refused: SPEC §2.4.
TEST_P(WhyTest, AgreesWithTheEngine) {
  const Explanation explained = Must(history_.Ask(GetParam().entity));
  for (const PossibleCommand& command : explained.commands) {
    if (command.to.empty()) continue;
    support::Store store(support::Backend::kMemory);
    support::Session session(store.storage());
    for (const std::string& before : GetParam().commands) session.Execute(before);
    const EntityName& entity = explained.entity;
    const std::string asked = entity.kind == "run"       ? MoveRun(command.to, entity.id)
                              : entity.kind == "attempt" ? FinishStep(std::stoi(entity.id), command.to)
                                                         : MoveWorkstream(entity.id, command.to, entity.run_id);
    EXPECT_EQ(std::holds_alternative<Receipt>(session.Execute(asked)), command.IsLegal()) << command.line;
  }
}

INSTANTIATE_TEST_SUITE_P(Scenarios, WhyTest, testing::ValuesIn(Scenarios()),
                         [](const auto& test) { return test.param.name; });

TEST(Why, HistoryFollowsCausesToTheFirst) {
  History history(
      Chain({MoveWorkstream("a", "abandoned"), MoveWorkstream("b", "pending"), MoveWorkstream("b", "blocked")}));
  std::vector<std::string> lines;
  for (const Happening& it : Must(history.Ask(Ws("b"))).history) {
    lines.push_back(fmt::format("{} {} {}", it.position.value, it.about.id, it.text));
  }
  EXPECT_THAT(lines, ElementsAre("4 b pending, created", "6 a pending → abandoned, abandon",
                                 "7 b pending → blocked, dependency_failed because of 6: \"a was abandoned\"",
                                 "8 b blocked → pending, unblock", "9 b pending → blocked, dependency_failed"));
}

TEST(Why, FindsFailedAttemptsAndErrorsWithTheirLastPositions) {
  History history(Chain({RecordStep("a", "static", "failure"), RecordStep("a", "static", "success"),
                         StartStep("a", "edit"), FinishStep(8, "failure"), StartStep("a", "runtime"),
                         RecordError("a", "edit", "s"), RecordError("a", "edit", "s")}));
  std::vector<std::string> findings;
  for (const Sentence& finding : Must(history.Ask(Ws("a"))).findings) findings.push_back(finding.text);
  EXPECT_THAT(findings, ElementsAre("attempt 1 at edit failed at 9", "attempt 1 at runtime is in progress since 10",
                                    "error E1 in edit, recorded 2 times, last at 12: \"it broke\""));
}

TEST(Why, CountsTheWorkstreamsOfARunByState) {
  History history({CreateRun("r1", "running"), CreateWorkstream("a", {}, true), CreateWorkstream("b"),
                   CreateWorkstream("c"), MoveWorkstream("a", "failed"), MoveRun("failed")});
  std::vector<std::string> findings;
  for (const Sentence& finding : Must(history.Ask(kRun)).findings) findings.push_back(finding.text);
  EXPECT_THAT(findings, ElementsAre("2 of 3 workstreams are pending, left so when the run ended: b (4), c (5)",
                                    "1 of 3 workstreams is failed: a (6)", "1 is critical and failed: a (6)"));
}

TEST(Why, RefusalsAreThoseSinceTheLastMove) {
  History history(Chain({MoveWorkstream("a", "done"), MoveWorkstream("a", "ready"),
                         With(MoveWorkstream("a", "done"), R"("actor":"bot")"), MoveWorkstream("b", "done")}));
  const std::vector<Happening> refusals = Must(history.Ask(Ws("a"))).refusals;
  ASSERT_EQ(refusals.size(), 1u);
  EXPECT_EQ(refusals[0].position.value, 8u);
  EXPECT_THAT(refusals[0].text, HasSubstr("to done by bot: no edge leads from ready to done"));
}

TEST(Why, NamesOnlyTheNewestRefusals) {
  std::vector<std::string> commands = Chain({});
  for (int i = 0; i < 13; ++i) commands.push_back(MoveRun("pending"));
  const Explanation explained = Must(History(commands).Ask(kRun));
  EXPECT_EQ(explained.refusals.size(), 10u);
  EXPECT_EQ(explained.refusals.back().position.value, 18u);
  EXPECT_EQ(explained.more_refusals, 3u);
}

TEST(Why, RecordsAreTakenInAnyStateAndStepsOnlyInOpenOnes) {
  for (const auto& [commands, may_start] :
       {std::pair{Chain({}), true}, std::pair{Chain({MoveWorkstream("a", "failed")}), false}}) {
    std::vector<std::string> legal;
    for (const PossibleCommand& command : Must(History(commands).Ask(Ws("a"))).commands) {
      if (command.to.empty() && command.IsLegal()) legal.push_back(command.line);
    }
    EXPECT_THAT(legal, Contains(HasSubstr("annals error record")));
    EXPECT_THAT(legal, Contains(HasSubstr("annals event record")));
    EXPECT_EQ(std::ranges::count(legal, "annals step start --run r1 --ws a --step STEP"), may_start ? 1 : 0);
  }
}

TEST(Why, AnOverrideMovesWhatIsNotFinalInAnOpenRun) {
  EXPECT_EQ(Must(History(Chain({})).Ask(Ws("a"))).override->line,
            "annals workstream transition a STATE --run r1 --override --operator NAME --reason TEXT");
  const OverrideOutcome final = *Must(History(Chain({MoveWorkstream("a", "failed")})).Ask(Ws("a"))).override;
  EXPECT_FALSE(final.is_possible);
  EXPECT_EQ(final.sentence.text, "not even by an override: failed is final (6)");
  const OverrideOutcome ended = *Must(History(Chain({MoveRun("failed")})).Ask(Ws("a"))).override;
  EXPECT_FALSE(ended.is_possible);
  EXPECT_EQ(ended.sentence.rests_on, std::vector<Position>{{6}});
}

TEST(Why, ManyInTheWayAreNamedBrieflyAndBounded) {
  std::vector<std::string> commands = {CreateRun("r1", "running")};
  for (int i = 0; i < 50; ++i) commands.push_back(CreateWorkstream(fmt::format("w{:02}", i)));
  const Explanation explained = Must(History(commands).Ask(kRun));
  EXPECT_EQ(explained.blockers.size(), 10u);
  const auto completed = std::ranges::find(explained.commands, "completed", &PossibleCommand::to);
  EXPECT_THAT(completed->objections.at(0).saw.text, AllOf(HasSubstr("w09 12 and 40 more"), Not(HasSubstr("w10"))));
}

TEST(Why, OfALongChainTheNearestAndTheRootAreNamed) {
  std::vector<std::string> commands = {CreateRun("r1", "running"), CreateWorkstream("w0")};
  for (int i = 1; i < 100; ++i)
    commands.push_back(CreateWorkstream(fmt::format("w{}", i), {fmt::format("w{}", i - 1)}));
  const Explanation explained = Must(History(commands).Ask(Ws("w99")));
  EXPECT_EQ(explained.blockers.size(), 21u);
  EXPECT_EQ(explained.blockers.front().entity, Ws("w98"));
  EXPECT_EQ(explained.blockers.back().entity, Ws("w0"));
  EXPECT_EQ(explained.more_blockers, 78u);
  EXPECT_THAT(explained.headline.text, HasSubstr("; in the end by workstream w0, which is pending since 3"));
}

// Passes everything on, and notes which parts of the log were asked for.
class WatchedSnapshot final : public Snapshot {
 public:
  explicit WatchedSnapshot(Snapshot& snapshot) : snapshot_(snapshot) {}
  const Head& head() const override { return snapshot_.head(); }
  absl::StatusOr<StreamVersion> VersionOf(std::string_view stream) override { return snapshot_.VersionOf(stream); }
  absl::StatusOr<std::unique_ptr<RecordCursor>> ReadLog(const LogRange& range) override {
    if (range.first != range.last) streams.insert(std::string(range.stream));
    return snapshot_.ReadLog(range);
  }
  absl::Status ReadRows(const RowQuery& query, TableSet set, absl::FunctionRef<absl::Status(Row)> visit) override {
    return snapshot_.ReadRows(query, set, visit);
  }
  absl::StatusOr<uint64_t> CountRows(const RowQuery& query) override { return snapshot_.CountRows(query); }
  absl::StatusOr<bool> HasTable(const TableDef& table) override { return snapshot_.HasTable(table); }
  absl::Status ReadSubtrees(uint64_t first, uint64_t last,
                            absl::FunctionRef<absl::Status(const Hash&)> visit) override {
    return snapshot_.ReadSubtrees(first, last, visit);
  }
  absl::StatusOr<std::string> DatabaseId() override { return snapshot_.DatabaseId(); }
  absl::StatusOr<Hash> StoredRoot() override { return snapshot_.StoredRoot(); }

  std::set<std::string> streams;

 private:
  Snapshot& snapshot_;
};

TEST(Why, ReadsNoStreamsButTheRunsOwn) {
  support::Store store(support::Backend::kMemory);
  support::Session session(store.storage());
  for (const std::string& command :
       Chain({CreateRun("r2"), MoveWorkstream("a", "failed"), MoveWorkstream("b", "done")})) {
    session.Execute(command);
  }
  const auto snapshot = Must(store.storage().Read());
  WatchedSnapshot watched(*snapshot);
  Must(Explain(watched, Ws("b"), snapshot->head().recorded_at));
  EXPECT_THAT(watched.streams, ElementsAre("refused/run/r1", "run/r1"));
}

TEST(Why, WhatIsUnknownIsNotFoundOrNoKind) {
  History history(Chain({}));
  const auto code = [&](const EntityName& name) { return history.Ask(name).status().code(); };
  EXPECT_EQ(code({"run", "", "r2"}), absl::StatusCode::kNotFound);
  EXPECT_EQ(code(Ws("z")), absl::StatusCode::kNotFound);
  EXPECT_EQ(code({"attempt", "", "5"}), absl::StatusCode::kNotFound);
  EXPECT_EQ(code({"error", "", "99999999999999999999"}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({"error", "", "5"}), absl::StatusCode::kNotFound);
  EXPECT_EQ(code({"cat", "", "5"}), absl::StatusCode::kInvalidArgument);
}

TEST(Why, KnowsWhereEveryGuardLooks) {
  for (const Machine* const machine : BuiltInMachines()) {
    for (const Edge& edge : machine->edges()) {
      for (const Guard* const guard : edge.guards) EXPECT_TRUE(HasEvidence(guard->name)) << guard->name;
    }
  }
}

}  // namespace
}  // namespace annals::why
