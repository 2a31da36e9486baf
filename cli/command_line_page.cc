#include "cli/command_line_page.h"

#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/command_tree.h"
#include "cli/help.h"

namespace annals {
namespace {

// In a table a bar would end the cell.
std::string InCell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string TableRow(std::string_view name, std::string_view meaning) {
  return fmt::format("| `{}` | {} |\n", InCell(name), InCell(meaning));
}

std::string ArgumentTable(std::string_view heading, const std::vector<Argument>& arguments) {
  if (arguments.empty()) return "";
  std::string out = fmt::format("\n| {} | |\n|---|---|\n", heading);
  for (const Argument& argument : arguments) {
    std::string name = argument.IsPlace() ? argument.name : fmt::format("{}", fmt::join(OptionNames(argument), ", "));
    if (!argument.value.empty()) name += fmt::format(" {}", argument.value);
    std::string meaning = argument.meaning;
    if (!argument.one_of.empty()) meaning += fmt::format(" ({})", fmt::join(argument.one_of, ", "));
    out += TableRow(name, meaning);
  }
  return out;
}

std::string NameTable(std::string_view heading, const std::vector<DocumentedName>& names) {
  std::string out = fmt::format("\n| {} | |\n|---|---|\n", heading);
  for (const DocumentedName& name : names) out += TableRow(name.name, name.meaning);
  return out;
}

}  // namespace

std::string CommandLinePage() {
  std::string out =
      "# The command line\n\n"
      "Made by `annals docs command_line`; a test keeps it true.\n\n"
      "Answers go to stdout: a line or a table for people, with `--json` one object, or one a line for lists. Errors "
      "go to\n"
      "stderr, as `annals: what was tried: what is wrong; what to do`, with `--json` as "
      "`{\"error\":{\"code\",\"message\"}}`. A\n"
      "refusal by the law is an answer: with `--json` it is an object on stdout. With `--dry-run --json` a command "
      "prints\n"
      "`{\"dry_run\":true,\"events\":[…]}` with the events as `annals log --json` has them, or the refusal with\n"
      "`\"dry_run\":true` and `\"position\":null`. `progress.percent` of a run is the share of its workstreams that "
      "are done.\n";
  out += "\n## Global options\n\nThey stand before or after the command.\n";
  out += ArgumentTable("option", AllGlobalArguments());
  out += "\n## Exit codes\n" + NameTable("code", ExitCodes());
  out += "\n## Environment\n" + NameTable("variable", EnvironmentVariables());
  for (const CommandNode& node : AllCommandNodes()) {
    if (node.parent.empty()) continue;
    const bool is_top = node.parent == "annals";
    out += fmt::format("\n{} {}\n\n{}.\n", is_top ? "##" : "###", node.path, node.command.summary);
    if (!node.command.details.empty()) out += fmt::format("{}\n", node.command.details);
    if (node.command.IsGroup()) continue;
    out += fmt::format("\n```sh\n{}\n```\n", UsageLine(node.path, node.command));
    out += ArgumentTable("argument", node.command.arguments);
    if (!node.command.example.empty()) out += fmt::format("\nExample:\n\n```sh\n{}\n```\n", node.command.example);
  }
  return out;
}

}  // namespace annals
