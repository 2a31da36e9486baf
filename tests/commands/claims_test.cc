// The fence round a task: who says something about it under a claim that is not its own, or is over, is refused, and
// the refusal is recorded.
#include <ostream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schemas/status.h"
#include "tests/commands/machines_fixture.h"

namespace annals::machines {
namespace {

using testing::HasSubstr;

const std::string kTask = Cmd("create_task", "run_id=r1 ws_id=a task_id=t1");
const std::string kSecondWorker = Cmd("create_worker", "worker_id=w2 status=idle");
std::string Task(std::string_view to, std::string_view more = "") {
  return Cmd("transition_task",
             std::string("run_id=r1 task_id=t1 to=").append(to).append(more.empty() ? "" : " ").append(more));
}
constexpr std::string_view kByOlga = R"(override={"operator":"olga","reason":"stuck"})";

struct ClaimCase {
  const char* name;
  const char* state;  // of the task, which w1 took once where it left the queue
  std::string when;
  const char* why;  // "": taken
};
void PrintTo(const ClaimCase& test, std::ostream* out) {
  *out << test.name;
}

// What leads to `state`.
std::vector<std::string> Until(std::string_view state) {
  std::vector<std::string> commands = {kTask, kSecondWorker};
  if (state == "pending") return commands;
  commands.push_back(Task("queued"));
  if (state == "queued") return commands;
  commands.push_back(Task("running", "worker_id=w1"));
  if (state != "running") commands.push_back(Task(state));
  return commands;
}

const std::vector<ClaimCase>& Claims() {
  static const std::vector<ClaimCase> cases = {
      {"AnOldEpochOfWhatIsHeld", "running", Task("validating", "epoch=2"),
       "the claim of epoch 2 does not count: worker w1 holds it, under epoch 1"},
      {"AnotherWorkerThanTheHolder", "running", Task("validating", "worker_id=w2 epoch=1"),
       "worker w2 has no claim: worker w1 holds it, under epoch 1"},
      {"TheHolder", "running", Task("validating", "worker_id=w1 epoch=1"), ""},
      {"TheHolderWithoutAnEpoch", "running", Task("cancelled", "worker_id=w1"), ""},
      {"NobodyNamed", "running", Task("cancelled"), ""},
      {"AnEpochThatNeverWasOfARetry", "retrying", Task("cancelled", "worker_id=w1 epoch=77"),
       "the claim of epoch 77 does not count: nobody holds it, and its epoch is 1"},
      {"AWorkerWithoutAnEpochOfARetry", "retrying", Task("cancelled", "worker_id=w2"),
       "worker w2 does not say under which epoch: nobody holds it, and its epoch is 1"},
      {"TheLastClaimOfARetry", "retrying", Task("cancelled", "worker_id=w1 epoch=1"), ""},
      {"AnEpochThatNeverWasOfWhatIsJudged", "validating", Task("completed", "epoch=3"), "nobody holds it"},
      {"AWorkerWithoutAnEpochOfWhatIsJudged", "validating", Task("completed", "worker_id=w1"),
       "does not say under which epoch"},
      {"TheLastClaimOfWhatIsJudged", "validating", Task("completed", "worker_id=w1 epoch=1"), ""},
      {"AnEpochOfWhatWasNeverTaken", "pending", Task("cancelled", "epoch=1"),
       "the claim of epoch 1 does not count: it was never taken"},
      {"AWorkerOfWhatWasNeverTaken", "pending", Task("queued", "worker_id=w1"), "it was never taken"},
      {"ATakingUnderAnEpochThatIsNotTheLast", "queued", Task("running", "worker_id=w1 epoch=4"),
       "the claim of epoch 4 does not count: it was never taken"},
      {"AnEpochTooLargeToBeOne", "queued", Task("running", "worker_id=w1 epoch=4294967295"), "does not count"},
  };
  return cases;
}

class ClaimTest : public testing::TestWithParam<ClaimCase> {};
INSTANTIATE_TEST_SUITE_P(Claims, ClaimTest, testing::ValuesIn(Claims()),
                         [](const auto& row) { return std::string(row.param.name); });

TEST_P(ClaimTest, CountsWhereItIsTheTasksOwn) {
  World world;
  world.Given(Until(GetParam().state));
  if (std::string_view(GetParam().why).empty()) {
    world.When(GetParam().when);
  } else {
    EXPECT_THAT(world.WhyRefused(GetParam().when), HasSubstr(GetParam().why));
    EXPECT_EQ(world.Cell("tasks", {"r1", "t1"}, "status"), GetParam().state);
  }
  EXPECT_EQ(world.Faults(), "");
}

TEST(Claims, OfEpochZeroAreBadInputInEveryState) {
  for (const char* const state : {"pending", "queued", "running", "validating", "retrying"}) {
    for (const std::string& when :
         {Task("cancelled", "epoch=0"), Task("failed", std::string("epoch=0 ").append(kByOlga))}) {
      World world;
      world.Given(Until(state));
      const absl::Status status = world.Fault(when);
      EXPECT_TRUE(absl::IsInvalidArgument(status)) << state << ": " << status;
      EXPECT_THAT(std::string(MessageOf(status)), HasSubstr("epochs count from 1"));
    }
  }
}

TEST(Claims, OfAWorkerThatIsNotThereAreNotFound) {
  for (const char* const state : {"pending", "queued", "running", "validating", "retrying"}) {
    World world;
    world.Given(Until(state));
    const absl::Status status = world.Fault(Task("cancelled", "worker_id=w9 epoch=77"));
    EXPECT_TRUE(absl::IsNotFound(status)) << state << ": " << status;
    EXPECT_THAT(std::string(MessageOf(status)), HasSubstr("there is no worker w9"));
  }
}

// What a worker makes: a patch and a checkpoint.
std::vector<std::string> Works(const std::string& claim) {
  return {Cmd("create_patch", "run_id=r1 ws_id=a patch_id=p1 diff=x " + claim),
          Cmd("save_checkpoint", "run_id=r1 ws_id=a name=c " + claim)};
}

struct WorkCase {
  const char* name;
  const char* state;
  const char* claim;
  const char* why;  // "": taken
};
void PrintTo(const WorkCase& test, std::ostream* out) {
  *out << test.name;
}
constexpr WorkCase kWorks[] = {
    {"OfWhoHoldsTheTask", "running", "task_id=t1 epoch=1", ""},
    {"OfATaskThatIsJudged", "validating", "task_id=t1 epoch=1", ""},
    {"UnderAnotherClaim", "running", "task_id=t1 epoch=2",
     "task t1: the claim of epoch 2 does not count: worker w1 holds it, under epoch 1"},
    {"OfAWorkerThatGaveItUp", "retrying", "task_id=t1 epoch=1",
     "task t1: the claim of epoch 1 is over, as it is retrying"},
    {"OfATaskThatFailed", "failed", "task_id=t1 epoch=1", "the claim of epoch 1 is over, as it is failed"},
    {"OfATaskThatWasNeverTaken", "queued", "task_id=t1 epoch=1", "it was never taken"},
    {"OfATaskUnderNoClaim", "retrying", "task_id=t1", ""},
};

class WorkTest : public testing::TestWithParam<WorkCase> {};
INSTANTIATE_TEST_SUITE_P(Claims, WorkTest, testing::ValuesIn(kWorks),
                         [](const auto& row) { return std::string(row.param.name); });

TEST_P(WorkTest, CountsWhileItsClaimGoesOn) {
  for (const std::string& work : Works(GetParam().claim)) {
    World world;
    world.Given(Until(GetParam().state));
    if (std::string_view(GetParam().why).empty()) {
      EXPECT_EQ(world.When(work).size(), 1u) << work;
    } else {
      EXPECT_THAT(world.WhyRefused(work), HasSubstr(GetParam().why)) << work;
    }
    EXPECT_EQ(world.Faults(), "");
  }
}

TEST(Works, ThatMakeNoSenseAreErrors) {
  struct Nonsense {
    const char* claim;
    absl::StatusCode code;
    const char* message;
  };
  for (const Nonsense& test : {Nonsense{"task_id=t1 epoch=0", absl::StatusCode::kInvalidArgument, "count from 1"},
                               Nonsense{"epoch=1", absl::StatusCode::kInvalidArgument, "give the task too"},
                               Nonsense{"task_id=t9 epoch=1", absl::StatusCode::kNotFound, "run r1 has no task t9"}}) {
    for (const std::string& work : Works(test.claim)) {
      World world;
      world.Given(Until("running"));
      const absl::Status status = world.Fault(work);
      EXPECT_EQ(status.code(), test.code) << work << ": " << status;
      EXPECT_THAT(std::string(MessageOf(status)), HasSubstr(test.message));
    }
  }
}

TEST(Works, OfARequestHaveNoTask) {
  World world;
  world.Given({Cmd("create_request", "request_id=q1 request=x")});
  const absl::Status status = world.Fault(Cmd("save_checkpoint", "request_id=q1 name=c task_id=t1"));
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
}

TEST(Works, OfAnotherWorkstreamsTaskAreNotFound) {
  World world;
  world.Given(Until("running"));
  const absl::Status status = world.Fault(Cmd("save_checkpoint", "run_id=r1 ws_id=b name=c task_id=t1"));
  EXPECT_TRUE(absl::IsNotFound(status)) << status;
  EXPECT_THAT(std::string(MessageOf(status)), HasSubstr("it is in workstream a"));
}

}  // namespace
}  // namespace annals::machines
