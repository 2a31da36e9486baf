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

absl::Status TakeValue(const Argument& argument, std::string_view text) {
  const auto& allowed = argument.one_of;
  if (!allowed.empty() && std::find(allowed.begin(), allowed.end(), text) == allowed.end()) {
    const std::vector<std::string_view> names(allowed.begin(), allowed.end());
    return absl::InvalidArgumentError(
        fmt::format("{}: {} is not one of its values; {}", argument.name, Quoted(text), SuggestName(text, names)));
  }
  return WithContext(argument.take(text), argument.name);
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
    std::vector<std::string> reversed(std::make_reverse_iterator(end), std::make_reverse_iterator(words.begin()));
    app.parse(std::move(reversed));
    if (const auto left = app.remaining(); !left.empty()) return Leftover(arguments, left);
    RETURN_IF_ERROR(TakeAll(bound));
  } catch (const CLI::CallForHelp&) {
    return ParseOutcome::kHelp;
  } catch (const CLI::Error& error) {
    return absl::InvalidArgumentError(fmt::format("{}; --help shows what is taken", error.what()));
  }
  if (rest == arguments.end()) return ParseOutcome::kReady;
  if (end == words.end() || end + 1 == words.end()) return Missing(*rest);
  for (auto word = end + 1; word != words.end(); ++word) RETURN_IF_ERROR(rest->take(*word));
  return ParseOutcome::kReady;
}

}  // namespace annals
