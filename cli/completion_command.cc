// annals completion: what a shell needs to complete a command line, from the same data as the help.
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/command_tree.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"

namespace annals {
namespace {

// In single quotes, for bash and zsh.
std::string ShellQuoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  out += '\'';
  return out;
}

std::string FishQuoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  out += '\'';
  return out;
}

// A word that may come next, and what it means.
struct Word {
  std::string text;
  std::string meaning;
};

std::vector<Word> WordsOf(const std::vector<Argument>& arguments) {
  std::vector<Word> words;
  for (const Argument& argument : arguments) {
    if (argument.IsPlace()) {
      for (const std::string& value : argument.one_of) words.push_back({value, argument.meaning});
    }
    for (const std::string& name : OptionNames(argument)) words.push_back({name, argument.meaning});
  }
  return words;
}

std::vector<Word> WordsAt(const CommandNode& node) {
  std::vector<Word> words;
  for (const Command& child : node.command.commands) words.push_back({child.name, child.summary});
  for (Word& word : WordsOf(node.command.arguments)) words.push_back(std::move(word));
  return words;
}

// Options whose value the shell can complete: of one command, or of all ("*").
template <class Visit>
void ForEachValuedOption(const std::vector<CommandNode>& nodes, Visit visit) {
  const auto each = [&](const std::string& path, const std::vector<Argument>& arguments) {
    for (const Argument& argument : arguments) {
      if (argument.IsPlace() || argument.IsFlag()) continue;
      for (const std::string& name : OptionNames(argument)) visit(path, name, argument);
    }
  };
  for (const CommandNode& node : nodes) each(node.path, node.command.arguments);
  each("*", AllGlobalArguments());
}

std::string CasePattern(const std::string& path, const std::string& option) {
  return path == "*" ? fmt::format("*:{}", option) : ShellQuoted(fmt::format("{}:{}", path, option));
}

// The lines of a case that follows the words of the command line down the tree; bash and zsh read the same.
std::string PathCases(const std::vector<CommandNode>& nodes) {
  std::string out;
  for (const CommandNode& node : nodes) {
    if (node.parent.empty()) continue;
    std::string pattern = ShellQuoted(node.path);
    if (!node.alias.empty()) pattern += fmt::format("|{}", ShellQuoted(fmt::format("{} {}", node.parent, node.alias)));
    out += fmt::format("      {}) at={} ;;\n", pattern, ShellQuoted(node.path));
  }
  return out;
}

std::string BashScript() {
  const std::vector<CommandNode> nodes = AllCommandNodes();
  const auto joined = [](const std::vector<Word>& words) {
    std::string out;
    for (const Word& word : words) out += fmt::format("{}{}", out.empty() ? "" : " ", word.text);
    return out;
  };
  std::string out =
      "# bash completion for annals; made by: annals completion bash\n"
      "_annals() {\n"
      "  local cur=\"${COMP_WORDS[COMP_CWORD]}\" prev=\"${COMP_WORDS[COMP_CWORD-1]}\" at=annals words= i\n"
      "  COMPREPLY=()\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    [[ ${COMP_WORDS[i]} == -- ]] && return\n"
      "    case \"$at ${COMP_WORDS[i]}\" in\n";
  out += PathCases(nodes);
  out += "    esac\n  done\n  case \"$at:$prev\" in\n";
  ForEachValuedOption(nodes, [&](const std::string& path, const std::string& option, const Argument& argument) {
    std::string reply = "return";
    if (!argument.one_of.empty()) {
      reply = fmt::format("COMPREPLY=($(compgen -W {} -- \"$cur\")); return",
                          ShellQuoted(fmt::format("{}", fmt::join(argument.one_of, " "))));
    } else if (argument.completion == Completion::kFile) {
      reply = "COMPREPLY=($(compgen -f -- \"$cur\")); return";
    }
    out += fmt::format("    {}) {} ;;\n", CasePattern(path, option), reply);
  });
  out += "  esac\n  case \"$at\" in\n";
  for (const CommandNode& node : nodes) {
    out += fmt::format("    {}) words={} ;;\n", ShellQuoted(node.path), ShellQuoted(joined(WordsAt(node))));
  }
  out += fmt::format("  esac\n  COMPREPLY=($(compgen -W \"$words {}\" -- \"$cur\"))\n",
                     joined(WordsOf(AllGlobalArguments())));
  out += "}\ncomplete -o default -F _annals annals\n";
  return out;
}

// "name:meaning" for _describe, where a colon in the name would end it.
std::string Described(const std::vector<Word>& words) {
  std::string out;
  for (const Word& word : words) out += fmt::format(" {}", ShellQuoted(fmt::format("{}:{}", word.text, word.meaning)));
  return out;
}

