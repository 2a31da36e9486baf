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

// What stores a text in a target of each kind.
auto Into(std::string* target) {
  return [target](std::string_view text) {
    *target = text;
    return absl::OkStatus();
  };
}
auto Into(std::optional<std::string>* target) {
  return [target](std::string_view text) {
    *target = std::string(text);
    return absl::OkStatus();
  };
}
template <class Number>
auto IntoNumber(Number* target) {
  return [target](std::string_view text) -> absl::Status {
    ASSIGN_OR_RETURN(*target, ReadNumber(text));
    return absl::OkStatus();
  };
}
auto Into(int64_t* target) {
  return IntoNumber(target);
}
auto Into(std::optional<int64_t>* target) {
  return IntoNumber(target);
}
auto Into(std::optional<TimeExpression>* target) {
  return [target](std::string_view text) -> absl::Status {
    ASSIGN_OR_RETURN(*target, TimeExpression::Parse(text));
    return absl::OkStatus();
  };
}
template <class PointTarget>
auto IntoPoint(PointTarget* target) {
  return [target](std::string_view text) -> absl::Status {
    ASSIGN_OR_RETURN(*target, ParsePoint(text));
    return absl::OkStatus();
  };
}
auto Into(Point* target) {
  return IntoPoint(target);
}
auto Into(std::optional<Point>* target) {
  return IntoPoint(target);
}
auto Into(std::vector<std::string>* target) {
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

Argument Option(std::string name, std::string value, std::string* target, std::string meaning) {
  return Make(std::move(name), std::move(value), std::move(meaning), Into(target));
}
Argument Option(std::string name, std::string value, std::optional<std::string>* target, std::string meaning) {
  return Make(std::move(name), std::move(value), std::move(meaning), Into(target));
}
Argument Option(std::string name, std::string value, int64_t* target, std::string meaning) {
  return Make(std::move(name), std::move(value), std::move(meaning), Into(target));
}
Argument Option(std::string name, std::string value, std::optional<int64_t>* target, std::string meaning) {
  return Make(std::move(name), std::move(value), std::move(meaning), Into(target));
}
Argument Option(std::string name, std::string value, std::optional<TimeExpression>* target, std::string meaning) {
  return Make(std::move(name), std::move(value), std::move(meaning), Into(target));
}
Argument Option(std::string name, std::string value, std::optional<Point>* target, std::string meaning) {
  return Make(std::move(name), std::move(value), std::move(meaning), Into(target));
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

Argument Place(std::string name, std::string* target, std::string meaning) {
  return Required(Make(std::move(name), "", std::move(meaning), Into(target)));
}
Argument Place(std::string name, int64_t* target, std::string meaning) {
  return Required(Make(std::move(name), "", std::move(meaning), Into(target)));
}
Argument Place(std::string name, std::optional<std::string>* target, std::string meaning) {
  return Make(std::move(name), "", std::move(meaning), Into(target));
}
Argument Place(std::string name, Point* target, std::string meaning) {
  return Required(Make(std::move(name), "", std::move(meaning), Into(target)));
}
Argument Place(std::string name, std::optional<Point>* target, std::string meaning) {
  return Make(std::move(name), "", std::move(meaning), Into(target));
}
Argument Places(std::string name, std::vector<std::string>* target, std::string meaning) {
  Argument argument = Make(std::move(name), "", std::move(meaning), Into(target));
  argument.is_repeated = true;
  return argument;
}
Argument Rest(std::string name, std::vector<std::string>* target, std::string meaning) {
  Argument argument = Required(Make(std::move(name), "", std::move(meaning), Into(target)));
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
