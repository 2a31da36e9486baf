// annals machine and the pages that are made: what is printed is the law, and docs/ says the same.
#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include <capnp/message.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/machine_text.h"
#include "cli/schema_page.h"
#include "commands/machine.h"
#include "schemas/machine.capnp.h"
#include "tests/cli/annals_process.h"

namespace annals::testing_process {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

struct CheckCase {
  const char* name;
  std::vector<std::string> words;
  int exit;
  const char* says;
};
class MachineCheckTest : public testing::TestWithParam<CheckCase> {};

TEST_P(MachineCheckTest, AnswersByItsExitCode) {
  AnnalsSandbox sandbox;
  std::vector<std::string> arguments = {"machine", "check"};
  arguments.insert(arguments.end(), GetParam().words.begin(), GetParam().words.end());
  const ProcessResult result = sandbox.Run(arguments);
  EXPECT_EQ(result.exit, GetParam().exit);
  EXPECT_THAT(result.out + result.err, HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    Machine, MachineCheckTest,
    testing::Values(
        CheckCase{"Legal", {"run", "pending", "running"}, 0, "run: pending to running is legal by start\n"},
        CheckCase{
            "LegalWithAGuard", {"workstream", "pending", "ready"}, 0, "by dependencies_met, if dependencies_done"},
        CheckCase{"Illegal", {"run", "pending", "completed"}, 3, "legal from pending: running, failed, abandoned"},
        CheckCase{"FromAFinalState", {"run", "completed", "running"}, 3, "annals: "},
        CheckCase{"UnknownMachine", {"runn", "pending", "running"}, 2, "run"},
        CheckCase{"UnknownState", {"run", "pendin", "running"}, 2, "pending"},
        CheckCase{"InJson",
                  {"run", "pending", "completed", "--json"},
                  3,
                  R"({"machine":"run","from":"pending","to":"completed","allowed":false,"triggers":[],)"
                  R"("legal":["running","failed","abandoned"]})"},
        CheckCase{"LegalInJson", {"run", "pending", "running", "--json"}, 0, R"("allowed":true,"triggers":["start"])"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(MachineCommand, ShowsEveryStateAndEdgeInEachFormat) {
  AnnalsSandbox sandbox;
  for (const Machine* const machine : BuiltInMachines()) {
    for (const char* const format : {"table", "mermaid", "dot", "json"}) {
      const std::string text = sandbox.Out({"machine", "show", std::string(machine->name()), "--format", format});
      for (const std::string_view state : machine->states()) EXPECT_THAT(text, HasSubstr(std::string(state))) << format;
      for (const Edge& edge : machine->edges()) EXPECT_THAT(text, HasSubstr(std::string(edge.trigger))) << format;
    }
    EXPECT_THAT(sandbox.Out({"machine", "list", "--json"}),
                HasSubstr(fmt::format("{{\"name\":\"{}\"", machine->name())));
  }
  EXPECT_EQ(sandbox.Run({"machine", "show", "run", "--format", "png"}).exit, 2);
}

struct SeverityCase {
  const char* name;
  const char* severity;
  const char* in_mermaid;
  const char* in_dot;
};
class MachineSeverityTest : public testing::TestWithParam<SeverityCase> {};

TEST_P(MachineSeverityTest, ShowsInEachDrawing) {
  AnnalsSandbox sandbox;
  const std::string path = sandbox.folder().File("m.json");
  std::ofstream(path) << fmt::format(
      R"({{"name":"m","initial":"new","terminals":["out"],"states":[{{"name":"new"}},{{"name":"out"}}],)"
      R"("edges":[{{"from":"new","to":"out","trigger":"go","severity":"{}"}}]}})",
      GetParam().severity);
  EXPECT_THAT(sandbox.Out({"machine", "show", path, "--format", "mermaid"}), HasSubstr(GetParam().in_mermaid));
  EXPECT_THAT(sandbox.Out({"machine", "show", path, "--format", "dot"}), HasSubstr(GetParam().in_dot));
}

INSTANTIATE_TEST_SUITE_P(
    Machine, MachineSeverityTest,
    testing::Values(SeverityCase{"OfWhatIsUsualByNothing", "info", ": go\n", R"(tooltip="go"];)"},
                    SeverityCase{"OfAWarning", "warning", ": go (warning)\n", R"(color="#8a5a00")"},
                    SeverityCase{"OfAnError", "error", ": go (error)\n", R"(color="#b42318", fontcolor="#b42318"])"},
                    SeverityCase{"OfWhatIsCritical", "critical", ": go (critical)\n", "style=bold"}),
    [](const auto& test) { return std::string(test.param.name); });

// The lines Mermaid's grammar takes in a stateDiagram-v2, as far as we use it.
std::vector<std::string> LinesMermaidRefuses(const std::string& text) {
  static const std::regex kLine(
      R"(stateDiagram-v2|    state "[^"]+" as [a-z_0-9]+|    (\[\*\]|[a-z_0-9]+) --> (\[\*\]|[a-z_0-9]+)( : [^:;\n]+)?)");
  static const std::regex kReserved(R"(.*(^| )(state|note|end|as|direction|class|default)( -->.*|$))");
  std::vector<std::string> refused;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!std::regex_match(line, kLine) || std::regex_match(line, kReserved)) refused.push_back(line);
  }
  return refused;
}

TEST(Mermaid, TakesTheDiagramsOfTheBuiltInMachines) {
  for (const Machine* const machine : BuiltInMachines()) {
    const std::string text = MermaidOf(*machine);
    EXPECT_THAT(LinesMermaidRefuses(text), testing::IsEmpty());
    EXPECT_EQ(static_cast<size_t>(std::count(text.begin(), text.end(), ':')), machine->edges().size());
  }
}

TEST(Mermaid, TakesStatesWithNamesOfItsOwnAndNamesItCannotSpell) {
  capnp::MallocMessageBuilder message;
  auto data = message.initRoot<schema::Machine>();
  data.setName("odd");
  data.setInitial("end");
  data.initTerminals(1).set(0, "to-do:2");
  auto states = data.initStates(2);
  states[0].setName("end");
  states[1].setName("to-do:2");
  auto edge = data.initEdges(1)[0];
  edge.initFrom(1).set(0, "end");
  edge.initTo(1).set(0, "to-do:2");
  edge.setTrigger("go:on");
  const auto machine = Machine::FromData(data.asReader());
  ASSERT_TRUE(machine.ok()) << machine.status();
  const std::string text = MermaidOf(*machine);
  EXPECT_THAT(LinesMermaidRefuses(text), testing::IsEmpty());
  EXPECT_THAT(text, AllOf(HasSubstr("state \"end\" as s0"), HasSubstr("s0 --> s1 : go.on"), HasSubstr("s1 --> [*]")));
}

std::string Committed(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream(std::string(ANNALS_SOURCE_DIR) + "/docs/" + name).rdbuf();
  return text.str();
}

TEST(MadePages, AreWhatTheProgramPrints) {
  AnnalsSandbox sandbox;
  EXPECT_EQ(Committed("state_machine.md"), sandbox.Out({"docs", "state_machine"}))
      << "annals docs state_machine > docs/state_machine.md";
  EXPECT_EQ(Committed("database_schema.md"), sandbox.Out({"docs", "database_schema"}))
      << "annals docs database_schema > docs/database_schema.md";
  EXPECT_EQ(sandbox.Run({"docs", "poem"}).exit, 2);
  EXPECT_THAT(sandbox.Out({"--help"}), Not(HasSubstr("docs")));
}

}  // namespace
}  // namespace annals::testing_process