std::string ZshScript() {
  const std::vector<CommandNode> nodes = AllCommandNodes();
  std::string out =
      "#compdef annals\n"
      "# zsh completion for annals; made by: annals completion zsh\n"
      "_annals() {\n"
      "  local at=annals i\n"
      "  local -a found\n"
      "  for ((i = 2; i < CURRENT; i++)); do\n"
      "    [[ ${words[i]} == -- ]] && { _default; return }\n"
      "    case \"$at ${words[i]}\" in\n";
  out += PathCases(nodes);
  out += "    esac\n  done\n  case \"$at:${words[CURRENT-1]}\" in\n";
  ForEachValuedOption(nodes, [&](const std::string& path, const std::string& option, const Argument& argument) {
    std::string reply = fmt::format("_message {}; return", ShellQuoted(argument.meaning));
    if (!argument.one_of.empty()) {
      reply = fmt::format("compadd -- {}; return", fmt::join(argument.one_of, " "));
    } else if (argument.completion == Completion::kFile) {
      reply = "_files; return";
    }
    out += fmt::format("    {}) {} ;;\n", CasePattern(path, option), reply);
  });
  out += "  esac\n  case \"$at\" in\n";
  for (const CommandNode& node : nodes) {
    out += fmt::format("    {}) found=({} ) ;;\n", ShellQuoted(node.path), Described(WordsAt(node)));
  }
  out +=
      fmt::format("  esac\n  found+=({} )\n  _describe annals found\n}}\n", Described(WordsOf(AllGlobalArguments())));
  out += "if [[ $funcstack[1] == _annals ]]; then _annals \"$@\"; else compdef _annals annals; fi\n";
  return out;
}

std::string FishOption(const Argument& argument) {
  std::string out;
  for (const std::string& name : OptionNames(argument)) {
    out += name.starts_with("--") ? fmt::format(" -l {}", name.substr(2)) : fmt::format(" -s {}", name.substr(1));
  }
  if (!argument.IsFlag()) out += argument.completion == Completion::kFile ? " -r -F" : " -x";
  if (!argument.one_of.empty())
    out += fmt::format(" -a {}", FishQuoted(fmt::format("{}", fmt::join(argument.one_of, " "))));
  return out;
}

std::string FishScript() {
  const std::vector<CommandNode> nodes = AllCommandNodes();
  std::string out =
      "# fish completion for annals; made by: annals completion fish\n"
      "function __annals_at\n"
      "  set -l at annals\n"
      "  for word in (commandline -opc)[2..-1]\n"
      "    test \"$word\" = --; and return 1\n"
      "    switch \"$at $word\"\n";
  for (const CommandNode& node : nodes) {
    if (node.parent.empty()) continue;
    const std::string alias = node.alias.empty() ? "" : " " + FishQuoted(fmt::format("{} {}", node.parent, node.alias));
    out += fmt::format("      case {}{}\n        set at {}\n", FishQuoted(node.path), alias, FishQuoted(node.path));
  }
  out += "    end\n  end\n  test \"$at\" = \"$argv[1]\"\nend\n";
  for (const CommandNode& node : nodes) {
    const std::string at = FishQuoted(fmt::format("__annals_at {}", FishQuoted(node.path)));
    for (const Command& child : node.command.commands) {
      out += fmt::format("complete -c annals -f -n {} -a {} -d {}\n", at, child.name, FishQuoted(child.summary));
    }
    for (const Argument& argument : node.command.arguments) {
      if (!argument.IsPlace()) {
        out +=
            fmt::format("complete -c annals -n {}{} -d {}\n", at, FishOption(argument), FishQuoted(argument.meaning));
      } else if (!argument.one_of.empty()) {
        out += fmt::format("complete -c annals -f -n {} -a {}\n", at,
                           FishQuoted(fmt::format("{}", fmt::join(argument.one_of, " "))));
      }
    }
  }
  for (const Argument& argument : AllGlobalArguments()) {
    out += fmt::format("complete -c annals{} -d {}\n", FishOption(argument), FishQuoted(argument.meaning));
  }
  return out;
}

}  // namespace

Command CompletionCommand() {
  const auto shell = std::make_shared<std::string>();
  Command command;
  command.name = "completion";
  command.summary = "Print a completion script for a shell";
  command.example =
      "annals completion bash > ~/.local/share/bash-completion/completions/annals\n"
      "annals completion fish > ~/.config/fish/completions/annals.fish";
  command.arguments = {OneOf({"bash", "zsh", "fish"}, Place("SHELL", shell.get(), "the shell"))};
  command.run = [shell](Context& context) -> absl::StatusOr<int> {
    context.out() << (*shell == "bash" ? BashScript() : *shell == "zsh" ? ZshScript() : FishScript());
    return kExitDone;
  };
  return command;
}

}  // namespace annals
