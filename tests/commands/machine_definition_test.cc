// Machines of the user's own: what is refused, where and why, and that what is taken stays the same.
#include "commands/machine_definition.h"

#include <chrono>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "commands/machine.h"
#include "eventstore/event_codec.h"
#include "schemas/status.h"
#include "tests/support/must.h"

namespace annals {
namespace {

using support::Must;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

constexpr std::string_view kReview = R"({"name": "review", "meaning": "A page, read twice.", "initial": "draft",
  "terminals": ["done", "dropped"],
  "states": [{"name": "draft", "meaning": "Being written."}, {"name": "reading"}, {"name": "done"}, {"name": "dropped"}],
  "edges": [
    {"from": "draft", "to": "reading", "trigger": "hand_in"},
    {"from": "reading", "to": "draft", "trigger": "send_back", "severity": "warning", "meaning": "It needs work."},
    {"from": "reading", "to": "done", "trigger": "approve", "guards": ["run_is_running"]},
    {"from": "draft", "to": "dropped", "trigger": "drop"},
    {"from": "reading", "to": "dropped", "trigger": "drop", "severity": "error"}]})";

// kReview with one part of it replaced.
std::string With(std::string_view part, std::string_view by) {
  std::string json(kReview);
  const size_t at = json.find(part);
  EXPECT_NE(at, std::string::npos) << part;
  return json.replace(at, part.size(), by);
}

std::string FaultOf(std::string_view json) {
  const auto definition = ReadMachineDefinition(json);
  EXPECT_EQ(definition.status().code(), absl::StatusCode::kInvalidArgument) << json;
  return std::string(MessageOf(definition.status()));
}

TEST(MachineDefinition, IsTheLawThatWasWritten) {
  const MachineDefinition definition = Must(ReadMachineDefinition(kReview));
  const Machine machine = Must(Machine::FromData(definition.data()));
  EXPECT_EQ(machine.name(), "review");
  EXPECT_EQ(machine.initial(), "draft");
  EXPECT_EQ(machine.version(), definition.version());
  EXPECT_THAT(machine.states(), ElementsAre("draft", "reading", "done", "dropped"));
  EXPECT_THAT(machine.LegalFrom("reading"), ElementsAre("draft", "done", "dropped"));
  EXPECT_TRUE(machine.IsTerminal("dropped"));
  EXPECT_FALSE(machine.IsTerminal("reading"));
  EXPECT_EQ(machine.EdgesFrom("reading")[0].severity, schema::Severity::WARNING);
  EXPECT_EQ(machine.EdgesFrom("reading")[0].meaning, "It needs work.");
  ASSERT_EQ(machine.EdgesFrom("reading")[1].guards.size(), 1u);
  EXPECT_TRUE(ValidateTransition(machine, "draft", "reading").ok());
  EXPECT_EQ(MessageOf(ValidateTransition(machine, "draft", "done")),
            "a review cannot go from draft to done: legal from draft: reading, dropped");
}

TEST(MachineDefinition, HasAVersionThatIsItsContent) {
  const std::string version(Must(ReadMachineDefinition(kReview)).version());
  EXPECT_THAT(version, MatchesRegex("[0-9a-f]{16}"));
  const auto version_of = [](const std::string& json) {
    return std::string(Must(ReadMachineDefinition(json)).version());
  };
  // What makes no difference: white space, defaults that are written out, a version that is given.
  EXPECT_EQ(version_of(With("\"trigger\": \"hand_in\"", R"("trigger":"hand_in","guards":[],"severity":"info")")),
            version);
  EXPECT_EQ(version_of(With("{\"name\": \"review\"", R"({"version":"7","name":"review")")), version);
  // What makes one.
  EXPECT_NE(version_of(With("hand_in", "submit")), version);
  EXPECT_NE(version_of(With("Being written.", "Written.")), version);
  EXPECT_NE(version_of(With("\"error\"", "\"critical\"")), version);
}

TEST(MachineDefinition, StaysWhereItIsWhenItIsMoved) {
  MachineDefinition definition = Must(ReadMachineDefinition(kReview));
  const Machine machine = Must(Machine::FromData(definition.data()));
  const MachineDefinition moved = std::move(definition);
  EXPECT_EQ(machine.version(), moved.version());
  EXPECT_TRUE(machine.HasState("reading"));
}

