// annals man: the manual page, from the same data as the help.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/command_tree.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/help.h"
#include "cli/utf8.h"
#include "cli/version.h"

namespace annals {
namespace {

// Text that roff prints as it is: no escapes, no requests, hyphens that can be copied.
std::string Roff(std::string_view text) {
  std::string out;
  bool at_start = true;
  while (!text.empty()) {
    const CodePoint next = DecodeUtf8(text);
    text.remove_prefix(next.bytes);
    if (at_start && (next.value == '.' || next.value == '\'')) out += "\\&";
    at_start = next.value == '\n';
    if (next.value == '\\') {
      out += "\\e";
    } else if (next.value == '-') {
      out += "\\-";
    } else if (next.value > 0x7f) {
      out += fmt::format("\\[u{:04X}]", static_cast<uint32_t>(next.value));
    } else {
      out += static_cast<char>(next.value);
    }
  }
  return out;
}

std::string Tagged(std::string_view tag, std::string_view meaning) {
  return fmt::format(".TP\n.B {}\n{}\n", Roff(tag), Roff(meaning));
}

std::string ArgumentText(const Argument& argument) {
  std::string tag = fmt::format("{}", fmt::join(OptionNames(argument), ", "));
  if (argument.IsPlace()) tag = argument.name;
  if (!argument.value.empty()) tag += fmt::format(" {}", argument.value);
  std::string meaning = argument.meaning;
  if (!argument.one_of.empty()) meaning += fmt::format(" ({})", fmt::join(argument.one_of, ", "));
  return Tagged(tag, meaning);
}

std::string Verbatim(std::string_view text) {
  return fmt::format(".PP\n.nf\n.RS\n{}\n.RE\n.fi\n", Roff(text));
}

std::string CommandText(const CommandNode& node) {
  std::string out = fmt::format(".SS {}\n{}.\n", Roff(node.path), Roff(node.command.summary));
  if (!node.alias.empty()) out += fmt::format("Also called annals {}.\n", Roff(node.alias));
  out += Verbatim(UsageLine(node.path, node.command));
  if (!node.command.details.empty()) out += fmt::format(".PP\n{}\n", Roff(node.command.details));
  for (const Argument& argument : node.command.arguments) out += ArgumentText(argument);
  if (!node.command.example.empty()) out += fmt::format(".PP\nExample:\n{}", Verbatim(node.command.example));
  return out;
}

std::string ManPage() {
  std::string out = fmt::format(".TH ANNALS 1 \"\" \"annals {}\" \"User Commands\"\n", kAnnalsVersion);
  out += ".SH NAME\nannals \\- the flight recorder and the law of a coding pipeline\n";
  out += ".SH SYNOPSIS\n.B annals\n.I COMMAND\n[\\fIARGUMENT\\fR]...\n";
  out +=
      ".SH DESCRIPTION\n"
      "Annals takes every command of a coding pipeline, checks it against a state machine, and appends what happened "
      "as an\n"
      "immutable event. Everything else is a fold over that log.\n";
  out += ".SH GLOBAL OPTIONS\nThey stand before or after the command.\n";
  for (const Argument& argument : AllGlobalArguments()) out += ArgumentText(argument);
  out += ".SH COMMANDS\n";
  for (const CommandNode& node : AllCommandNodes()) {
    if (!node.parent.empty() && !node.command.IsGroup()) out += CommandText(node);
  }
  out += ".SH EXIT STATUS\n";
  for (const DocumentedName& code : ExitCodes()) out += Tagged(code.name, code.meaning);
  out += ".SH ENVIRONMENT\n";
  for (const DocumentedName& variable : EnvironmentVariables()) out += Tagged(variable.name, variable.meaning);
  out += ".SH FILES\n";
  out +=
      Tagged("state/pipeline_state.db",
             "the database, under the nearest folder that holds .git (of a git worktree, the main one), else under the "
             "working directory");
  return out;
}

}  // namespace

Command ManCommand() {
  Command command;
  command.name = "man";
  command.summary = "Print the manual page";
  command.example = "annals man | man -l -";
  command.run = [](Context& context) -> absl::StatusOr<int> {
    context.out() << ManPage();
    return kExitDone;
  };
  return command;
}

}  // namespace annals
