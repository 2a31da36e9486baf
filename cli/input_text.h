// Text given on the command line, in a file, or on standard input.
#pragma once

#include <string>
#include <string_view>

#include <absl/status/statusor.h>

namespace annals {

// What an option that takes JSON was given: "-" is all of standard input, "@FILE" all of a file, anything else is the
// text itself.
//   kInvalidArgument  longer than a command may be (kMaxCommandBytes)
//   kNotFound         there is no such file
//   kInternal         it cannot be read
absl::StatusOr<std::string> ReadInputText(std::string_view given);

// All of a file; "-" is standard input. Errors as above.
absl::StatusOr<std::string> ReadFileText(std::string_view file);

}  // namespace annals
