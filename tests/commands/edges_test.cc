// Decide and fold together, over every pair of states of both machines: a command is granted exactly where the law has
// an edge and the guards hold, and the fold of what it led to is the state that was asked for.
#include <ostream>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands/machine.h"
#include "tests/commands/decider_harness.h"
#include "tests/support/commands.h"

namespace annals::deciders {
namespace {

using support::MoveRun;
using support::MoveWorkstream;
using support::Overridden;
using testing::HasSubstr;

struct Departure {
  const Machine* machine;
  std::string from;
};
void PrintTo(const Departure& departure, std::ostream* out) {
  *out << departure.machine->name() << " from " << departure.from;
}
std::vector<Departure> AllDepartures() {
  std::vector<Departure> departures;
  for (const Machine* const machine : {&RunMachine(), &WorkstreamMachine()}) {
    for (const std::string_view from : machine->states()) departures.push_back({machine, std::string(from)});
  }
  return departures;
}

class EdgesTest : public testing::TestWithParam<Departure> {
 protected:
  bool OfRun() const { return GetParam().machine == &RunMachine(); }
  const std::string& from() const { return GetParam().from; }

  // The entity in its state, and all around it such that every guard on the way to `to` holds.
  void Arrange(std::string_view to, History& history) const {
    if (!OfRun()) {
      history.Run("running").Workstream("needed", "done");
      if (from() == "paused" && to != "paused" && GetParam().machine->IsTerminal(to)) {
        history.PausedWorkstream("a", "editing");
      } else if (from() == "paused") {
        history.PausedWorkstream("a", to);
      } else {
        history.Workstream("a", from(), {"needed"});
      }
      return;
    }
    history.Run(from());
    if (to == "partial") history.Workstream("good", "done").Workstream("bad", "failed");
  }
  std::string Command(std::string_view to) const { return OfRun() ? MoveRun(to) : MoveWorkstream("a", to); }
  std::string_view StateIn(History& history) const {
    return OfRun() ? history.run().status : history.workstream("a").status;
  }
  bool IsFinal(History& history) const { return OfRun() ? history.run().IsFinal() : history.workstream("a").IsFinal(); }
};
INSTANTIATE_TEST_SUITE_P(Machines, EdgesTest, testing::ValuesIn(AllDepartures()), [](const auto& row) {
  return fmt::format("{}_{}", row.param.machine->name(), row.param.from);
});

TEST_P(EdgesTest, AreGrantedAndFoldToTheStateAskedFor) {
  const Machine& machine = *GetParam().machine;
  for (const std::string_view to : machine.states()) {
    SCOPED_TRACE(to);
    History history;
    Arrange(to, history);
    const Outcome outcome = history.When(Command(to));
    ASSERT_TRUE(outcome.status.ok()) << outcome.status;
    if (ValidateTransition(machine, from(), to).ok()) {
      ASSERT_FALSE(outcome.refusal) << outcome.refusal->why;
      ASSERT_EQ(outcome.events.size(), 1u);
      EXPECT_THAT(outcome.events[0], HasSubstr(fmt::format("{} -> {} by ", from(), to)));
      history.After(Command(to));
      EXPECT_EQ(StateIn(history), to);
      EXPECT_EQ(IsFinal(history), machine.IsTerminal(to));
      continue;
    }
    ASSERT_TRUE(outcome.refusal);
    EXPECT_EQ(outcome.refusal->machine, machine.name());
    EXPECT_EQ(outcome.refusal->entity, OfRun() ? "r1" : "a");
    EXPECT_EQ(outcome.refusal->from, from());
    EXPECT_EQ(outcome.refusal->to, to);
    EXPECT_EQ(outcome.refusal->legal, machine.LegalFrom(from()));
    EXPECT_EQ(StateIn(history), from());
    if (machine.IsTerminal(from())) {
      EXPECT_EQ(outcome.refusal->why, fmt::format("{} is final", from()));
    } else if (to == from()) {
      EXPECT_EQ(outcome.refusal->why, fmt::format("it is {} already", from()));
    } else {
      EXPECT_EQ(outcome.refusal->why,
                fmt::format("no edge leads from {} to {}; {}", from(), to, DescribeLegal(machine, from())));
    }
  }
}

// SPEC §2.4: an override skips guards and missing edges, and never leaves a terminal state.
TEST_P(EdgesTest, AreNotNeededByAnOverrideExceptOutOfATerminalState) {
  const Machine& machine = *GetParam().machine;
  for (const std::string_view to : machine.states()) {
    SCOPED_TRACE(to);
    History history;
    if (OfRun()) {
      history.Run(from()).Workstream("open", "editing");  // no run may be completed with that
    } else {
      history.Run("pending").Workstream("open", "editing").Workstream("a", from(), {"open"});
    }
    const Outcome outcome = history.When(Overridden(Command(to)));
    ASSERT_TRUE(outcome.status.ok()) << outcome.status;
    if (machine.IsTerminal(from()) || from() == to) {
      ASSERT_TRUE(outcome.refusal);
      EXPECT_EQ(outcome.refusal->why,
                machine.IsTerminal(from()) ? fmt::format("{} is final", from()) : fmt::format("it is {} already", to));
      continue;
    }
    ASSERT_FALSE(outcome.refusal) << outcome.refusal->why;
    ASSERT_EQ(outcome.events.size(), 1u);
    EXPECT_THAT(outcome.events[0], HasSubstr(", overridden by Olga"));
    EXPECT_THAT(outcome.events[0], HasSubstr(": it must"));
    const bool along_an_edge = ValidateTransition(machine, from(), to).ok();
    EXPECT_EQ(outcome.events[0].find(" by ") < outcome.events[0].find(", overridden"), along_an_edge);
    history.After(Overridden(Command(to)));
    EXPECT_EQ(StateIn(history), to);
    EXPECT_EQ(IsFinal(history), machine.IsTerminal(to));
  }
}

}  // namespace
}  // namespace annals::deciders