TEST(MachineDefinition, MayHaveAStateThatIsNeverLeftAndNoTerminalOne) {
  EXPECT_TRUE(
      ReadMachineDefinition(R"({"name":"m","initial":"a","terminals":[],"states":[{"name":"a"}],"edges":[]})").ok());
}

TEST(MachineDefinition, MayCallATriggerTwiceFromOneStateWhereGuardsChoose) {
  const std::string one = R"({"from": "draft", "to": "reading", "trigger": "hand_in")";
  const std::string both = one + R"(, "guards": ["run_is_running"]},
    {"from": "draft", "to": "done", "trigger": "hand_in", "guards": ["no_critical_failed"])";
  EXPECT_TRUE(ReadMachineDefinition(With(one, both)).ok());
}

struct FaultCase {
  const char* name;
  const char* part;  // of kReview
  const char* by;
  const char* fault;  // where, and what
};
constexpr FaultCase kFaults[] = {
    {"NoInitial", R"("initial": "draft",)", "", "/initial: it is missing; a machine has"},
    {"InitialIsAnArray", R"("initial": "draft")", R"("initial": ["draft", "reading"])",
     "/initial: must be a string, is an array"},
    {"TwoInitials", R"("initial": "draft")", R"("initial": "draft", "initial": "reading")",
     R"(/initial: the key "initial" is given twice)"},
    {"InitialUnknown", R"("initial": "draft")", R"("initial": "drafd")",
     R"(/initial: "drafd" is no state; did you mean "draft"?)"},
    {"NameIsNoIdentifier", R"("name": "review")", R"("name": "my review")", "/name: "},
    {"NameMissing", R"("name": "review", )", "", "/name: it is missing; a machine has"},
    {"UnknownKey", R"("meaning": "A page)", R"("menaing": "A page)",
     R"(/menaing: unknown field "menaing"; did you mean "meaning"?)"},
    {"KeyTwice", R"("name": "review")", R"("name": "review", "name": "review")",
     "/name: the key \"name\" is given twice"},
    {"NotJson", R"("name": "review",)", R"("name": "review")", "byte 19, /name: expected ',' or '}'"},
    {"NoObject", R"({"name": "reading"})", R"("reading")", "/states/1: must be an object, is a string"},
    {"StatesAreNoArray", R"([{"name": "draft", "meaning": "Being written."}, {"name": "reading"}, )", R"({}, "x": [)",
     "/states: must be an array of objects, is an object"},
    {"StateWithoutAName", R"({"name": "reading"})", "{}", "/states/1: each of states must have name"},
    {"EdgeWithoutATrigger", R"("to": "reading", "trigger": "hand_in")", R"("to": "reading")",
     "/edges/0: each of edges must have trigger"},
    {"EdgeWithAnUnknownKey", R"("trigger": "hand_in")", R"("trigger": "hand_in", "guard": "x")",
     R"(/edges/0/guard: unknown field "guard"; did you mean "guards"?)"},
    {"EdgeFromSeveral", R"("from": "draft")", R"("from": ["draft"])", "/edges/0/from: must be a string, is an array"},
    {"TriggerIsNoIdentifier", "hand_in", "hand in", "/edges/0/trigger: "},
    {"UnknownSeverity", R"("severity": "error")", R"("severity": "fatal")",
     R"(/edges/4/severity: must be one of info, warning, error, critical, is "fatal")"},
    {"StateTwice", R"({"name": "reading"})", R"({"name": "reading"}, {"name": "reading"})",
     R"(/states/2/name: "reading" is the name of /states/1 already)"},
    {"TerminalUnknown", R"("terminals": ["done")", R"("terminals": ["dome")",
     R"(/terminals/0: "dome" is no state; did you mean "done"?)"},
    {"TerminalTwice", R"("terminals": ["done")", R"("terminals": ["done", "done")",
     R"(/terminals/1: "done" is given twice)"},
    {"WayOutOfATerminal", R"({"from": "draft", "to": "dropped")", R"({"from": "done", "to": "dropped")",
     R"(/edges/3/from: "done" is terminal; no way leads out of it)"},
    {"ToUnknown", R"("to": "done")", R"("to": "dome")", R"(/edges/2/to: "dome" is no state; did you mean "done"?)"},
    {"FromUnknown", R"({"from": "draft", "to": "dropped")", R"({"from": "elsewhere", "to": "dropped")",
     R"(/edges/3/from: "elsewhere" is no state; known: draft, reading, done, dropped)"},
    {"ToItself", R"({"from": "draft", "to": "dropped")", R"({"from": "draft", "to": "draft")",
     R"(/edges/3/to: it leads from "draft" back to itself; a move goes to another state)"},
    {"Unreachable", R"("from": "reading", "to": "done")", R"("from": "reading", "to": "dropped")",
     R"(/states/2: "done" is unreachable: no edges lead to it from "draft", the initial state)"},
    {"EdgeTwice", R"({"from": "draft", "to": "dropped", "trigger": "drop"})",
     R"({"from": "draft", "to": "dropped", "trigger": "drop"}, {"from": "draft", "to": "dropped", "trigger": "drop"})",
     R"(/edges/4: it is /edges/3 again, from "draft" to "dropped" by "drop")"},
    {"TriggerTwiceFromOneState", R"("trigger": "drop"})", R"("trigger": "hand_in"})",
     R"(/edges/3/trigger: "hand_in" leads out of "draft" already, by /edges/0; take another one, or give both a guard)"},
    {"UnknownGuard", "run_is_running", "run_is_runing",
     R"(/edges/2/guards/0: "run_is_runing" is no guard; did you mean "run_is_running"?)"},
    {"GuardTwice", R"(["run_is_running"])", R"(["run_is_running", "run_is_running"])",
     R"(/edges/2/guards/1: "run_is_running" is given twice)"},
    {"MeaningOfTwoLines", "Being written.", "Being\\nwritten.", "/states/0/meaning: "},
};
void PrintTo(const FaultCase& fault, std::ostream* out) {
  *out << fault.name;
}

