#include "cli/help.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/utf8.h"

namespace annals {
namespace {

constexpr std::string_view kAnnalsExample =
    "annals init\n"
    "run=$(annals run create --status running)\n"
    "annals workstream create fix-login --run $run\n"
    "annals log --run $run";

struct Entry {
  std::string name;
  std::string meaning;
};

std::string Entries(std::string_view heading, const std::vector<Entry>& entries) {
  if (entries.empty()) return "";
  size_t width = 0;
  for (const Entry& entry : entries) width = std::max(width, DisplayWidth(entry.name));
  std::string out = fmt::format("\n{}:\n", heading);
  for (const Entry& entry : entries) {
    out += fmt::format("  {}{}  {}\n", entry.name, std::string(width - DisplayWidth(entry.name), ' '), entry.meaning);
  }
  return out;
}

std::string Example(std::string_view example) {
  if (example.empty()) return "";
  std::string out = "\nExample:\n";
  for (size_t begin = 0; begin < example.size();) {
    const size_t end = std::min(example.find('\n', begin), example.size());
    out += fmt::format("  {}\n", example.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

Entry EntryOf(const Argument& argument) {
  // "-f,--follow" is easier to read with a space.
  const size_t comma = argument.name.find(',') + 1;  // 0 where there is none
  std::string name =
      fmt::format("{}{}{}", argument.name.substr(0, comma), comma == 0 ? "" : " ", argument.name.substr(comma));
  if (!argument.value.empty()) name = fmt::format("{} {}", name, argument.value);
  std::string meaning = argument.meaning;
  if (!argument.one_of.empty()) meaning += fmt::format(" ({})", fmt::join(argument.one_of, ", "));
  return {name, meaning};
}

std::vector<Entry> GlobalEntries() {
  GlobalOptions unused;
  std::vector<Entry> entries;
  for (const Argument& argument : GlobalArguments(unused)) entries.push_back(EntryOf(argument));
  entries.push_back({"-h, --help", "show this"});
  return entries;
}

// Places stand in usage lines in capitals; optional things in brackets.
std::string InUsage(const Argument& argument) {
  const bool goes_on = argument.is_rest || (argument.is_repeated && argument.IsPlace());
  const std::string text =
      fmt::format("{}{}{}{}{}", argument.is_rest ? "-- " : "", argument.name.substr(argument.name.find(',') + 1),
                  argument.value.empty() ? "" : " ", argument.value, goes_on ? "…" : "");
  return argument.is_required ? text : fmt::format("[{}]", text);
}

}  // namespace

std::string UsageLine(std::string_view path, const Command& command) {
  std::string line(path);
  if (command.IsGroup()) return fmt::format("{} COMMAND", path);
  // Places first, as people type them, but what stands behind "--" last.
  for (const auto wanted : {0, 1, 2}) {
    for (const Argument& argument : command.arguments) {
      const int rank = argument.is_rest ? 2 : argument.IsPlace() ? 0 : 1;
      if (rank == wanted) line += fmt::format(" {}", InUsage(argument));
    }
  }
  return line;
}

std::string HelpOf(std::string_view path, const Command& command) {
  std::string out = fmt::format("{}.\n\nUsage: {}\n", command.summary, UsageLine(path, command));
  if (!command.details.empty()) out += fmt::format("\n{}\n", command.details);
  std::vector<Entry> places, options, commands;
  for (const Argument& argument : command.arguments) {
    (argument.IsPlace() ? places : options).push_back(EntryOf(argument));
  }
  for (const Command& child : command.commands) commands.push_back({child.name, child.summary});
  out += Entries("Commands", commands);
  out += Entries("Arguments", places);
  out += Entries("Options", options);
  out += Entries("Global options", GlobalEntries());
  return out + Example(command.example);
}

std::string HelpOfAnnals() {
  std::string out = "Annals: the flight recorder and the law of a coding pipeline.\n\nUsage: annals COMMAND\n";
  std::vector<std::string_view> sections;
  for (const CommandEntry& entry : AllCommands()) {
    if (std::find(sections.begin(), sections.end(), entry.section) == sections.end()) sections.push_back(entry.section);
  }
  for (const std::string_view section : sections) {
    std::vector<Entry> entries;
    for (const CommandEntry& entry : AllCommands()) {
      if (entry.section != section || entry.summary.empty()) continue;
      const std::string name =
          entry.alias.empty() ? std::string(entry.name) : fmt::format("{}, {}", entry.name, entry.alias);
      entries.push_back({name, std::string(entry.summary)});
    }
    out += Entries(section, entries);
  }
  auto globals = GlobalEntries();
  globals.push_back({"--version", "print the version"});
  out += Entries("Global options", globals);
  out +=
      "\nannals COMMAND --help says more. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 refused by the law, 4 not\n"
      "found, 5 conflict, 6 integrity broken.\n";
  return out + Example(kAnnalsExample);
}

}  // namespace annals
