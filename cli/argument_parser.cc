#include "cli/argument_parser.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "schemas/message_text.h"
#include "schemas/status.h"

namespace annals {
namespace {

struct Bound {
  const Argument* argument;
  CLI::Option* option;
};

std::vector<Bound> Bind(const std::vector<Argument>& arguments, CLI::App& app) {
  std::vector<Bound> bound;
  for (const Argument& argument : arguments) {
    if (argument.is_rest) continue;
    CLI::Option* option = nullptr;
    if (argument.IsFlag()) {
      option = app.add_flag(argument.name);
    } else {
      // The callback would be given the values too late to say which one is wrong: they are taken after parsing.
      option = app.add_option(argument.name, CLI::callback_t([](const CLI::results_t&) { return true; }));
      if (argument.is_repeated) {
        option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
        if (argument.IsPlace()) option->expected(0, CLI::detail::expected_max_vector_size);
      } else {
        option->multi_option_policy(CLI::MultiOptionPolicy::Throw);
      }
      option->allow_extra_args(argument.IsPlace() && argument.is_repeated);
    }
    bound.push_back({&argument, option});
  }
  return bound;
}

// "--run RUN" or "RUN", as messages call it.
std::string Called(const Argument& argument) {
  return argument.value.empty() ? argument.name : fmt::format("{} {}", argument.name, argument.value);
}

absl::Status Missing(const Argument& argument) {
  return absl::InvalidArgumentError(fmt::format("{} is missing: {}", Called(argument), argument.meaning));
}

// A file that stands in its place is called by its name, as a person would.
std::string CalledFor(const Argument& argument, std::string_view text) {
  const bool is_name = argument.completion == Completion::kFile && argument.IsPlace() && !text.empty() &&
                       !text.starts_with('{') && text != "-";
  return is_name ? std::string(text.substr(text.starts_with('@') ? 1 : 0)) : argument.name;
}

absl::Status TakeValue(const Argument& argument, std::string_view text) {
  const auto& allowed = argument.one_of;
  if (!allowed.empty() && std::find(allowed.begin(), allowed.end(), text) == allowed.end()) {
    const std::vector<std::string_view> names(allowed.begin(), allowed.end());
    return absl::InvalidArgumentError(
        fmt::format("{}: {} is not one of its values; {}", argument.name, Quoted(text), SuggestName(text, names)));
  }
  const absl::Status taken = argument.take(text);
  return taken.ok() ? taken : WithContext(taken, CalledFor(argument, text));
}

absl::Status TakeAll(const std::vector<Bound>& bound) {
  for (const auto& [argument, option] : bound) {
    if (option->count() == 0) {
      if (argument->is_required) return Missing(*argument);
      continue;
    }
    for (const std::string& text : option->results()) RETURN_IF_ERROR(TakeValue(*argument, text));
  }
  return absl::OkStatus();
}

const Argument* FindOption(const std::vector<Argument>& arguments, std::string_view name) {
  for (const Argument& argument : arguments) {
    if (argument.IsPlace()) continue;
    const size_t comma = argument.name.find(',');
    const std::string_view names = argument.name;
    if (comma == std::string::npos ? names == name
                                   : names.substr(0, comma) == name || names.substr(comma + 1) == name) {
      return &argument;
    }
  }
  return nullptr;
}

// The words with "--option=value" as two: CLI11 takes an empty value for none, and any value for a flag's.
absl::StatusOr<std::vector<std::string>> SplitValues(const std::vector<Argument>& arguments,
                                                     const std::vector<std::string>& words) {
  std::vector<std::string> split;
  bool is_value = false;  // of the option before it, whatever it looks like
  bool only_places = false;
  for (const std::string& word : words) {
    const size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const Argument* const option = is_value || only_places ? nullptr : FindOption(arguments, name);
    only_places = only_places || (!is_value && word == "--");
    is_value = option != nullptr && !option->IsFlag() && equals == std::string::npos;
    if (option == nullptr || equals == std::string::npos) {
      split.push_back(word);
    } else if (option->IsFlag()) {
      return absl::InvalidArgumentError(
          fmt::format("{} takes no value; leave {} out", name, Quoted(word.substr(equals))));
    } else {
      split.push_back(name);
      split.push_back(word.substr(equals + 1));
    }
  }
  return split;
}

// What is left over names no argument: an option nobody knows, or one word too many.
absl::Status Leftover(const std::vector<Argument>& arguments, const std::vector<std::string>& left) {
  const std::string& word = left.front();
  if (!word.starts_with('-')) {
    return absl::InvalidArgumentError(fmt::format("{} is one word too many; --help shows what is taken", Quoted(word)));
  }
  const std::string_view given = std::string_view(word).substr(0, word.find('='));
  std::vector<std::string_view> names;
  for (const Argument& argument : arguments) {
    if (!argument.IsPlace()) names.push_back(std::string_view(argument.name).substr(argument.name.find("--")));
  }
  return absl::InvalidArgumentError(
      fmt::format("{} is no option of this command; {}", Quoted(given), SuggestName(given, names)));
}

}  // namespace

absl::StatusOr<ParseOutcome> ParseArguments(const std::vector<Argument>& arguments,
                                            const std::vector<std::string>& words) {
  const auto rest = std::find_if(arguments.begin(), arguments.end(), [](const Argument& a) { return a.is_rest; });
  auto end = words.end();
  if (rest != arguments.end()) end = std::find(words.begin(), words.end(), "--");
  try {
    CLI::App app;
    app.set_help_flag("-h,--help");
    app.allow_extras();
    const std::vector<Bound> bound = Bind(arguments, app);
    ASSIGN_OR_RETURN(std::vector<std::string> split, SplitValues(arguments, {words.begin(), end}));
    std::reverse(split.begin(), split.end());  // as CLI11 wants them
    app.parse(std::move(split));
    std::vector<std::string> left = app.remaining();
    // It keeps the mark that only places follow among what it could not place.
    if (const auto mark = std::find(left.begin(), left.end(), "--"); mark != left.end()) left.erase(mark);
    if (!left.empty()) return Leftover(arguments, left);
    RETURN_IF_ERROR(TakeAll(bound));
  } catch (const CLI::CallForHelp&) {
    return ParseOutcome::kHelp;
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string_view message = error.what();  // "--name: 1 required …"
    return absl::InvalidArgumentError(
        fmt::format("{} needs a value; --help shows what is taken", message.substr(0, message.find(':'))));
  } catch (const CLI::Error& error) {
    return absl::InvalidArgumentError(fmt::format("{}; --help shows what is taken", error.what()));
  }
  if (rest == arguments.end()) return ParseOutcome::kReady;
  if (end == words.end() || end + 1 == words.end()) return Missing(*rest);
  for (auto word = end + 1; word != words.end(); ++word) RETURN_IF_ERROR(rest->take(*word));
  return ParseOutcome::kReady;
}

}  // namespace annals