class FaultTest : public testing::TestWithParam<FaultCase> {};
INSTANTIATE_TEST_SUITE_P(MachineDefinition, FaultTest, testing::ValuesIn(kFaults),
                         [](const auto& row) { return std::string(row.param.name); });

TEST_P(FaultTest, IsRefusedWithItsPlaceAndReason) {
  EXPECT_THAT(FaultOf(With(GetParam().part, GetParam().by)), HasSubstr(GetParam().fault));
}

TEST(MachineDefinition, NamesEveryFault) {
  EXPECT_EQ(
      FaultOf(
          R"({"name":"m","initial":"b","terminals":["c","x"],"states":[{"name":"a"},{"name":"a"},{"name":"c"}],)"
          R"("edges":[{"from":"a","to":"c","trigger":"t","guards":["run_is_runing"]},{"from":"c","to":"c","trigger":"u"}]})"),
      "read the machine: 6 faults:\n"
      "  /states/1/name: \"a\" is the name of /states/0 already\n"
      "  /initial: \"b\" is no state; did you mean \"a\"?\n"
      "  /terminals/1: \"x\" is no state; did you mean \"a\"?\n"
      "  /edges/0/guards/0: \"run_is_runing\" is no guard; did you mean \"run_is_running\"?\n"
      "  /edges/1/from: \"c\" is terminal; no way leads out of it\n"
      "  /edges/1/to: it leads from \"c\" back to itself; a move goes to another state");
  EXPECT_EQ(FaultOf(R"({"name":"m","initial":"b","terminals":[],"states":[],"edges":[]})"),
            "read the machine: /states: there is none; a machine has at least its initial state");
}

