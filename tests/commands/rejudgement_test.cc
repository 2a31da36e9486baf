// History judged again by a proposed law.
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands/machine_definition.h"
#include "commands/rejudgement.h"
#include "schemas/status.h"
#include "tests/commands/machines_fixture.h"
#include "tests/support/must.h"

namespace annals::machines {
namespace {

using support::Must;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string Move(std::string_view to) {
  return Cmd("transition_workstream", std::string("run_id=r1 ws_id=a to=").append(to));
}

class RejudgeTest : public testing::Test {
 protected:
  // Positions 1 to 6 are the run, a, b and the worker.
  std::vector<std::string> Judge(const std::string& definition, std::optional<std::string> run_id = std::nullopt) {
    const MachineDefinition read = Must(ReadMachineDefinition(definition));
    const Machine machine = Must(Machine::FromData(read.data()));
    const auto snapshot = Must(world_.storage().Read());
    std::vector<std::string> lines;
    found_ = Must(Rejudge(
        *snapshot, machine, run_id, [](uint64_t, uint64_t) {},
        [&](const Divergence& one) {
          lines.push_back(fmt::format("{} {}: {} to {}, {} then, {} now: {}", one.position.value, one.entity, one.from,
                                      one.to, one.then, one.now, one.why));
        }));
    return lines;
  }
  World world_;
  Rejudgement found_;
};

// The law as it is, with something replaced in it.
std::string Changed(std::string_view what, std::string_view by) {
  std::string json = MachineJson(WorkstreamMachine().data());
  const size_t at = json.find(what);
  if (at == std::string::npos) throw std::runtime_error("the law does not say that");
  return json.replace(at, what.size(), by);
}

TEST_F(RejudgeTest, ByTheSameLawDecidesTheSame) {
  world_.Given({Move("ready"), Move("editing")});
  world_.WhyRefused(Move("done"));
  EXPECT_THAT(Judge(MachineJson(WorkstreamMachine().data())), IsEmpty());
  EXPECT_EQ(found_.judged, 3u);
  EXPECT_EQ(found_.same, 3u);
}

TEST_F(RejudgeTest, NamesTheFirstMoveOfAnEntityThatTheProposedLawRefusesAndNoMoreOfIt) {
  world_.Given({Move("ready"), Move("editing"), Move("static_check")});
  // Nothing begins without a reason any more.
  const std::string stricter = Changed(R"("trigger":"begin_edit","guards":["run_is_running"])",
                                       R"("trigger":"begin_edit","guards":["run_is_running","reason_required"])");
  EXPECT_THAT(Judge(stricter), ElementsAre("8 a: ready to editing, lawful then, refused now: the guard reason_required "
                                           "does not hold: no reason is given"));
  EXPECT_EQ(found_.after, 1u);
  world_.Given({Cmd("create_run", "run_id=r2")});
  EXPECT_THAT(Judge(stricter, "r2"), IsEmpty());
}

TEST_F(RejudgeTest, NamesWhatWasRefusedAndWouldBeTaken) {
  world_.WhyRefused(Cmd("transition_workstream", "run_id=r1 ws_id=b to=ready"));  // a is not done
  const std::string looser = Changed(R"("trigger":"dependencies_met","guards":["dependencies_done"])",
                                     R"("trigger":"dependencies_met","guards":[])");
  EXPECT_THAT(Judge(looser), ElementsAre("7 b: pending to ready, refused then, lawful now: "));
}

// What each of these was refused for is no edge and no guard, or the log does not say it: all were said to be taken
// now, by the very law that had refused them.
struct UndecidedCase {
  std::string name;
  std::string machine;
  std::vector<std::string> given;
  std::string refused;
};
const UndecidedCase kUndecided[] = {
    {"ANameOfARun", "run", {}, Cmd("create_run", "run_id=r1 status=running")},
    {"ANameOfAWorkstream", "workstream", {Move("failed")}, Cmd("create_workstream", "run_id=r1 ws_id=a")},
    {"AnOldEpoch",
     "task",
     {Cmd("create_task", "run_id=r1 ws_id=a task_id=t"), Cmd("transition_task", "run_id=r1 task_id=t to=queued"),
      Cmd("transition_task", "run_id=r1 task_id=t to=running worker_id=w1")},
     Cmd("transition_task", "run_id=r1 task_id=t to=validating epoch=9")},
    {"AWorkerWithoutRoom",
     "task",
     {Cmd("create_task", "run_id=r1 ws_id=a task_id=t"), Cmd("transition_task", "run_id=r1 task_id=t to=queued"),
      Cmd("transition_worker", "worker_id=w1 to=shutdown")},
     Cmd("transition_task", "run_id=r1 task_id=t to=running worker_id=w1")},
    {"ARunThatHasEnded",
     "workstream",
     {Cmd("transition_run", "run_id=r1 to=abandoned")},
     Cmd("transition_workstream", "run_id=r1 ws_id=a to=ready")},
    {"AWorkerThatIsGone",
     "worker",
     {Cmd("transition_worker", "worker_id=w1 to=shutdown")},
     Cmd("heartbeat_worker", "worker_id=w1")},
};

TEST_F(RejudgeTest, LeavesOutWhatNoMachineDecides) {
  for (const UndecidedCase& test : kUndecided) {
    World world;
    world.Given(test.given).WhyRefused(test.refused);
    const auto snapshot = Must(world.storage().Read());
    const auto ignore = [](uint64_t, uint64_t) {};
    const Rejudgement found = Must(Rejudge(*snapshot, *Must(FindMachine(test.machine)), std::nullopt, ignore,
                                           [&](const Divergence& one) { ADD_FAILURE() << test.name << one.why; }));
    EXPECT_EQ(found.undecided, 1u) << test.name;
  }
}

TEST_F(RejudgeTest, AsksARefusedMoveByItsTriggerToo) {
  world_.WhyRefused(Cmd("transition_workstream", "run_id=r1 ws_id=a to=ready trigger=begin_edit"));
  world_.WhyRefused(Cmd("transition_workstream", "run_id=r1 ws_id=a trigger=begin_edit"));
  EXPECT_THAT(Judge(MachineJson(WorkstreamMachine().data())), IsEmpty());
  EXPECT_EQ(found_.same, 2u);
  const std::string looser = Changed(R"("trigger":"dependencies_met")", R"("trigger":"begin_edit")");
  EXPECT_THAT(Judge(looser), ElementsAre("7 a: pending to ready, refused then, lawful now: "));
}

TEST_F(RejudgeTest, KnowsNoRunThatIsNotThere) {
  const auto snapshot = Must(world_.storage().Read());
  const auto ignore = [](uint64_t, uint64_t) {};
  const absl::Status status = Rejudge(*snapshot, RunMachine(), "nope", ignore, [](const Divergence&) {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
}

TEST_F(RejudgeTest, JudgesMachinesOfUsersToo) {
  const std::string law =
      R"({"name":"deploy","initial":"new","terminals":["done"],"states":[{"name":"new"},{"name":"done"}],"edges":[{"from":"new","to":"done","trigger":"finish"}]})";
  world_.Given({R"({"command":"define_machine","machine":)" + law + "}",
                Cmd("create_entity", "machine=deploy entity_id=d1"),
                Cmd("transition_entity", "machine=deploy entity_id=d1 to=done")});
  EXPECT_THAT(Judge(law), IsEmpty());
  std::string stricter = law;
  stricter.replace(stricter.find(R"("trigger":"finish")"), 18, R"("trigger":"finish","guards":["operator_required"])");
  const std::vector<std::string> found = Judge(stricter);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_THAT(found[0], HasSubstr("nobody is named who answers for it"));
}

// It looked at rows that were not there, and crashed.
TEST_F(RejudgeTest, RefusesAGuardThatLooksAtWhatOtherEntitiesHave) {
  const MachineDefinition read = Must(ReadMachineDefinition(Changed(
      R"("trigger":"begin_edit","guards":["run_is_running"])", R"("trigger":"begin_edit","guards":["gates_passed"])")));
  const Machine machine = Must(Machine::FromData(read.data()));
  const auto snapshot = Must(world_.storage().Read());
  const absl::Status status = Rejudge(
                                  *snapshot, machine, std::nullopt, [](uint64_t, uint64_t) {}, [](const Divergence&) {})
                                  .status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(
      std::string(status.message()),
      HasSubstr("the edge from ready to editing by begin_edit: gates_passed looks at what only the task machine's"));
}

}  // namespace
}  // namespace annals::machines
