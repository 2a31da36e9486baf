#include "cli/command.h"

#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "schemas/message_text.h"
#include "schemas/status.h"

namespace annals {
namespace {

Argument Make(std::string name, std::string value, std::string meaning,
              std::function<absl::Status(std::string_view)> take) {
  Argument argument;
  argument.name = std::move(name);
  argument.value = std::move(value);
  argument.meaning = std::move(meaning);
  argument.take = std::move(take);
  return argument;
}

// Stores what `read` makes of a text.
template <class Target, class Read>
auto Into(Target* target, Read read) {
  return [target, read](std::string_view text) -> absl::Status {
    ASSIGN_OR_RETURN(*target, read(text));
    return absl::OkStatus();
  };
}
absl::StatusOr<std::string> ReadText(std::string_view text) {
  return std::string(text);
}
absl::StatusOr<int64_t> ReadAnyNumber(std::string_view text) {
  return ReadNumber(text);
}

auto IntoList(std::vector<std::string>* target) {
  return [target](std::string_view text) {
    target->emplace_back(text);
    return absl::OkStatus();
  };
}

}  // namespace

Argument Flag(std::string name, bool* target, std::string meaning) {
  return Make(std::move(name), "", std::move(meaning), [target](std::string_view) {
    *target = true;
    return absl::OkStatus();
  });
}

ArgumentTarget::ArgumentTarget(std::string* target) : take(Into(target, ReadText)) {}
ArgumentTarget::ArgumentTarget(int64_t* target) : take(Into(target, ReadAnyNumber)) {}
ArgumentTarget::ArgumentTarget(Point* target) : take(Into(target, ParsePoint)) {}
ArgumentTarget::ArgumentTarget(std::optional<std::string>* target)
    : take(Into(target, ReadText)), may_be_left_out(true) {}
ArgumentTarget::ArgumentTarget(std::optional<int64_t>* target)
    : take(Into(target, ReadAnyNumber)), may_be_left_out(true) {}
ArgumentTarget::ArgumentTarget(std::optional<TimeExpression>* target)
    : take(Into(target, TimeExpression::Parse)), may_be_left_out(true) {}
ArgumentTarget::ArgumentTarget(std::optional<Point>* target) : take(Into(target, ParsePoint)), may_be_left_out(true) {}

Argument Option(std::string name, std::string value, ArgumentTarget target, std::string meaning) {
  return Make(std::move(name), std::move(value), std::move(meaning), std::move(target.take));
}
Argument Option(std::string name, std::string value, std::vector<std::string>* target, std::string meaning) {
  const auto split = [target](std::string_view text) {
    for (size_t begin = 0; begin <= text.size();) {
      const size_t end = std::min(text.find(',', begin), text.size());
      target->emplace_back(text.substr(begin, end - begin));
      begin = end + 1;
    }
    return absl::OkStatus();
  };
  Argument argument = Make(std::move(name), std::move(value), std::move(meaning), split);
  argument.is_repeated = true;
  return argument;
}

Argument Place(std::string name, ArgumentTarget target, std::string meaning) {
  Argument argument = Make(std::move(name), "", std::move(meaning), std::move(target.take));
  argument.is_required = !target.may_be_left_out;
  return argument;
}
Argument Places(std::string name, std::vector<std::string>* target, std::string meaning) {
  Argument argument = Make(std::move(name), "", std::move(meaning), IntoList(target));
  argument.is_repeated = true;
  return argument;
}
Argument Rest(std::string name, std::vector<std::string>* target, std::string meaning) {
  Argument argument = Required(Make(std::move(name), "", std::move(meaning), IntoList(target)));
  argument.is_rest = true;
  return argument;
}

Argument Required(Argument argument) {
  argument.is_required = true;
  return argument;
}
Argument OneOf(std::vector<std::string> values, Argument argument) {
  argument.one_of = std::move(values);
  return argument;
}
Argument FileNamed(Argument argument) {
  argument.completion = Completion::kFile;
  return argument;
}

absl::StatusOr<int64_t> ReadNumber(std::string_view text, int64_t least) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range) {
    return absl::InvalidArgumentError(fmt::format("{} does not fit 64 bits", Quoted(text)));
  }
  if (error != std::errc() || end != text.data() + text.size()) {
    return absl::InvalidArgumentError(fmt::format("{} is no whole number", Quoted(text)));
  }
  if (number < least) return absl::InvalidArgumentError(fmt::format("{} is below {}", number, least));
  return number;
}

}  // namespace annals
