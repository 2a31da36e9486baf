#include "commands/machine.h"

#include <algorithm>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include <absl/types/span.h>
#include <capnp/message.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands/guards.h"
#include "schemas/status.h"

namespace annals {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

// The law as SPEC §5 has it, written out by hand: whatever is not here is illegal.
struct LegalEdge {
  std::string_view from;
  std::string_view to;
  std::string_view trigger;
  std::string_view guards = "";
};

constexpr LegalEdge kRunEdges[] = {
    {"pending", "running", "start"},
    {"running", "paused", "pause"},
    {"paused", "running", "resume"},
    {"running", "completed", "complete", "all_workstreams_done"},
    {"running", "partial", "complete_partially", "no_critical_failed, all_workstreams_terminal, some_done_some_not"},
    {"pending", "failed", "fail"},
    {"running", "failed", "fail"},
    {"paused", "failed", "fail"},
    {"pending", "abandoned", "abandon"},
    {"running", "abandoned", "abandon"},
    {"paused", "abandoned", "abandon"},
};

constexpr std::string_view kResumeGuards = "returns_to_paused_state, run_is_running";
constexpr LegalEdge kWorkstreamEdges[] = {
    {"pending", "ready", "dependencies_met", "dependencies_done"},
    {"ready", "editing", "begin_edit", "run_is_running"},
    {"editing", "static_check", "edit_finished"},
    {"static_check", "fixing", "static_failed"},
    {"static_check", "runtime_check", "static_passed", "no_patch_quarantined"},
    {"fixing", "static_check", "recheck"},
    {"fixing", "runtime_check", "fixed"},
    {"runtime_check", "fixing", "runtime_failed"},
    {"runtime_check", "done", "runtime_passed", "no_patch_quarantined"},
    {"pending", "blocked", "dependency_failed"},
    {"ready", "blocked", "dependency_failed"},
    {"blocked", "pending", "unblock"},
    {"ready", "paused", "pause"},
    {"editing", "paused", "pause"},
    {"static_check", "paused", "pause"},
    {"fixing", "paused", "pause"},
    {"runtime_check", "paused", "pause"},
    {"paused", "ready", "resume", kResumeGuards},
    {"paused", "editing", "resume", kResumeGuards},
    {"paused", "static_check", "resume", kResumeGuards},
    {"paused", "fixing", "resume", kResumeGuards},
    {"paused", "runtime_check", "resume", kResumeGuards},
    {"pending", "failed", "fail"},
    {"ready", "failed", "fail"},
    {"editing", "failed", "fail"},
    {"static_check", "failed", "fail"},
    {"fixing", "failed", "fail"},
    {"runtime_check", "failed", "fail"},
    {"paused", "failed", "fail"},
    {"blocked", "failed", "fail"},
    {"pending", "abandoned", "abandon"},
    {"ready", "abandoned", "abandon"},
    {"editing", "abandoned", "abandon"},
    {"static_check", "abandoned", "abandon"},
    {"fixing", "abandoned", "abandon"},
    {"runtime_check", "abandoned", "abandon"},
    {"paused", "abandoned", "abandon"},
    {"blocked", "abandoned", "abandon"},
};

constexpr std::string_view kRunStates[] = {"pending", "running", "paused",   "completed",
                                           "failed",  "partial", "abandoned"};
constexpr std::string_view kRunTerminals[] = {"completed", "failed", "partial", "abandoned"};
constexpr std::string_view kWorkstreamStates[] = {"pending", "ready",         "editing",  "static_check",
                                                  "fixing",  "runtime_check", "paused",   "blocked",
                                                  "done",    "failed",        "abandoned"};
constexpr std::string_view kWorkstreamTerminals[] = {"done", "failed", "abandoned"};

struct Law {
  const Machine& (*machine)();
  absl::Span<const LegalEdge> edges;
  absl::Span<const std::string_view> states;
  absl::Span<const std::string_view> terminals;
};
const Law kLaws[] = {{RunMachine, kRunEdges, kRunStates, kRunTerminals},
                     {WorkstreamMachine, kWorkstreamEdges, kWorkstreamStates, kWorkstreamTerminals}};

void PrintTo(const Law* law, std::ostream* out) {
  *out << law->machine().name();
}

bool Contains(absl::Span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

const LegalEdge* FindEdge(const Law& law, std::string_view from, std::string_view to) {
  for (const LegalEdge& edge : law.edges) {
    if (edge.from == from && edge.to == to) return &edge;
  }
  return nullptr;
}

// One state of one machine, with all the states there are as targets.
struct Departure {
  const Law* law;
  std::string_view from;
};
void PrintTo(const Departure& departure, std::ostream* out) {
  *out << departure.law->machine().name() << " from " << departure.from;
}
std::vector<Departure> AllDepartures() {
  std::vector<Departure> departures;
  for (const Law& law : kLaws) {
    for (const std::string_view from : law.states) departures.push_back({&law, from});
  }
  return departures;
}

class DepartureTest : public testing::TestWithParam<Departure> {
 protected:
  const Law& law() const { return *GetParam().law; }
  const Machine& machine() const { return law().machine(); }
  std::string_view from() const { return GetParam().from; }
};
INSTANTIATE_TEST_SUITE_P(Machines, DepartureTest, testing::ValuesIn(AllDepartures()), [](const auto& row) {
  return fmt::format("{}_{}", row.param.law->machine().name(), row.param.from);
});

TEST_P(DepartureTest, IsLegalAlongTheEdgesOfTheSpecAndAlongNoOther) {
  for (const std::string_view to : law().states) {
    const absl::Status status = ValidateTransition(machine(), from(), to);
    if (FindEdge(law(), from(), to) != nullptr) {
      EXPECT_TRUE(status.ok()) << to << ": " << status;
    } else {
      EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << from() << " to " << to;
      EXPECT_THAT(MessageOf(status),
                  HasSubstr(fmt::format("a {} cannot go from {} to {}: ", machine().name(), from(), to)));
    }
  }
}

TEST_P(DepartureTest, HasTheTriggersAndGuardsOfTheSpec) {
  std::multiset<std::string> expected;
  for (const LegalEdge& edge : law().edges) {
    if (edge.from == from()) expected.insert(fmt::format("{} by {} if {}", edge.to, edge.trigger, edge.guards));
  }
  std::multiset<std::string> actual;
  for (const Edge& edge : machine().EdgesFrom(from())) {
    std::vector<std::string_view> guards;
    for (const Guard* const guard : edge.guards) guards.push_back(guard->name);
    actual.insert(fmt::format("{} by {} if {}", edge.to, edge.trigger, fmt::join(guards, ", ")));
  }
  EXPECT_EQ(actual, expected);
}

TEST_P(DepartureTest, SaysWhatIsLegal) {
  const bool terminal = Contains(law().terminals, from());
  EXPECT_EQ(machine().IsTerminal(from()), terminal);
  std::multiset<std::string> expected;
  for (const LegalEdge& edge : law().edges) {
    if (edge.from == from()) expected.emplace(edge.to);
  }
  const std::vector<std::string> legal = machine().LegalFrom(from());
  EXPECT_EQ(std::multiset<std::string>(legal.begin(), legal.end()), expected);
  EXPECT_EQ(legal.empty(), terminal);
  EXPECT_EQ(DescribeLegal(machine(), from()), terminal
                                                  ? fmt::format("{} is final", from())
                                                  : fmt::format("legal from {}: {}", from(), fmt::join(legal, ", ")));
}

class MachineTest : public testing::TestWithParam<const Law*> {
 protected:
  const Law& law() const { return *GetParam(); }
  const Machine& machine() const { return law().machine(); }
};
INSTANTIATE_TEST_SUITE_P(Machines, MachineTest, testing::Values(&kLaws[0], &kLaws[1]),
                         [](const auto& row) { return std::string(row.param->machine().name()); });

TEST_P(MachineTest, HasTheStatesOfTheSpecAndBeginsPending) {
  EXPECT_EQ(machine().initial(), "pending");
  EXPECT_EQ(std::set<std::string_view>(machine().states().begin(), machine().states().end()),
            std::set<std::string_view>(law().states.begin(), law().states.end()));
  EXPECT_EQ(machine().states().size(), law().states.size());
}

TEST_P(MachineTest, ReachesEveryStateFromItsInitialOne) {
  std::set<std::string_view> reached = {machine().initial()};
  for (size_t before = 0; before != reached.size();) {
    before = reached.size();
    for (const Edge& edge : machine().edges()) {
      if (reached.contains(edge.from)) reached.insert(edge.to);
    }
  }
  EXPECT_EQ(reached.size(), law().states.size());
}

TEST_P(MachineTest, HasEdgesUniqueByTriggerAndByTarget) {
  std::set<std::string> by_target;
  std::set<std::string> by_trigger;
  for (const Edge& edge : machine().edges()) {
    EXPECT_TRUE(by_target.insert(fmt::format("{} to {}", edge.from, edge.to)).second) << edge.from << " " << edge.to;
    by_trigger.insert(fmt::format("{} by {}", edge.from, edge.trigger));
  }
  // Only resume has several targets, and its guard leaves one of them.
  const size_t resumes = machine().name() == "workstream" ? 4 : 0;
  EXPECT_EQ(by_trigger.size() + resumes, machine().edges().size());
}

TEST_P(MachineTest, ExplainsEveryStateAndEdge) {
  for (const auto state : machine().data().getStates()) EXPECT_THAT(state.getMeaning().cStr(), EndsWith("."));
  for (const Edge& edge : machine().edges()) EXPECT_THAT(std::string(edge.meaning), EndsWith(".")) << edge.trigger;
}

struct UnknownNameCase {
  const char* name;
  std::string_view from;
  std::string_view to;
  std::string_view message;
};
constexpr UnknownNameCase kUnknownNames[] = {
    {"FromMisspelt", "runing", "paused", R"("runing" is no state of the run machine; did you mean "running"?)"},
    {"ToMisspelt", "running", "Completed", R"("Completed" is no state of the run machine; did you mean "completed"?)"},
    {"ToOfAnotherMachine", "running", "static_check",
     R"("static_check" is no state of the run machine; known: pending, running, paused, completed, failed, partial, )"
     "abandoned"},
    {"FromEmpty", "", "running", R"("" is no state of the run machine; known: pending, )"},
};

class UnknownNameTest : public testing::TestWithParam<UnknownNameCase> {};
INSTANTIATE_TEST_SUITE_P(ValidateTransition, UnknownNameTest, testing::ValuesIn(kUnknownNames),
                         [](const auto& row) { return std::string(row.param.name); });

TEST_P(UnknownNameTest, IsBadInputAndTheRightNameIsSuggested) {
  const absl::Status status = ValidateTransition(RunMachine(), GetParam().from, GetParam().to);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(MessageOf(status), HasSubstr(std::string(GetParam().message)));
}

TEST(ValidateTransition, SaysWhatWouldBeLegal) {
  EXPECT_EQ(MessageOf(ValidateTransition(RunMachine(), "pending", "completed")),
            "a run cannot go from pending to completed: legal from pending: running, failed, abandoned");
  EXPECT_EQ(MessageOf(ValidateTransition(WorkstreamMachine(), "done", "fixing")),
            "a workstream cannot go from done to fixing: done is final");
}

TEST(FindMachine, KnowsTheBuiltInOnesAndSuggestsThem) {
  EXPECT_EQ(*FindMachine("run"), &RunMachine());
  EXPECT_EQ(*FindMachine("workstream"), &WorkstreamMachine());
  EXPECT_THAT(BuiltInMachines(),
              ElementsAre(&RunMachine(), &WorkstreamMachine(), &TaskMachine(), &WorkerMachine(), &PatchMachine(),
                          &TestGateMachine(), &CircuitBreakerMachine(), &RequestMachine()));
  const absl::Status status = FindMachine("workstreem").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(MessageOf(status), R"("workstreem" is no machine; did you mean "workstream"?)");
}

TEST(MachineTriggers, AreEachNamedOnce) {
  const std::vector<std::string_view> triggers = WorkerMachine().Triggers();
  EXPECT_EQ(std::ranges::count(triggers, "heartbeats_missed"), 1);  // two edges have it
  for (const Edge& edge : WorkerMachine().edges()) EXPECT_EQ(std::ranges::count(triggers, edge.trigger), 1);
  EXPECT_EQ(triggers.front(), "started");
}

TEST(MachineFromData, RefusesStatesAndGuardsNobodyDeclared) {
  struct Fault {
    std::string_view from, to, terminal, guard, message;
  };
  constexpr Fault kFaults[] = {
      {"a", "b", "b", "", ""},
      {"x", "b", "b", "", R"("x" is no state of the own machine)"},
      {"a", "x", "b", "", R"("x" is no state of the own machine)"},
      {"a", "b", "x", "", R"("x" is no state of the own machine)"},
      {"a", "b", "b", "moon_is_full", R"("moon_is_full" is no guard)"},
  };
  for (const Fault& fault : kFaults) {
    capnp::MallocMessageBuilder message;
    auto data = message.initRoot<schema::Machine>();
    const auto text = [](std::string_view view) { return capnp::Text::Reader(view.data(), view.size()); };
    data.setName("own");
    data.initTerminals(1).set(0, text(fault.terminal));
    auto states = data.initStates(2);
    states[0].setName("a");
    states[1].setName("b");
    auto edge = data.initEdges(1)[0];
    edge.initFrom(1).set(0, text(fault.from));
    edge.initTo(1).set(0, text(fault.to));
    if (!fault.guard.empty()) edge.initGuards(1).set(0, text(fault.guard));
    const absl::Status status = Machine::FromData(data.asReader()).status();
    if (fault.message.empty()) {
      EXPECT_TRUE(status.ok()) << status;
    } else {
      EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
      EXPECT_THAT(MessageOf(status), HasSubstr(std::string(fault.message)));
    }
  }
}

}  // namespace
}  // namespace annals
