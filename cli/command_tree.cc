#include "cli/command_tree.h"

#include <utility>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/context.h"

namespace annals {
namespace {

void AddNodes(std::string parent, std::string alias, Command command, std::vector<CommandNode>& nodes) {
  const std::string path = fmt::format("{} {}", parent, command.name);
  std::vector<Command> children = command.commands;
  const std::string name = command.name;
  nodes.push_back({path, std::move(parent), name, std::move(alias), std::move(command)});
  for (Command& child : children) AddNodes(path, "", std::move(child), nodes);
}

}  // namespace

std::vector<CommandNode> AllCommandNodes() {
  std::vector<CommandNode> nodes;
  Command root;
  root.name = "annals";
  root.summary = "The flight recorder and the law of a coding pipeline";
  std::vector<CommandNode> below;
  for (const CommandEntry& entry : AllCommands()) {
    if (entry.summary.empty()) continue;
    Command command = entry.make();
    root.commands.push_back(command);
    AddNodes("annals", std::string(entry.alias), std::move(command), below);
  }
  nodes.push_back({"annals", "", "annals", "", std::move(root)});
  for (CommandNode& node : below) nodes.push_back(std::move(node));
  return nodes;
}

std::vector<Argument> AllGlobalArguments() {
  // Nothing is parsed into these: only what stands beside the targets is looked at.
  GlobalOptions unused;
  std::vector<Argument> arguments = GlobalArguments(unused);
  for (Argument& argument : arguments) argument.take = nullptr;
  Argument help;
  help.name = "-h,--help";
  help.meaning = "show how a command is used";
  arguments.push_back(std::move(help));
  return arguments;
}

std::vector<std::string> OptionNames(const Argument& argument) {
  std::vector<std::string> names;
  if (argument.IsPlace()) return names;
  const size_t comma = argument.name.find(',');
  if (comma != std::string::npos) names.push_back(argument.name.substr(0, comma));
  names.push_back(argument.name.substr(comma == std::string::npos ? 0 : comma + 1));
  return names;
}

std::vector<DocumentedName> EnvironmentVariables() {
  return {
      {"PIPELINE_DB_PATH", "the database file, where --db is not given"},
      {"ANNALS_BACKUP_ON_START", "true: init and apply copy the database before they write to it"},
      {"USER", "the actor, where --actor is not given"},
      {"NO_COLOR", "not empty: no colour"},
      {"CLICOLOR_FORCE", "not empty and not 0: colour also into a pipe"},
  };
}

std::vector<DocumentedName> ExitCodes() {
  return {
      {"0", "done"},
      {"1", "failed: the disk, a lock, a database that is newer or not ours"},
      {"2", "wrong usage or bad input"},
      {"3", "refused by the law"},
      {"4", "not found"},
      {"5", "conflict: the version moved, or the command id names another command"},
      {"6", "integrity broken: what is stored is not what was written"},
      {"125", "step exec only: Annals itself failed; every other code is the command's own"},
  };
}

}  // namespace annals
