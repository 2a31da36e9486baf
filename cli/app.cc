#include "cli/app.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "cli/argument_parser.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/help.h"
#include "cli/report.h"
#include "cli/version.h"
#include "schemas/message_text.h"
#include "schemas/status.h"
#include "schemas/text_rules.h"

namespace annals {
namespace {

bool IsHelp(std::string_view word) {
  return word == "--help" || word == "-h";
}

// Arguments that stand before the command: global options and their values. Moved to `skipped`.
absl::Status SkipGlobals(std::vector<std::string>& words, std::vector<std::string>& skipped) {
  GlobalOptions unused;
  const std::vector<Argument> globals = GlobalArguments(unused);
  size_t next = 0;
  while (next < words.size() && words[next].starts_with('-')) {
    const std::string& word = words[next];
    const std::string name = word.substr(0, word.find('='));
    const auto known = std::find_if(globals.begin(), globals.end(), [&](const Argument& a) { return a.name == name; });
    if (known == globals.end() && !IsHelp(word) && word != "--version") {
      std::vector<std::string_view> names = {"--help", "--version"};
      for (const Argument& argument : globals) names.push_back(argument.name);
      return absl::InvalidArgumentError(
          fmt::format("{} may not stand before the command; {}", Quoted(name), SuggestName(name, names)));
    }
    next += known != globals.end() && !known->IsFlag() && name == word ? 2 : 1;
  }
  const auto end = words.begin() + static_cast<std::ptrdiff_t>(std::min(next, words.size()));
  skipped.insert(skipped.end(), std::make_move_iterator(words.begin()), std::make_move_iterator(end));
  words.erase(words.begin(), end);
  return absl::OkStatus();
}

absl::Status UnknownCommand(std::string_view word, std::string_view of, const std::vector<std::string_view>& names) {
  return absl::InvalidArgumentError(
      fmt::format("{} is no command of {}; {}", Quoted(word), of, SuggestName(word, names)));
}

// What is to be done, and the words that are left for its arguments.
struct Invocation {
  std::string path = "annals";     // "annals run create"
  std::optional<Command> command;  // nothing: annals itself
  std::vector<std::string> words;
  bool Asks(std::string_view option) const { return std::find(words.begin(), words.end(), option) != words.end(); }
  bool AsksForHelp() const { return Asks("--help") || Asks("-h"); }
};

absl::StatusOr<Invocation> FindInvocation(std::vector<std::string> words) {
  Invocation invocation;
  RETURN_IF_ERROR(SkipGlobals(words, invocation.words));
  if (words.empty()) return invocation;
  const CommandEntry* const entry = FindCommand(words.front());
  if (entry == nullptr) {
    std::vector<std::string_view> names;
    for (const CommandEntry& known : AllCommands()) {
      if (!known.summary.empty()) names.push_back(known.name);
    }
    return UnknownCommand(words.front(), "annals", names);
  }
  invocation.path += fmt::format(" {}", entry->name);
  invocation.command = entry->make();
  words.erase(words.begin());
  while (invocation.command->IsGroup()) {
    RETURN_IF_ERROR(SkipGlobals(words, invocation.words));
    if (words.empty()) return invocation;
    auto& commands = invocation.command->commands;
    const auto found =
        std::find_if(commands.begin(), commands.end(), [&](const Command& c) { return c.name == words.front(); });
    if (found == commands.end()) {
      std::vector<std::string_view> names;
      for (const Command& known : commands) names.push_back(known.name);
      return UnknownCommand(words.front(), invocation.path, names);
    }
    invocation.path += fmt::format(" {}", found->name);
    invocation.command = Command(std::move(*found));
    words.erase(words.begin());
  }
  invocation.words.insert(invocation.words.end(), std::make_move_iterator(words.begin()),
                          std::make_move_iterator(words.end()));
  return invocation;
}

absl::Status CheckGlobals(const GlobalOptions& options) {
  if (options.lock_timeout_ms < 0 || options.lock_timeout_ms > INT32_MAX) {
    return absl::InvalidArgumentError(
        fmt::format("--lock-timeout: {} is not between 0 and {}", options.lock_timeout_ms, INT32_MAX));
  }
  if (options.expect_version.value_or(0) < 0) {
    return absl::InvalidArgumentError("--expect-version: versions start at 1; 0 is \"no such stream yet\"");
  }
  if (options.actor) RETURN_IF_ERROR(CheckLabel("--actor", *options.actor));
  if (options.command_id) RETURN_IF_ERROR(CheckId("--command-id", *options.command_id));
  return absl::OkStatus();
}

absl::StatusOr<int> RunCommand(const Invocation& invocation, Host& host) {
  GlobalOptions options;
  std::vector<Argument> arguments = invocation.command->arguments;
  const std::vector<Argument> globals = GlobalArguments(options);
  arguments.insert(arguments.end(), globals.begin(), globals.end());
  ASSIGN_OR_RETURN(const ParseOutcome outcome, ParseArguments(arguments, invocation.words));
  if (outcome == ParseOutcome::kHelp) {
    host.out << HelpOf(invocation.path, *invocation.command);
    return kExitDone;
  }
  RETURN_IF_ERROR(CheckGlobals(options));
  if (options.at && !invocation.command->reads_as_of) {
    return absl::InvalidArgumentError("--at: only what reads the tables or the log answers as of then; leave it out");
  }
  Context context(host, std::move(options));
  return invocation.command->run(context);
}

absl::StatusOr<int> Dispatch(const Invocation& invocation, Host& host) {
  if (!invocation.command) {
    const bool version = invocation.Asks("--version");
    if (!version && !invocation.AsksForHelp() && !invocation.words.empty()) {
      return absl::InvalidArgumentError("no command is given; annals --help lists them");
    }
    host.out << (version ? fmt::format("annals {}\n", kAnnalsVersion) : HelpOfAnnals());
    return kExitDone;
  }
  if (!invocation.command->IsGroup()) return RunCommand(invocation, host);
  const std::string help = HelpOf(invocation.path, *invocation.command);
  if (invocation.AsksForHelp()) {
    host.out << help;
    return kExitDone;
  }
  host.err << help;
  return kExitUsage;
}

absl::StatusOr<int> FindAndRun(const std::vector<std::string>& words, Host& host, int& failure_exit_code) {
  ASSIGN_OR_RETURN(const Invocation invocation, FindInvocation(words));
  if (invocation.command) failure_exit_code = invocation.command->failure_exit_code;
  absl::StatusOr<int> code = Dispatch(invocation, host);
  if (code.ok()) return code;
  // "run create: …": what was tried, whatever layer it went wrong in.
  if (!invocation.command) return code;
  return WithContext(code.status(), std::string_view(invocation.path).substr(std::string_view("annals ").size()));
}

}  // namespace

int RunAnnals(const std::vector<std::string>& arguments, Host& host) {
  const auto end = std::find(arguments.begin(), arguments.end(), "--");
  const bool json = std::find(arguments.begin(), end, "--json") != end;
  int failure_exit_code = 0;
  absl::StatusOr<int> code = absl::InternalError("nothing was run");
  try {
    code = FindAndRun(arguments, host, failure_exit_code);
  } catch (const std::exception& error) {
    code = absl::InternalError(
        fmt::format("{} (an exception that should have ended earlier; please report this)", error.what()));
  }
  host.out.flush();
  // A script that reads half an answer must not take it for the whole.
  if (code.ok() && *code == kExitDone && !host.out.good())
    code = absl::InternalError("write the answer: standard output failed; what was recorded stands");
  if (code.ok()) return *code;
  PrintError(code.status(), json, host.err);
  host.err.flush();
  return failure_exit_code != 0 ? failure_exit_code : ExitCodeOf(code.status());
}

}  // namespace annals
