// Help, completions, man page and reference: made from one tree, so what holds of one command holds of all.
#include "cli/help.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/command_line_page.h"
#include "cli/command_tree.h"
#include "cli/commands.h"
#include "tests/cli/annals_process.h"

namespace annals {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using testing_process::ProcessResult;
using testing_process::RunProcess;

TEST(Help, OfEveryCommandEndsWithAnExampleOfIt) {
  for (const CommandNode& node : AllCommandNodes()) {
    if (node.parent.empty()) continue;
    const std::string help = HelpOf(node.path, node.command);
    const size_t example = help.find("\nExample:\n");
    ASSERT_NE(example, std::string::npos) << node.path;
    EXPECT_THAT(help.substr(example), HasSubstr("annals ")) << node.path;
    EXPECT_FALSE(node.command.summary.empty()) << node.path;
    EXPECT_FALSE(node.command.summary.ends_with('.')) << node.path;
    for (const Argument& argument : node.command.arguments)
      EXPECT_FALSE(argument.meaning.empty()) << node.path << argument.name;
  }
}

TEST(Help, IsShownByEveryCommandWithExitCodeZero) {
  for (const CommandNode& node : AllCommandNodes()) {
    std::vector<std::string> words;
    std::istringstream path(node.path);
    for (std::string word; path >> word;) words.push_back(word);
    words.erase(words.begin());
    words.push_back("--help");
    const ProcessResult result = RunProcess({.arguments = words});
    EXPECT_EQ(result.exit, 0) << node.path;
    EXPECT_EQ(result.err, "") << node.path;
    EXPECT_EQ(result.out, node.parent.empty() ? HelpOfAnnals() : HelpOf(node.path, node.command));
  }
}

TEST(Help, OfTheTableIsThatOfTheCommand) {
  for (const CommandEntry& entry : AllCommands()) {
    const Command command = entry.make();
    EXPECT_EQ(command.name, entry.name);
    if (!entry.summary.empty()) {
      EXPECT_EQ(command.summary, entry.summary) << entry.name;
    }
  }
}

TEST(Help, NoArgumentOfACommandHidesAGlobalOne) {
  std::set<std::string> globals;
  for (const Argument& argument : AllGlobalArguments()) {
    for (const std::string& name : OptionNames(argument)) globals.insert(name);
  }
  for (const CommandNode& node : AllCommandNodes()) {
    std::set<std::string> seen = globals;
    for (const Argument& argument : node.command.arguments) {
      for (const std::string& name : OptionNames(argument))
        EXPECT_TRUE(seen.insert(name).second) << node.path << " " << name;
    }
  }
}

TEST(Help, WithoutACommand) {
  const ProcessResult whole = RunProcess({.arguments = {}});
  EXPECT_EQ(whole.exit, 0);
  EXPECT_EQ(whole.out, HelpOfAnnals());
  const ProcessResult group = RunProcess({.arguments = {"run"}});
  EXPECT_EQ(group.exit, 2);
  EXPECT_EQ(group.out, "");
  EXPECT_THAT(group.err, HasSubstr("Usage: annals run COMMAND"));
  EXPECT_THAT(RunProcess({.arguments = {"--version"}}).out, StartsWith("annals " ANNALS_VERSION));
  EXPECT_THAT(RunProcess({.arguments = {"help", "ws", "create"}}).out, HasSubstr("Usage: annals workstream create WS"));
}

TEST(CommandLinePage, IsInTheDocs) {
  std::ostringstream page;
  page << std::ifstream(ANNALS_SOURCE_DIR "/docs/command_line.md").rdbuf();
  EXPECT_EQ(page.str(), CommandLinePage()) << "make it anew: annals docs command_line > docs/command_line.md";
}

TEST(ManPage, NamesEveryCommandAndOption) {
  const std::string page = RunProcess({.arguments = {"man"}}).out;
  EXPECT_THAT(page, StartsWith(".TH ANNALS 1"));
  for (const CommandNode& node : AllCommandNodes()) {
    if (!node.parent.empty() && !node.command.IsGroup()) {
      const std::string in_roff = std::regex_replace(node.path, std::regex("-"), "\\-");  // a minus, not a hyphen
      EXPECT_THAT(page, HasSubstr(".SS " + in_roff + "\n"));
    }
  }
  for (const char c : page)
    ASSERT_LT(static_cast<unsigned char>(c), 0x80) << "roff wants other characters as \\[uXXXX]";
}

class CompletionTest : public testing::TestWithParam<const char*> {};

TEST_P(CompletionTest, NamesEveryCommandAndOption) {
  const ProcessResult result = RunProcess({.arguments = {"completion", GetParam()}});
  EXPECT_EQ(result.exit, 0) << result.err;
  for (const CommandNode& node : AllCommandNodes()) {
    if (!node.parent.empty()) {
      EXPECT_THAT(result.out, HasSubstr("'" + node.path + "'"));
    }
    for (const Argument& argument : node.command.arguments) {
      for (const std::string& name : OptionNames(argument)) {
        EXPECT_THAT(result.out,
                    HasSubstr(GetParam() == std::string("fish") ? name.substr(name.rfind('-') == 0 ? 1 : 2) : name));
      }
    }
  }
}

TEST_P(CompletionTest, IsWhatItsShellCanRead) {
  const std::string shell = std::string("/usr/bin/") + GetParam();
  if (!std::filesystem::exists(shell)) GTEST_SKIP() << "this machine has no " << shell;
  const std::string script = RunProcess({.arguments = {"completion", GetParam()}}).out;
  // Told to read and not to run, as all three name it.
  const ProcessResult result = RunProcess({.arguments = {"-n"}, .in = script}, shell);
  EXPECT_EQ(result.exit, 0);
  EXPECT_EQ(result.err, "");
}

INSTANTIATE_TEST_SUITE_P(Shells, CompletionTest, testing::Values("bash", "zsh", "fish"),
                         [](const auto& test) { return std::string(test.param); });

// What bash would offer for the last word.
std::string BashOffers(const std::string& line) {
  const std::string script =
      "eval \"$(\"$ANNALS\" completion bash)\"\n"
      "COMP_WORDS=($LINE); [[ $LINE == *' ' ]] && COMP_WORDS+=('')\n"
      "COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _annals; echo \"${COMPREPLY[*]}\"";
  const std::map<std::string, std::string> environment = {{"ANNALS", ANNALS_BINARY}, {"LINE", line}};
  return RunProcess({.arguments = {"-c", script}, .environment = environment}, "/bin/bash").out;
}

TEST(Completion, InBashFollowsTheCommandLine) {
  if (!std::filesystem::exists("/bin/bash")) GTEST_SKIP() << "this machine has no bash";
  EXPECT_EQ(BashOffers("annals ru"), "run\n");
  EXPECT_EQ(BashOffers("annals ws tr"), "transition\n");
  EXPECT_EQ(BashOffers("annals --json workstream tr"), "transition\n");
  EXPECT_EQ(BashOffers("annals run create --status "), "pending running\n");
  EXPECT_EQ(BashOffers("annals ws transition a sta"), "static_check\n");
  EXPECT_EQ(BashOffers("annals run list --comm"), "--command-id\n");
  EXPECT_EQ(BashOffers("annals step exec -- ru"), "\n");
}

}  // namespace
}  // namespace annals
