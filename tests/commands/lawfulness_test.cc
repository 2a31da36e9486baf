// SPEC §10: verify finds what the law would have refused. The events here are written as no engine writes them.
#include "commands/lawfulness.h"

#include <functional>

#include <capnp/message.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands/verify.h"
#include "eventstore/event_type.h"
#include "tests/support/commands.h"
#include "tests/support/must.h"
#include "tests/support/session.h"
#include "tests/support/store.h"

namespace annals {
namespace {

using namespace annals::support;
using testing::HasSubstr;

using Event = schema::Event::Builder;

struct UnlawfulCase {
  std::string name;
  std::function<void(Event)> fill;
  std::string objection;  // empty: it is lawful
  std::string stream = "run/r1";
};
void PrintTo(const UnlawfulCase& test, std::ostream* out) {
  *out << test.name;
}

struct Movement {
  std::string_view from, to, trigger;
  schema::Severity severity = schema::Severity::INFO;
  bool is_final = false;
  std::string_view operator_name = {};
  std::string_view reason = "it must";
  std::string_view machine = "workstream";
};

std::function<void(Event)> Move(std::string_view ws_id, Movement movement) {
  return [=](Event event) {
    if (!ws_id.empty()) event.setWsId(AsText(ws_id));
    auto moved = event.initBody().initTransitioned();
    SetName(moved.getMachine(), movement.machine);
    SetName(moved.getFrom(), movement.from);
    SetName(moved.getTo(), movement.to);
    SetName(moved.getTrigger(), movement.trigger);
    moved.setSeverity(movement.severity);
    moved.setFinal(movement.is_final);
    if (movement.operator_name.empty()) return;
    moved.setOperator(AsText(movement.operator_name));
    if (!movement.reason.empty()) event.initContent().initInline().setText(AsText(movement.reason));
  };
}

std::function<void(Event)> CreateRunEvent(const char* version) {
  return [=](Event event) { event.initBody().initRunCreated().setMachineVersion(version); };
}

std::function<void(Event)> CreateWorkstreamEvent(const char* ws_id, std::vector<const char*> needs = {},
                                                 const char* version = "1") {
  return [=](Event event) {
    event.setWsId(ws_id);
    auto created = event.initBody().initWorkstreamCreated();
    created.setMachineVersion(version);
    auto list = created.initDependsOn(static_cast<uint32_t>(needs.size()));
    for (uint32_t i = 0; i < list.size(); ++i) list.set(i, needs[i]);
  };
}

std::function<void(Event)> StartEvent(const char* ws_id) {
  return [=](Event event) {
    event.setWsId(ws_id);
    SetName(event.initBody().initStepStarted().getStepName(), "edit");
  };
}

std::function<void(Event)> EndEvent(const char* ws_id, uint64_t attempt, schema::StepStatus status,
                                    const char* step = "edit") {
  return [=](Event event) {
    event.setWsId(ws_id);
    auto completed = event.initBody().initStepCompleted();
    completed.setAttempt(attempt);
    SetName(completed.getStepName(), step);
    completed.setStatus(status);
  };
}

std::function<void(Event)> NoteEvent(const char* ws_id = "") {
  return [=](Event event) {
    if (*ws_id != '\0') event.setWsId(ws_id);
    event.initBody().initNoted().setEventType("remark");
  };
}

// Run r1 is running. a is editing, with attempt kOpen under way and kEnded ended; b is pending and needs a; d is done;
// p was paused while ready. Run r2 has ended and holds x.
constexpr uint64_t kOpen = 12;
constexpr uint64_t kEnded = 13;
const std::vector<std::string> kStory = {
    CreateRun("r1", "running"),     CreateWorkstream("a"),
    CreateWorkstream("b", {"a"}),   CreateWorkstream("d"),
    CreateWorkstream("p"),          MoveWorkstream("a", "ready"),
    MoveWorkstream("a", "editing"), MoveWorkstream("p", "ready"),
    MoveWorkstream("p", "paused"),  Overridden(MoveWorkstream("d", "done")),
    StartStep("a", "edit"),         RecordStep("a", "edit", "success"),
    CreateRun("r2", "running"),     CreateWorkstream("x", {}, false, "r2"),
    MoveRun("failed", "r2"),
};

constexpr auto kError = schema::Severity::ERROR;
constexpr auto kWarning = schema::Severity::WARNING;
constexpr auto kSuccess = schema::StepStatus::SUCCESS;

const UnlawfulCase kCases[] = {
    {"AlongAnEdge", Move("a", {"editing", "static_check", "edit_finished"}), ""},
    {"FromAnotherState", Move("a", {"ready", "editing", "begin_edit"}),
     "it leaves \"ready\", but workstream a was editing"},
    {"AlongNoEdge", Move("a", {"editing", "runtime_check", "static_passed"}),
     "no edge leads from editing to runtime_check"},
    {"ByTheTriggerOfAnotherEdge", Move("a", {"editing", "static_check", "pause"}), "no edge leads from editing"},
    {"ByNoTrigger", Move("a", {"editing", "static_check", ""}), "leads \"edit_finished\", not \"\""},
    {"WithAnotherSeverity", Move("a", {"editing", "static_check", "edit_finished", kError}), "its severity"},
    {"FinalWhereItIsNot", Move("a", {"editing", "static_check", "edit_finished", {}, true}),
     "says that static_check is final"},
    {"NotFinalWhereItIs", Move("a", {"editing", "failed", "fail", kError, false}), "says that failed is not final"},
    {"AgainstAGuard", Move("b", {"pending", "ready", "dependencies_met"}), "the guard dependencies_done does not hold"},
    {"ToAnotherStateThanItWasPausedIn", Move("p", {"paused", "editing", "resume"}), "it was paused in ready"},
    {"OutOfATerminalState", Move("d", {"done", "failed", "fail", kError, true}), "done is final"},
    {"OutOfATerminalStateByAnOverride", Move("d", {"done", "failed", "fail", kError, true, "Olga"}), "done is final"},
    {"AnOverrideOfAGuard", Move("b", {"pending", "ready", "dependencies_met", {}, false, "Olga"}), ""},
    {"AnOverrideAlongNoEdge", Move("b", {"pending", "done", "", kWarning, true, "Olga"}), ""},
    {"AnOverrideWithoutAReason", Move("b", {"pending", "done", "", kWarning, true, "Olga", ""}),
     "needs an operator and a reason"},
    {"AnUnknownState", Move("a", {"editing", "lost", "edit_finished"}),
     "\"lost\" is no state of the workstream machine"},
    {"AnUnknownMachine", Move("a", {"editing", "static_check", "edit_finished", {}, false, {}, {}, "robot"}),
     "no such event belongs into stream"},
    {"AnUnknownWorkstream", Move("ghost", {"pending", "ready", "dependencies_met"}), "run r1 has no workstream ghost"},
    {"InARunThatHasEnded", Move("x", {"pending", "ready", "dependencies_met"}), "in a run that has ended", "run/r2"},
    {"InARunThatIsNotThere", Move("a", {"pending", "ready", "dependencies_met"}), "there is no run r9", "run/r9"},
    {"ARunCompletedWithWorkOpen", Move("", {"running", "completed", "complete", {}, true, {}, {}, "run"}),
     "1 of 4 workstreams are done"},
    {"ARunThatEndedGoesOn", Move("", {"failed", "running", "resume", {}, false, {}, {}, "run"}), "failed is final",
     "run/r2"},
    {"ARunMovedInTheNameOfAWorkstream", Move("a", {"running", "paused", "pause", kWarning, false, {}, {}, "run"}),
     "but names workstream a"},
    {"ASecondRun", CreateRunEvent("1"), "run r1 already exists"},
    {"ARunOfAMachineOfTheFuture", CreateRunEvent("7"), "made under version \"7\"", "run/r3"},
    {"AWorkstream", CreateWorkstreamEvent("new", {"a", "d"}), ""},
    {"ASecondWorkstream", CreateWorkstreamEvent("a"), "workstream a already exists"},
    {"AWorkstreamOfAMachineOfTheFuture", CreateWorkstreamEvent("new", {}, "7"), "made under version \"7\""},
    {"AWorkstreamThatNeedsItself", CreateWorkstreamEvent("new", {"new"}), "cannot depend on itself"},
    {"AWorkstreamThatNeedsOneTwice", CreateWorkstreamEvent("new", {"a", "a"}), "names a twice"},
    {"AWorkstreamThatNeedsAGhost", CreateWorkstreamEvent("new", {"ghost"}), "which run r1 does not have"},
    {"AWorkstreamInARunThatHasEnded", CreateWorkstreamEvent("new"), "in a run that has ended", "run/r2"},
    {"AnAttempt", StartEvent("b"), ""},
    {"AnAttemptAtWhatIsDone", StartEvent("d"), "which is final; no step starts in it"},
    {"AnAttemptInARunThatHasEnded", StartEvent("x"), "in a run that has ended", "run/r2"},
    {"TheEndOfAnAttempt", EndEvent("a", kOpen, kSuccess), ""},
    {"ASecondEnd", EndEvent("a", kEnded, kSuccess), "is finished already"},
    {"AnEndWithoutAnAttempt", EndEvent("a", 3, kSuccess), "there is no attempt 3"},
    {"AnEndThatIsNone", EndEvent("a", kOpen, schema::StepStatus::IN_PROGRESS), "in_progress is no end"},
    {"AnEndOfAnotherStep", EndEvent("a", kOpen, kSuccess, "fix"), "attempt 12 is one at step edit"},
    {"AnEndOfAnothersAttempt", EndEvent("b", kOpen, kSuccess), "of workstream a"},
    {"AWholeAttempt", EndEvent("a", 0, kSuccess), ""},
    {"AWholeAttemptAtWhatIsDone", EndEvent("d", 0, kSuccess), "no step starts in it"},
    {"AnErrorOfAGhost",
     [](Event event) {
       event.setWsId("ghost");
       event.initBody().initErrorRecorded();
     },
     "has no workstream ghost"},
    {"ANote", NoteEvent("a"), ""},
    {"ANoteOnAGhost", NoteEvent("ghost"), "has no workstream ghost"},
    {"ANoteOfNoRun", NoteEvent(), "", "note"},
    {"ANoteOfNoRunOnAWorkstream", NoteEvent("a"), "names a workstream but no run", "note"},
    {"AMoveOutsideOfRuns", Move("a", {"pending", "ready", "dependencies_met"}),
     "no such event belongs into stream \"note\"", "note"},
    {"ANoteAmongRefusals", NoteEvent(), "a stream of refusals holds it", "refused/run/r1"},
    {"ARefusalAmongMoves", [](Event event) { event.initBody().initCommandRefused(); }, "stands in another stream"},
    {"ACauseBehindIt",
     [](Event event) {
       NoteEvent("a")(event);
       event.setCausation(99);
     },
     "position 99 led to it"},
    {"ARedactionOfWhatIsNotThereYet", [](Event event) { event.initBody().initContentRedacted().setPosition(99); },
     "redacts what does not stand before it"},
};

class LawfulnessTest : public testing::TestWithParam<UnlawfulCase> {};

TEST_P(LawfulnessTest, IsJudgedAsDecidersJudge) {
  const UnlawfulCase& test = GetParam();
  Rows rows;
  Store store(Backend::kMemory);
  Session session(store.storage());
  for (const std::string& command : kStory) session.Accept(command);
  const std::string run_id(RunOfStream(test.stream).value_or(""));
  const auto snapshot = Must(store.storage().Read());
  if (!run_id.empty()) Must(FoldStream(*snapshot, RunStream(run_id), {1}, {INT64_MAX}, rows));

  capnp::MallocMessageBuilder message;
  Event event = message.initRoot<schema::Event>();
  test.fill(event);
  FoldedEvent folded = EventAt({snapshot->head().position.value + 1}, test.stream, event.asReader());
  if (event.getContent().isInline()) folded.text = View(event.asReader().getContent().getInline().getText());
  const std::string objection = Must(
      FindUnlawful(test.stream, folded, rows, [](std::string_view, std::string_view) -> absl::StatusOr<const Machine*> {
        return absl::NotFoundError("none");
      }));
  if (test.objection.empty()) {
    EXPECT_EQ(objection, "");
  } else {
    EXPECT_THAT(objection, HasSubstr(test.objection));
  }
}

INSTANTIATE_TEST_SUITE_P(Events, LawfulnessTest, testing::ValuesIn(kCases),
                         [](const auto& test) { return test.param.name; });

class StoredEventTest : public testing::TestWithParam<Backend> {};

TEST_P(StoredEventTest, AnUnlawfulEventIsNamedThoughHashesAndTablesAreRight) {
  Store store(GetParam());
  Session session(store.storage());
  for (const std::string& command : kStory) session.Accept(command);

  capnp::MallocMessageBuilder message;
  Event event = message.initRoot<schema::Event>();
  Move("a", {"editing", "done", "runtime_passed", {}, true})(event);
  std::string bytes, scratch;
  Position position;
  {
    const auto transaction = Must(store.storage().Begin());
    event.setRecordedAt(transaction->head().recorded_at.micros);
    EncodeEvent(event.asReader(), bytes);
    const NewEvent appended{.event = bytes,
                            .event_type = EventTypeOf(event.asReader(), scratch),
                            .ws_id = "a",
                            .recorded_at = transaction->head().recorded_at,
                            .content = {}};
    Must(transaction->Append("run/r1", Must(transaction->VersionOf("run/r1")), {&appended, 1}));
    position = transaction->head().position;
    Must(transaction->Commit());
  }
  const auto quiet = [](uint64_t, uint64_t) {};
  Must(Rebuild(store.storage(), nullptr, quiet));

  std::vector<Fault> faults;
  Storage* const storage = &store.storage();
  const VerifyReport report =
      Must(Verify({&storage, 1}, {}, quiet, [&](const Fault& fault) { faults.push_back(fault); }));
  ASSERT_EQ(report.faults, 1u);
  EXPECT_EQ(faults[0].position, position);
  EXPECT_EQ(faults[0].kind, FaultKind::kUnlawful);
  EXPECT_THAT(faults[0].detail, HasSubstr("no edge leads from editing to done"));
}

INSTANTIATE_TEST_SUITE_P(Backends, StoredEventTest, testing::Values(Backend::kMemory, Backend::kSqlite),
                         [](const auto& test) { return NameOf(test.param); });

}  // namespace
}  // namespace annals
