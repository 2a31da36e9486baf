// annals help: the help of a command.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "cli/command_tree.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/help.h"
#include "schemas/message_text.h"

namespace annals {

Command HelpCommand() {
  const auto words = std::make_shared<std::vector<std::string>>();
  Command command;
  command.name = "help";
  command.summary = "Show the help of a command";
  command.example = "annals help run create";
  command.arguments = {Places("COMMAND", words.get(), "the command, with its group")};
  command.run = [words](Context& context) -> absl::StatusOr<int> {
    if (words->empty()) {
      context.out() << HelpOfAnnals();
      return kExitDone;
    }
    const CommandEntry* const entry = FindCommand(words->front());
    if (entry != nullptr) words->front() = entry->name;  // not its alias
    std::string path = "annals";
    for (const std::string& word : *words) path += fmt::format(" {}", word);
    std::vector<std::string> known;
    for (const CommandNode& node : AllCommandNodes()) {
      if (node.path == path) {
        context.out() << HelpOf(node.path, node.command);
        return kExitDone;
      }
      if (!node.parent.empty()) known.push_back(node.path);
    }
    const std::vector<std::string_view> names(known.begin(), known.end());
    const std::string_view nearest = NearestName(path, names);
    return absl::InvalidArgumentError(
        fmt::format("{} is no command; {}", Quoted(path),
                    nearest.empty() ? "annals help lists them" : fmt::format("did you mean \"{}\"?", nearest)));
  };
  return command;
}

}  // namespace annals
