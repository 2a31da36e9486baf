// What a command is to the parser, the help, the completions and the man page: data, and one function. The heavy header
// of the parser is not needed to write one.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "eventstore/point.h"
#include "schemas/time_expression.h"

namespace annals {

class Context;

// What an argument is made of, for shells that complete it.
enum class Completion { kNothing, kFile };

struct Argument {
  // "--run" is an option, "-f,--follow" one with a short name, "RUN" (no dash) takes its value by its place.
  std::string name;
  // What the help calls the value: "RUN". Empty: a flag, or a place (which is called by its name).
  std::string value;
  std::string meaning;  // one line without a full stop
  // Reads one value ("true" for a flag); kInvalidArgument says what is wrong with it, not which argument it was.
  std::function<absl::Status(std::string_view text)> take;
  bool is_required = false;
  bool is_repeated = false;              // may be given more than once; `take` is called for each
  bool is_rest = false;                  // takes all that stands behind "--", unread; at least one
  std::vector<std::string> one_of = {};  // checked before `take`
  Completion completion = Completion::kNothing;

  bool IsPlace() const { return !name.starts_with('-'); }
  bool IsFlag() const { return !IsPlace() && value.empty(); }
};

// Where a value goes, which says how it is read. Converts, so that a command only names its target.
struct ArgumentTarget {
  // NOLINTBEGIN(google-explicit-constructor): see above
  ArgumentTarget(std::string* target);
  ArgumentTarget(int64_t* target);
  ArgumentTarget(Point* target);
  ArgumentTarget(std::optional<std::string>* target);
  ArgumentTarget(std::optional<int64_t>* target);
  ArgumentTarget(std::optional<TimeExpression>* target);
  ArgumentTarget(std::optional<Point>* target);
  // NOLINTEND(google-explicit-constructor)

  std::function<absl::Status(std::string_view)> take;
  bool may_be_left_out = false;  // the target has a value for that
};

// A place must be given where its target may not be left out. An option may always be left out, and then leaves its
// target as it was, unless Required() is put round it. Times are ISO 8601, with an offset or in UTC, or counted back
// from now; a point is a time or a position; vectors are "A,B" or the option given again.
Argument Flag(std::string name, bool* target, std::string meaning);
Argument Option(std::string name, std::string value, ArgumentTarget target, std::string meaning);
Argument Option(std::string name, std::string value, std::vector<std::string>* target, std::string meaning);
Argument Place(std::string name, ArgumentTarget target, std::string meaning);
Argument Places(std::string name, std::vector<std::string>* target, std::string meaning);  // none or more, none split
Argument Rest(std::string name, std::vector<std::string>* target, std::string meaning);

Argument Required(Argument argument);
Argument OneOf(std::vector<std::string> values, Argument argument);
Argument FileNamed(Argument argument);  // its value is a file's name

// kInvalidArgument: not a whole number of 64 bits, or below `least`.
absl::StatusOr<int64_t> ReadNumber(std::string_view text, int64_t least = INT64_MIN);

// Returns the exit code; a status is printed and becomes one (cli/exit_code.h).
using RunFunction = std::function<absl::StatusOr<int>(Context& context)>;

struct Command {
  std::string name;
  std::string summary;  // one line without a full stop
  std::string details;  // more, for the help; may be empty
  std::string example;  // lines of shell, for the foot of the help
  std::vector<Argument> arguments;
  RunFunction run;
  // Whether it answers --at: from the log and the tables as they were.
  bool reads_as_of = false;
  // What it exits with on any error, bad usage included; 0: by the status's code.
  int failure_exit_code = 0;
  // A group has these instead of arguments and `run`.
  std::vector<Command> commands = {};

  bool IsGroup() const { return !commands.empty(); }
};

}  // namespace annals
