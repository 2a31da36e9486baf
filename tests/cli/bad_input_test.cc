// SPEC §9: each kind of bad arguments and lines gets one clear message, the right exit code, and nothing is
// half-written.

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/annals_process.h"

namespace annals {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using testing_process::AnnalsSandbox;
using testing_process::ProcessResult;

std::string Long(size_t bytes) {
  return std::string(bytes, 'x');
}

struct BadInputCase {
  std::string name;
  std::vector<std::string> arguments;
  int exit;
  std::string message;  // part of what stderr says
  std::string in = {};
  size_t refusals = 0;  // how many events the log may grow by: a refusal is recorded
};

std::vector<BadInputCase> Cases() {
  return {
      {"MalformedJson", {"run", "create", "n", "--metadata", "{\"a\":}"}, 2, "--metadata: read the JSON: byte 6"},
      {"JsonThatIsNoObject", {"run", "create", "n", "--metadata", "[1]"}, 2, "byte 1: must be an object"},
      {"DuplicateKey", {"run", "create", "n", "--metadata", "{\"a\":1,\"\\u0061\":2}"}, 2, "byte 8"},
      {"InvalidUtf8InJson", {"run", "create", "n", "--metadata", "{\"a\":\"\xff\"}"}, 2, "byte 7"},
      {"JsonOverOneMebibyte",
       {"run", "create", "n", "--metadata", "-"},
       2,
       "1048577 bytes",
       "{\"a\":\"" + Long((1 << 20) - 7) + "\"}"},
      {"JsonFileThatIsMissing", {"run", "create", "n", "--metadata", "@missing.json"}, 4, "missing.json"},
      {"EmptyStandardInput", {"run", "create", "n", "--metadata", "-"}, 2, "read the JSON"},
      {"MalformedLine", {"apply", "-"}, 2, "line 1", "{\"command\":\n"},
      {"UnknownField", {"apply", "-"}, 2, "run_di", "{\"command\":\"create_run\",\"run_di\":\"n\"}\n"},
      {"WrongType",
       {"apply", "-"},
       2,
       "/run_id: must be a string, is a number",
       "{\"command\":\"create_run\",\"run_id\":7}\n"},
      {"UnknownCommandInJson", {"apply", "-"}, 2, "create_run", "{\"command\":\"creat_run\"}\n"},
      {"OverLongId", {"run", "create", Long(129)}, 2, "is 129 bytes long"},
      {"IdWithADot", {"run", "create", ".hidden"}, 2, "annals: run create: RUN: \".hidden\" starts with '.'; an id is"},
      {"IdWithASpace", {"ws", "create", "a b", "--run", "r1"}, 2, "annals: workstream create: WS: \"a b\" has"},
      {"EmptyId", {"run", "create", ""}, 2, "annals: run create: RUN: is empty; "},
      {"IdWithAControlCharacter", {"run", "create", "a\nb"}, 2, "RUN: "},
      {"InvalidUtf8InAnId", {"run", "create", "a\xff"}, 2, "RUN: "},
      {"LabelWithAControlCharacter",
       {"error", "record", "--run", "r1", "--ws", "a", "--step", "s", "--code", "E\x1b[31m", "--signature", "g",
        "--message", "m"},
       2,
       "annals: error record: --code: \"E"},
      {"InvalidUtf8InProse",
       {"run", "transition", "r1", "failed", "--reason", "\xc3("},
       2,
       "annals: run transition: --reason: "},
      {"ActorWithAControlCharacter", {"run", "create", "n", "--actor", "a\tb"}, 2, "--actor"},
      {"BadCommandId", {"run", "create", "n", "--command-id", "a b"}, 2, "--command-id"},
      {"NegativeExpectedVersion", {"run", "create", "n", "--expect-version", "-1"}, 2, "--expect-version"},
      {"NumberThatIsNone",
       {"step", "finish", "seven", "--status", "success"},
       2,
       "ATTEMPT: \"seven\" is no whole number"},
      {"NumberBeyond64Bits",
       {"step", "finish", "9223372036854775808", "--status", "success"},
       2,
       "does not fit 64 bits"},
      {"TimeThatIsNone",
       {"step", "record", "--run", "r1", "--ws", "a", "--step", "s", "--status", "success", "--started-at",
        "2026-02-30"},
       2,
       "--started-at: "},
      {"UnknownState", {"ws", "transition", "a", "readdy", "--run", "r1"}, 2, "did you mean \"ready\"?"},
      {"UnknownStatus", {"step", "finish", "7", "--status", "succes"}, 2, "did you mean \"success\"?"},
      {"InProgressIsNoEnd", {"step", "finish", "7", "--status", "in_progress"}, 2, "in_progress is no end"},
      {"SelfDependency",
       {"ws", "create", "b", "--run", "r1", "--depends-on", "b"},
       2,
       "workstream b cannot depend on itself"},
      {"UnknownDependency",
       {"ws", "create", "b", "--run", "r1", "--depends-on", "zz"},
       4,
       "annals: workstream create: workstream b depends on zz"},
      {"UnknownRun", {"run", "transition", "zz", "running"}, 4, "there is no run zz"},
      {"UnknownRunShown", {"run", "show", "zz"}, 4, "there is no run zz"},
      {"UnknownWorkstream", {"ws", "transition", "zz", "ready"}, 4, "zz"},
      {"UnknownAttempt",
       {"step", "finish", "4711", "--status", "success"},
       4,
       "annals: step finish: there is no attempt 4711; "},
      {"WorkstreamOfTwoOpenRuns",
       {"ws", "transition", "a", "ready"},
       2,
       "stands in 2 open runs (r1, r2); name the run"},
      {"SecondCreate", {"run", "create", "r1"}, 3, "run r1 already exists", "", 1},
      {"MoveAgainstTheLaw", {"ws", "transition", "a", "done", "--run", "r1"}, 3, "legal from pending: ready", "", 1},
      {"ReusedKey",
       {"run", "create", "other", "--command-id", "key-1"},
       5,
       "annals: run create: the command id key-1 was"},
      {"StaleVersion",
       {"run", "transition", "r1", "paused", "--expect-version", "1"},
       5,
       "annals: run transition: run/r1 is at version 3, not at the expected 1; "},
      {"OverrideWithoutOperator",
       {"run", "transition", "r1", "failed", "--override", "--reason", "x"},
       2,
       "--operator NAME"},
      {"OverrideWithoutReason",
       {"run", "transition", "r1", "failed", "--override", "--operator", "x"},
       2,
       "--reason TEXT"},
      {"OperatorWithoutOverride", {"run", "transition", "r1", "failed", "--operator", "x"}, 2, "add --override"},
      {"NoteOnAWorkstreamOfNoRun",
       {"event", "record", "t", "--ws", "a"},
       2,
       "annals: event record: the note names a workstream"},
      {"UnknownCommand", {"rum", "list"}, 2, "did you mean \"run\"?"},
      {"UnknownSubcommand", {"run", "lst"}, 2, "did you mean \"list\"?"},
      {"OptionsWithoutACommand", {"--actor", "kim"}, 2, "no command is given"},
      {"UnknownOption", {"run", "list", "--stauts", "x"}, 2, "--stauts"},
      {"UnknownOptionBeforeTheCommand", {"--jsn", "run", "list"}, 2, "did you mean \"--json\"?"},
      {"MissingArgument", {"ws", "create", "b"}, 2, "--run RUN is missing"},
      {"OptionWithoutAValue", {"ws", "create", "b", "--run"}, 2, "--run needs a value; --help shows what is taken"},
      {"LimitOfNothing", {"run", "list", "--limit", "0"}, 2, "--limit"},
      {"EndOfAnOpenAttempt",
       {"step", "record", "--run", "r1", "--ws", "a", "--step", "s", "--status", "in_progress", "--exit-code", "1"},
       2,
       "annals: step record: an attempt in progress has no "},
      {"RebuildOfNoTable",
       {"rebuild", "runz"},
       2,
       "annals: rebuild: TABLE: \"runz\" is not one of its values; did you mean"},
      {"RebuildWithADryRun", {"rebuild", "--dry-run"}, 2, "annals: rebuild: --dry-run: "},
      {"FollowWithAnEnd", {"log", "--follow", "--until", "2026-01-01"}, 2, "annals: log: --follow waits"},
      {"WholeEventsOfTransitions", {"log", "--full", "--transitions"}, 2, "annals: log: --full shows"},
      {"StatsOfAnUnknownRun", {"stats", "--run", "zz"}, 4, "annals: stats: there is no run zz; "},
      {"BenchOfTooLittle", {"bench", "--commands", "1"}, 2, "annals: bench: --commands is at least"},
      {"BenchNowhere", {"bench", "--dir", "nowhere"}, 2, "annals: bench: --dir: \"nowhere\" is no folder"},
      {"ApplyOfAMissingFile", {"apply", "nowhere.jsonl"}, 4, "annals: apply: open nowhere.jsonl: No such file"},
      {"ApplyOfAFolder", {"apply", "."}, 2, "annals: apply: . is a folder; "},
      {"ApplyWithOneKeyForAll", {"apply", "-", "--command-id", "k"}, 2, "annals: apply: --command-id and"},
      {"ApplyAllOrNothingAndGoingOn", {"apply", "-", "--atomic", "--keep-going"}, 2, "annals: apply: all or nothing"},
      {"BadLockTimeout", {"run", "list", "--lock-timeout", "-5"}, 2, "--lock-timeout"},
  };
}

// "log: log: …", "step finish: finish attempt 7: …", "RUN: run_id: …": a part that begins with the word before it.
bool StuttersAt(const std::string& left, const std::string& right) {
  const auto word_at = [](const std::string& text, size_t begin) {
    std::string word;
    for (size_t i = begin; i < text.size() && std::isalnum(static_cast<unsigned char>(text[i])); ++i) {
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(text[i])));
    }
    return word;
  };
  const std::string last = word_at(left, left.find_last_of(" -") + 1);
  if (last.empty()) return false;
  const std::string first = right.substr(0, right.find(' '));
  for (size_t begin = 0; begin != std::string::npos; begin = first.find_first_of("-_", begin)) {
    if (begin > 0 || first.starts_with('-')) ++begin;
    if (word_at(first, begin) == last) return true;
  }
  return false;
}

