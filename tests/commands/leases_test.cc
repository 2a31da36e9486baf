// Leases and the machine of workers: what being heard of, or not, allows and leaves behind.
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands/machine_definition.h"
#include "commands/rejudgement.h"
#include "tests/commands/machines_fixture.h"
#include "tests/support/must.h"

namespace annals::machines {
namespace {

using support::Must;
using testing::IsEmpty;

const std::string kHeartbeat = Cmd("heartbeat_worker", "worker_id=w1");
const std::string kGivenUp = Cmd("transition_worker", "worker_id=w1 to=unresponsive");

// What the machine as it is now decides otherwise.
std::vector<std::string> Rejudged(World& world, const Machine& machine) {
  const MachineDefinition definition = Must(ReadMachineDefinition(MachineJson(machine.data())));
  const Machine same = Must(Machine::FromData(definition.data()));
  std::vector<std::string> lines;
  Must(Rejudge(
      *Must(world.storage().Read()), same, std::nullopt, [](uint64_t, uint64_t) {},
      [&](const Divergence& one) {
        lines.push_back(fmt::format("{} {}: {}", one.position.value, one.entity, one.why));
      }));
  return lines;
}

TEST(Leases, ThatRanOutLetAWorkerBeGivenUp) {
  World world;
  world.Given({kHeartbeat});
  world.PassSeconds(59);
  world.WhyRefused(kGivenUp);
  world.PassSeconds(2);
  world.Given({kGivenUp});
  EXPECT_EQ(world.Cell("workers", {"w1"}, "status"), "unresponsive");
  EXPECT_EQ(world.Faults(), "");
}

TEST(Leases, OfAWorkerThatIsHeardOfAgainAreInTheEvent) {
  World world;
  world.PassSeconds(61);
  world.Given({kGivenUp});
  EXPECT_EQ(world.Cell("workers", {"w1"}, "last_heartbeat_at"), "NULL");
  world.PassSeconds(30);
  world.Given({kHeartbeat});
  EXPECT_EQ(world.Cell("workers", {"w1"}, "status"), "idle");
  EXPECT_EQ(world.Cell("workers", {"w1"}, "last_heartbeat_at"), world.Cell("workers", {"w1"}, "updated_at"));
  EXPECT_EQ(world.Faults(), "");
}

// A log knows no leases: it is judged by what its events say.
TEST(Leases, AreNotMissedWhereALogIsJudgedAgain) {
  World world;
  world.Given({kHeartbeat, Cmd("create_task", "run_id=r1 ws_id=a task_id=t1"),
               Cmd("transition_task", "run_id=r1 task_id=t1 to=queued"),
               Cmd("transition_task", "run_id=r1 task_id=t1 to=running worker_id=w1")});
  world.PassSeconds(61);
  world.Given({kGivenUp, kHeartbeat});
  world.PassSeconds(61);
  world.Given({kGivenUp, kHeartbeat, Cmd("transition_task", "run_id=r1 task_id=t1 to=retrying worker_id=w1 epoch=1")});
  EXPECT_THAT(Rejudged(world, WorkerMachine()), IsEmpty());
  EXPECT_THAT(Rejudged(world, TaskMachine()), IsEmpty());
  EXPECT_EQ(world.Faults(), "");
}

}  // namespace
}  // namespace annals::machines
