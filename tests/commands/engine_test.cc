// The engine: what it answers, and what lies in the log and the tables afterwards.
#include "commands/engine.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/event_codec.h"
#include "projections/projector.h"
#include "schemas/status.h"
#include "tests/commands/engine_fixture.h"

namespace annals::support {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class EngineTest : public EngineFixture {};
INSTANTIATE_TEST_SUITE_P(Backends, EngineTest, kBothBackends, kNameOfBackend);

TEST_P(EngineTest, AnswersWithAReceipt) {
  const Receipt run = Accept(CreateRun("r1", "running"));
  EXPECT_EQ(LineOf(run), "done at 1 to 2 of run/r1, version 2, 'running', run 'r1', ws '', attempt 0");
  EXPECT_EQ(LineOf(Accept(CreateWorkstream("a"))),
            "done at 3 to 3 of run/r1, version 3, 'pending', run 'r1', ws 'a', attempt 0");
  EXPECT_EQ(LineOf(Accept(MoveWorkstream("a", "ready"))),
            "done at 4 to 4 of run/r1, version 4, 'ready', run 'r1', ws 'a', attempt 0");
  EXPECT_EQ(LineOf(Accept(StartStep("a", "edit"))),
            "done at 5 to 5 of run/r1, version 5, 'in_progress', run 'r1', ws 'a', attempt 5");
  EXPECT_EQ(LineOf(Accept(FinishStep(5, "failure"))),
            "done at 6 to 6 of run/r1, version 6, 'failure', run 'r1', ws 'a', attempt 5");
  EXPECT_EQ(LineOf(Accept(RecordStep("a", "static", "success"))),
            "done at 7 to 7 of run/r1, version 7, 'success', run 'r1', ws 'a', attempt 7");
  EXPECT_EQ(LineOf(Accept(RecordError("a", "static", "s"))),
            "done at 8 to 8 of run/r1, version 8, '', run 'r1', ws 'a', attempt 0");
  EXPECT_EQ(LineOf(Accept(R"({"command":"record_event","event_type":"deploy"})")),
            "done at 9 to 9 of note, version 1, '', run '', ws '', attempt 0");
  EXPECT_EQ(LineOf(Accept(CreateRun("r2"))),
            "done at 10 to 10 of run/r2, version 1, 'pending', run 'r2', ws '', attempt 0");
}

TEST_P(EngineTest, MakesAnIdForARunThatHasNone) {
  const Receipt first = Accept(R"({"command":"create_run"})");
  const Receipt second = Accept(R"({"command":"create_run"})");
  EXPECT_EQ(first.run_id.size(), 26u);
  EXPECT_LT(first.run_id, second.run_id);
  EXPECT_EQ(second.stream, "run/" + second.run_id);
}

TEST_P(EngineTest, RecordsRefusalsBesideTheStreamTheyWereAbout) {
  Accept(CreateRun());
  const Refused refused = Refuse(With(MoveRun("completed"), R"("actor":"Ann")"));
  EXPECT_EQ(refused.position, Position{2});
  EXPECT_EQ(refused.refusal.machine, "run");
  EXPECT_EQ(refused.refusal.from, "pending");
  EXPECT_EQ(refused.refusal.to, "completed");
  EXPECT_THAT(refused.refusal.legal, ElementsAre("running", "failed", "abandoned"));
  EXPECT_EQ(VersionOf("run/r1"), StreamVersion{1});
  EXPECT_EQ(VersionOf("refused/run/r1"), StreamVersion{1});
  EXPECT_EQ(Accept(MoveRun("running")).version, StreamVersion{2});
  EXPECT_EQ(Refuse(CreateRun()).position, Position{4});
  const std::vector<StoredRecord> records = RecordsOf(storage());
  EXPECT_EQ(records[1].stream, "refused/run/r1");
  EXPECT_EQ(records[1].event_type, "command_refused");
  EventDecoder decoder;
  const auto event = Must(decoder.Decode(records[1].event));
  EXPECT_EQ(View(event.getActor()), "Ann");
  EXPECT_EQ(View(event.getBody().getCommandRefused().getCommand()), "transition_run");
  EXPECT_EQ(View(event.getBody().getCommandRefused().getWhy()), refused.refusal.why);
  EXPECT_EQ(event.getBody().getCommandRefused().getLegal().size(), 3u);
}

TEST_P(EngineTest, GivesTheEventsOfOneCommandTheirCause) {
  session_.ExecuteAll({CreateRun("r1", "running"), CreateWorkstream("a"), CreateWorkstream("b", {"a"}),
                       CreateWorkstream("c", {"a"}), Note("before")});
  const Receipt receipt = Accept(With(MoveWorkstream("a", "failed"), R"("command_id":"k")"));
  EXPECT_EQ(LineOf(receipt), "done at 7 to 9 of run/r1, version 9, 'failed', run 'r1', ws 'a', attempt 0");
  EventDecoder decoder;
  std::vector<uint64_t> causes;
  for (const StoredRecord& record : RecordsOf(storage(), {.first = {7}})) {
    const auto event = Must(decoder.Decode(record.event));
    causes.push_back(event.getCausation());
    EXPECT_EQ(View(event.getCommandId()), "k");
    EXPECT_EQ(event.hasCommandDigest(), record.position == Position{7});
  }
  EXPECT_THAT(causes, ElementsAre(0u, 7u, 7u));
}

TEST_P(EngineTest, AnswersErrorsOfACommandAloneAndRecordsNothing) {
  Accept(CreateRun());
  const std::vector<Answer> answers =
      session_.ExecuteAll({MoveRun("running", "r9"), MoveRun("runing"), MoveRun("running"), FinishStep(77, "success"),
                           CreateWorkstream("a")});
  EXPECT_EQ(std::get<absl::Status>(answers[0]).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(std::get<absl::Status>(answers[1]).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(std::get<Receipt>(answers[2]).first_position, Position{2});
  EXPECT_EQ(MessageOf(std::get<absl::Status>(answers[3])),
            "there is no attempt 77; annals step list shows those there are");
  EXPECT_EQ(std::get<Receipt>(answers[4]).first_position, Position{3});
  EXPECT_EQ(end(), Position{3});
}

TEST_P(EngineTest, WantsOperatorAndReasonForAnOverrideAndATransitionToOverride) {
  Accept(CreateRun());
  const auto fail = [&](schema::Command::Builder command) {
    const schema::Command::Reader reader = command.asReader();
    const std::vector<Answer> answers = Must(session_.engine().Execute({&reader, 1}));
    return std::get<absl::Status>(answers.at(0));
  };
  for (const auto& [operator_name, reason] : {std::pair{"", "why"}, std::pair{"Olga", ""}}) {
    capnp::MallocMessageBuilder message;
    auto command = message.initRoot<schema::Command>();
    command.initOverride().setOperator(operator_name);
    command.getOverride().setReason(reason);
    command.getBody().initTransitionRun().setRunId("r1");
    command.getBody().getTransitionRun().setTo("completed");
    const absl::Status status = fail(command);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(MessageOf(status), HasSubstr("an override needs an operator and a reason"));
  }
  const absl::Status status = Fail(Overridden(CreateWorkstream("a")));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(MessageOf(status), HasSubstr("only a transition can be overridden"));
  EXPECT_EQ(end(), Position{1});
}

TEST_P(EngineTest, RefusesAnOverrideOutOfATerminalStateAndRecordsTheOperator) {
  session_.ExecuteAll({CreateRun(), MoveRun("abandoned")});
  const Refused refused = Refuse(Overridden(MoveRun("running")));
  EXPECT_EQ(refused.refusal.why, "abandoned is final");
  EXPECT_THAT(refused.refusal.legal, ElementsAre());
  EventDecoder decoder;
  const std::vector<StoredRecord> records = RecordsOf(storage());
  EXPECT_EQ(View(Must(decoder.Decode(records.back().event)).getBody().getCommandRefused().getOperator()), "Olga");
}

TEST_P(EngineTest, NamesOverridesInTheLog) {
  Accept(CreateRun());
  Accept(Overridden(MoveRun("completed")));
  const StoredRecord record = RecordsOf(storage()).back();
  EXPECT_EQ(record.event_type, "run_overridden");
  EventDecoder decoder;
  const auto event = Must(decoder.Decode(record.event));
  EXPECT_EQ(View(event.getContent().getInline().getText()), "it must");
  EXPECT_EQ(View(event.getBody().getTransitioned().getTrigger()), "");
}

TEST_P(EngineTest, ConflictOfVersionsLeavesNothing) {
  Accept(CreateRun("r1", "running"));
  for (const char* const wrong : {"0", "1", "3"}) {
    const absl::Status status = Fail(With(MoveRun("paused"), std::string(R"("expect_version":)") + wrong));
    EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
    EXPECT_EQ(MessageOf(status),
              "run/r1 is at version 2, not at the expected " + std::string(wrong) + "; read it again and decide again");
  }
  EXPECT_EQ(end(), Position{2});
  EXPECT_EQ(Accept(With(MoveRun("paused"), R"("expect_version":2)")).version, StreamVersion{3});
}

TEST_P(EngineTest, ExpectsVersionZeroOfWhatIsNotThereYet) {
  Accept(With(CreateRun(), R"("expect_version":0)"));
  EXPECT_EQ(Fail(With(CreateRun(), R"("expect_version":0)")).code(), absl::StatusCode::kAborted);
  // A refusal takes no version: what was expected before it is still right after it.
  Refuse(With(MoveRun("partial"), R"("expect_version":1)"));
  Accept(With(MoveRun("running"), R"("expect_version":1)"));
}

TEST_P(EngineTest, DryRunShowsTheEventsAndLeavesNothing) {
  session_.ExecuteAll({CreateRun("r1", "running"), CreateWorkstream("a"), CreateWorkstream("b", {"a"})});
  const TableLines before = TablesOf(storage());
  const std::string command = MoveWorkstream("a", "failed");
  const Preview preview = session_.Foresee(With(command, R"("dry_run":true,"command_id":"k")"));
  EXPECT_EQ(LineOf(preview), "would go to run/r1, #5 v5 workstream_transitioned, #6 v6 workstream_transitioned");
  const Preview refused = session_.Foresee(With(MoveRun("completed"), R"("dry_run":true)"));
  EXPECT_THAT(LineOf(refused), HasSubstr("would go to refused/run/r1, refused run r1: running -> completed"));
  const std::string step = R"({"command":"record_step_attempt","run_id":"r1","ws_id":"a","step_name":"s",)"
                           R"("status":"success","result":{"x":1},"dry_run":true})";
  EXPECT_GT(session_.Foresee(step).events.at(0).content.size(), 8u);
  EXPECT_EQ(end(), Position{4});
  EXPECT_EQ(TablesOf(storage()), before);
  // Nor does the key count as used, or the rows in the cache as moved.
  EXPECT_FALSE(Accept(With(command, R"("command_id":"k")")).repeat);
}

TEST_P(EngineTest, RecordedTimesNeverGoBack) {
  Accept(CreateRun());
  const Timestamp first = RecordsOf(storage()).back().recorded_at;
  session_.clock().Set({first.micros - 3'600'000'000});
  Accept(MoveRun("running"));
  Reopen();
  Refuse(MoveRun("partial"));
  for (const StoredRecord& record : RecordsOf(storage())) EXPECT_EQ(record.recorded_at, first);
  session_.clock().Set({first.micros + 5});
  Accept(MoveRun("paused"));
  EXPECT_EQ(RecordsOf(storage()).back().recorded_at, Timestamp{first.micros + 5});
}

TEST_P(EngineTest, FindsTheOneOpenRunThatHoldsAWorkstream) {
  const std::string command = R"({"command":"transition_workstream","ws_id":"a","to":"ready"})";
  session_.ExecuteAll({CreateRun("r1"), CreateRun("r2"), CreateRun("r3")});
  const absl::Status none = Fail(command);
  EXPECT_EQ(none.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(MessageOf(none), "no run has a workstream a; annals workstream list shows those there are");

  Accept(CreateWorkstream("a", {}, false, "r1"));
  EXPECT_EQ(Accept(command).run_id, "r1");

  // Also of rows that are not written yet: all of this is one unit.
  const std::vector<Answer> answers =
      session_.ExecuteAll({CreateWorkstream("a", {}, false, "r2"), command, MoveRun("failed", "r1"), command});
  EXPECT_EQ(std::get<absl::Status>(answers[1]).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(MessageOf(std::get<absl::Status>(answers[1])), "workstream a stands in 2 open runs (r1, r2); name the run");
  EXPECT_EQ(std::get<Receipt>(answers[3]).run_id, "r2");

  Accept(MoveRun("abandoned", "r2"));
  const absl::Status ended = Fail(command);
  EXPECT_EQ(ended.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(MessageOf(ended), "workstream a stands only in runs that have ended (r1, r2); name the run");
}

TEST_P(EngineTest, DroppedUnitLeavesNothingAndTheEngineGoesOnRightly) {
  session_.ExecuteAll({CreateRun("r1", "running"), CreateWorkstream("a"), CreateWorkstream("b", {"a"})});
  const std::vector<StoredRecord> before = RecordsOf(storage());
  for (const bool spill : {false, true}) {
    {
      const auto unit = Must(session_.engine().Begin());
      for (const std::string& json :
           {MoveWorkstream("a", "failed"), CreateRun("r2"), With(StartStep("b", "edit"), R"("command_id":"k")"),
            RecordError("b", "edit", "s"), MoveRun("completed"), Note("kept")}) {
        const JsonCommand command(json);
        Must(unit->Execute(command.reader()));
      }
      if (spill) Must(unit->Spill());
    }
    EXPECT_EQ(RecordsOf(storage()), before);
    EXPECT_EQ(FaultsOf(storage()), "");
  }
  EXPECT_EQ(LineOf(Accept(With(StartStep("b", "edit"), R"("command_id":"k")"))),
            "done at 5 to 5 of run/r1, version 5, 'in_progress', run 'r1', ws 'b', attempt 5");
  Accept(MoveWorkstream("a", "ready"));
  EXPECT_EQ(Fail(MoveRun("running", "r2")).code(), absl::StatusCode::kNotFound);
  Accept(RecordError("b", "edit", "s"));
  EXPECT_THAT(TablesOf(storage())["errors"], ElementsAre(HasSubstr("'s'|'it broke'|NULL|1|")));
}

TEST_P(EngineTest, RecordsTheRefusalOfADroppedUnitInItsPlace) {
  Refused refused;
  const JsonCommand last(With(FinishStep(4, "success"), R"("command_id":"k")"));
  {
    const auto unit = Must(session_.engine().Begin());
    for (const std::string& json :
         {CreateRun("r1", "running"), CreateWorkstream("a"), StartStep("a", "edit"), FinishStep(4, "skipped")}) {
      const JsonCommand command(json);
      EXPECT_TRUE(std::holds_alternative<Receipt>(Must(unit->Execute(command.reader())))) << json;
    }
    refused = std::get<Refused>(Must(unit->Execute(last.reader())));
  }
  const auto unit = Must(session_.engine().Begin());
  const Refused recorded = std::get<Refused>(Must(unit->RecordRefusal(last.reader(), refused)));
  Must(unit->Commit());
  EXPECT_EQ(recorded.position, Position{1});
  EXPECT_EQ(recorded.refusal.why, refused.refusal.why);
  const std::vector<StoredRecord> records = RecordsOf(storage());
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].stream, "refused/run/r1");
}

TEST_P(EngineTest, RecordsWithARefusalTheWorkstreamItWasAboutAndTheReasonThatWasStated) {
  Accept(CreateRun("r1", "running"));
  Accept(CreateWorkstream("a"));
  Accept(MoveWorkstream("a", "abandoned"));
  Refuse(StartStep("a", "edit"));
  Refuse(With(MoveWorkstream("a", "done"), R"("reason":"it is late")"));
  const auto records = RecordsOf(storage(), {.stream = RefusedStream(RunStream("r1"))});
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].ws_id, "a");
  EXPECT_EQ(records[1].ws_id, "a");
  RecordFolder folder;
  EXPECT_EQ(Must(folder.Read(records[1].View())).text, "it is late");
}

// The same bundle runs again in run after run: finding the open one must not read them all, and must not miss it.
TEST_P(EngineTest, FindsTheOpenRunAmongManyThatHaveEnded) {
  std::vector<std::string> commands;
  for (int i = 0; i < 200; ++i) {
    const std::string run_id = "old-" + std::to_string(i);
    for (const std::string& command :
         {CreateRun(run_id, "running"), CreateWorkstream("build", {}, false, run_id), MoveRun("abandoned", run_id)}) {
      commands.push_back(command);
    }
  }
  session_.ExecuteAll(commands);
  const std::string move = R"({"command":"transition_workstream","ws_id":"build","to":"ready"})";
  const absl::Status none = Fail(move);
  EXPECT_EQ(none.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_LT(none.message().size(), 300u) << none;
  Accept(CreateRun("zz-new", "running"));
  Accept(CreateWorkstream("build", {}, false, "zz-new"));
  EXPECT_EQ(Accept(move).run_id, "zz-new");
  Accept(CreateRun("zz-newer", "running"));
  Accept(CreateWorkstream("build", {}, false, "zz-newer"));
  EXPECT_THAT(MessageOf(Fail(move)), testing::HasSubstr("stands in 2 open runs (zz-new, zz-newer)"));
}

}  // namespace
}  // namespace annals::support