// Of several guards only the first was named, without its place in the list, and none of the other faults.
TEST(MachineDefinition, OfAUserHasANameAndGuardsOfItsOwn) {
  const auto fault = [](const std::string& json) {
    return std::string(MessageOf(ReadMachineDefinition(json, MachineUse::kUsers).status()));
  };
  EXPECT_EQ(
      fault(R"({"name":"run","terminals":[],"states":[{"name":"a"},{"name":"b"}],"edges":[{"from":"a","to":"b",)"
            R"("trigger":"t","guards":["reason_required","run_is_running","gates_passed"]},{"from":"b","to":"a",)"
            R"("trigger":"u","guards":["reason_requird","x"]}]})"),
      "read the machine: 6 faults:\n"
      "  /initial: it is missing; a machine has name, initial, terminals, states and edges\n"
      "  /name: a built-in machine has the name \"run\"; choose another\n"
      "  /edges/0/guards/1: run_is_running looks at what only the run machine's entities have; a machine of your own "
      "may use reason_required and operator_required\n"
      "  /edges/0/guards/2: gates_passed looks at what only the task machine's entities have; a machine of your own "
      "may "
      "use reason_required and operator_required\n"
      "  /edges/1/guards/0: \"reason_requird\" is no guard; did you mean \"reason_required\"?\n"
      "  /edges/1/guards/1: \"x\" is no guard; known: reason_required, operator_required");
  EXPECT_TRUE(ReadMachineDefinition(With("run_is_running", "reason_required"), MachineUse::kUsers).ok());
  for (const char* const name : {"gate", "step", "command", "machine", "breaker", "ws"}) {
    const std::string named = fmt::format(R"("name": "{}")", name);
    EXPECT_THAT(fault(With(R"("name": "review")", named.c_str())), HasSubstr("/name: ")) << name;
  }
}

// A machine of `states` in a ring, with edges from each to the next ones until there are `edges`.
std::string Large(size_t states, size_t edges, std::string_view to = "s") {
  std::string json = R"({"name":"large","initial":"s0","terminals":[],"states":[)";
  for (size_t i = 0; i < states; ++i) json += fmt::format("{}{{\"name\":\"s{}\"}}", i == 0 ? "" : ",", i);
  json += "],\"edges\":[";
  for (size_t i = 0; i < edges; ++i) {
    json += fmt::format(R"({}{{"from":"s{}","to":"{}{}","trigger":"t{}"}})", i == 0 ? "" : ",", i % states, to,
                        (i + 1 + i / states) % states, i / states);
  }
  return json + "]}";
}

TEST(MachineDefinition, IsTakenUpToItsLimits) {
  const std::string json = Large(kMaxMachineStates, kMaxMachineEdges);
  const MachineDefinition definition = Must(ReadMachineDefinition(json));
  const Machine machine = Must(Machine::FromData(definition.data()));
  EXPECT_EQ(machine.edges().size(), kMaxMachineEdges);
  EXPECT_EQ(machine.LegalFrom("s999").size(), 10u);
  EXPECT_THAT(FaultOf(Large(kMaxMachineStates + 1, 0)),
              HasSubstr("/states: there are 1001 states; a machine has at most"));
  EXPECT_THAT(FaultOf(Large(10'000, 15'000)), HasSubstr("read the machine: 2 faults:"));
  EXPECT_THAT(FaultOf(Large(2, kMaxMachineEdges + 1)),
              HasSubstr("/edges: there are 10001 edges; a machine has at most"));
  EXPECT_THAT(FaultOf(std::string(kMaxMachineBytes + 1, ' ')),
              HasSubstr("it is 1048577 bytes long; a machine has at most"));
}

TEST(MachineDefinition, CallsNothingUnreachableForAMisspeltEdge) {
  EXPECT_EQ(FaultOf(With(R"("to": "reading")", R"("to": "raeding")")),
            "read the machine: /edges/0/to: \"raeding\" is no state; did you mean \"reading\"?");
}

TEST(MachineDefinition, NamesTheFirstFaultsOfMany) {
  const std::string fault = FaultOf(Large(kMaxMachineStates, kMaxMachineEdges, "x"));
  EXPECT_THAT(fault, HasSubstr("/edges/19/to: \"x20\" is no state; did you mean \"s20\"?\n  and 9980 more"));
  EXPECT_THAT(fault, Not(HasSubstr("/edges/20/")));
}

