// All commands at once, for what is generated from them: completions, man page, reference.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"

namespace annals {

struct CommandNode {
  std::string path;    // "annals run create"
  std::string parent;  // "annals run"; empty for annals itself
  std::string name;    // "create"
  std::string alias;   // empty: none
  Command command;
};

// annals itself first, then each group before its commands, in the order of the help. Builds every command: not for
// start-up.
std::vector<CommandNode> AllCommandNodes();

// The global options, --help among them.
std::vector<Argument> AllGlobalArguments();

// The names an argument is given by: "-f", "--follow"; none for a place.
std::vector<std::string> OptionNames(const Argument& argument);

// What to set in the environment, and where files lie: for the man page and the reference.
struct DocumentedName {
  std::string_view name;
  std::string_view meaning;
};
std::vector<DocumentedName> EnvironmentVariables();
std::vector<DocumentedName> ExitCodes();

}  // namespace annals