bool Stutters(const std::string& message) {
  for (size_t colon = message.find(": "), begin = 0; colon != std::string::npos;) {
    const size_t next = message.find(": ", colon + 2);
    if (StuttersAt(message.substr(begin, colon - begin), message.substr(colon + 2))) return true;
    begin = colon + 2;
    colon = next;
  }
  return false;
}

TEST(Stutters, SeesWhatWasSaidTwice) {
  for (const char* const bad :
       {"annals: log: log: --follow waits", "annals: step finish: finish attempt 7: there is none",
        "annals: run create: RUN: run_id: is empty", "annals: --code: error_code: is empty",
        "annals: rebuild: rebuild --check: 3 differences"}) {
    EXPECT_TRUE(Stutters(bad)) << bad;
  }
  for (const char* const good : {"annals: run create: RUN: is empty", "annals: step finish: there is no attempt 7",
                                 "annals: run r1: refused: run r1 already exists"}) {
    EXPECT_FALSE(Stutters(good)) << good;
  }
}

class BadInputTest : public testing::TestWithParam<BadInputCase> {};

size_t LinesIn(const std::string& text) {
  return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST_P(BadInputTest, IsOneMessageAndChangesNothing) {
  const BadInputCase& test = GetParam();
  AnnalsSandbox sandbox;
  sandbox.Fill();
  const std::string before = sandbox.Out({"log", "--json"});
  const ProcessResult result = sandbox.Run(test.arguments, test.in);
  EXPECT_EQ(result.exit, test.exit) << result.err;
  EXPECT_THAT(result.err, StartsWith("annals: "));
  EXPECT_THAT(result.err, HasSubstr(test.message));
  EXPECT_FALSE(Stutters(result.err)) << result.err;
  if (test.arguments.front() != "apply") {
    EXPECT_EQ(LinesIn(result.err), 1u) << result.err;
  }
  for (const char c : result.err)
    EXPECT_FALSE(c != '\n' && static_cast<unsigned char>(c) < 0x20) << "a control character";
  const std::string after = sandbox.Out({"log", "--json"});
  EXPECT_THAT(after, StartsWith(before));
  EXPECT_EQ(LinesIn(after), LinesIn(before) + test.refusals) << after;
}

// The same answers for machines: an error is JSON alone on stderr, a refusal JSON alone on stdout.
TEST_P(BadInputTest, IsJsonWithJson) {
  const BadInputCase& test = GetParam();
  if (test.arguments.front() == "apply") return;  // one answer per line: tests/cli/apply_command_test.cc
  AnnalsSandbox sandbox;
  sandbox.Fill();
  std::vector<std::string> arguments = test.arguments;
  arguments.push_back("--json");
  const ProcessResult result = sandbox.Run(arguments, test.in);
  EXPECT_EQ(result.exit, test.exit);
  const std::string& text = test.exit == 3 ? result.out : result.err;
  EXPECT_EQ(test.exit == 3 ? result.err : result.out, "");
  EXPECT_EQ(LinesIn(text), 1u) << text;
  EXPECT_THAT(text, StartsWith(test.exit == 3 ? "{\"refused\":true," : "{\"error\":{\"code\":\""));
  EXPECT_THAT(text, EndsWith("}\n"));
}

INSTANTIATE_TEST_SUITE_P(Spec9, BadInputTest, testing::ValuesIn(Cases()),
                         [](const auto& test) { return test.param.name; });

// ---- files that are not what they should be

}  // namespace
}  // namespace annals