TEST(MachineDefinition, CountsTheFaultsThatItDoesNotName) {
  std::string guards;
  for (int i = 0; i < 40'000; ++i) guards += fmt::format("{}\"run_is_runnin{}\"", i == 0 ? "" : ",", i % 10);
  const std::string fault = FaultOf(With(R"("run_is_running")", guards));
  EXPECT_THAT(fault, HasSubstr("read the machine: 40000 faults:"));
  EXPECT_THAT(fault, EndsWith("did you mean \"run_is_running\"?\n  and 39980 more"));
}

TEST(MachineDefinition, IsNotOverwhelmedByDepth) {
  for (const char* const open : {"[", "{\"states\":[", "{\"a\":"}) {
    std::string json;
    while (json.size() + 16 < kMaxMachineBytes) json += open;
    EXPECT_THAT(FaultOf(json), HasSubstr("read the machine: byte"));
    EXPECT_THAT(FaultOf("{\"states\":[" + json.substr(0, kMaxMachineBytes / 2)), HasSubstr("read the machine: byte"));
  }
}

TEST(MachineJson, OfEveryBuiltInMachineDefinesItAgain) {
  for (const Machine* const machine : BuiltInMachines()) {
    const std::string json = MachineJson(machine->data());
    const MachineDefinition definition = Must(ReadMachineDefinition(json));
    const Machine again = Must(Machine::FromData(definition.data()));
    EXPECT_EQ(again.states(), machine->states());
    ASSERT_EQ(again.edges().size(), machine->edges().size());
    for (size_t i = 0; i < again.edges().size(); ++i) {
      const Edge& one = machine->edges()[i];
      const Edge& other = again.edges()[i];
      EXPECT_EQ(std::tie(one.from, one.to, one.trigger, one.guards, one.severity, one.meaning),
                std::tie(other.from, other.to, other.trigger, other.guards, other.severity, other.meaning));
    }
    for (const std::string_view state : machine->states()) {
      EXPECT_EQ(machine->IsTerminal(state), again.IsTerminal(state)) << state;
    }
    // Written once more it is the same but for the version.
    EXPECT_EQ(MachineJson(Must(ReadMachineDefinition(MachineJson(definition.data()))).data()),
              MachineJson(definition.data()));
  }
}

// A valid machine: every state is led to by an edge from one before it, the rest leads anywhere.
std::string RandomMachine() {
  const auto count = *rc::gen::inRange<size_t>(1, 12);
  const auto terminal = *rc::gen::container<std::vector<bool>>(count, rc::gen::arbitrary<bool>());
  const auto is_terminal = [&](size_t state) { return state > 0 && terminal[state]; };
  std::vector<std::string> states, terminals, edges;
  const auto add_edge = [&](size_t from, size_t to) {
    const auto severity = *rc::gen::element<std::string>("info", "warning", "error", "critical");
    const auto guards =
        *rc::gen::element<std::string>("", R"("run_is_running")", R"("run_is_running","dependencies_done")");
    const auto meaning = *rc::gen::element<std::string>("", R"(,"meaning":"M\u00e9 \"x\" \\ <&>|:;")");
    edges.push_back(fmt::format(R"({{"from":"s.{}","to":"s.{}","trigger":"t{}","guards":[{}],"severity":"{}"{}}})",
                                from, to, edges.size(), guards, severity, meaning));
  };
  for (size_t i = 0; i < count; ++i) {
    states.push_back(fmt::format(R"({{"name":"s.{}"}})", i));
    if (is_terminal(i)) terminals.push_back(fmt::format("\"s.{}\"", i));
    if (i == 0) continue;
    size_t from = *rc::gen::inRange<size_t>(0, i);
    while (is_terminal(from)) --from;
    add_edge(from, i);
  }
  const auto more = count == 1 ? 0 : *rc::gen::inRange<size_t>(0, 20);
  for (size_t i = 0; i < more; ++i) {
    const auto from = *rc::gen::inRange<size_t>(0, count);
    const auto to = *rc::gen::inRange<size_t>(0, count);
    if (from != to && !is_terminal(from)) add_edge(from, to);
  }
  return fmt::format(R"({{"name":"m","initial":"s.0","terminals":[{}],"states":[{}],"edges":[{}]}})",
                     fmt::join(terminals, ","), fmt::join(states, ","), fmt::join(edges, ","));
}

TEST(MachineJson, OfAnyMachineIsReadBackAsTheSame) {
  EXPECT_TRUE(rc::check([] {
    const std::string json = RandomMachine();
    const auto definition = ReadMachineDefinition(json);
    RC_ASSERT(definition.ok());
    const auto again = ReadMachineDefinition(MachineJson(definition->data()));
    RC_ASSERT(again.ok());
    RC_ASSERT(again->version() == definition->version());
    RC_ASSERT(CanonicalBytes(again->data()) == CanonicalBytes(definition->data()));
    RC_ASSERT(Machine::FromData(again->data()).ok());
  }));
}

}  // namespace
}  // namespace annals
