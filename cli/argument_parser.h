// Arguments of one command read into their targets. The only user of CLI11, whose exceptions end here.
#pragma once

#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "cli/command.h"

namespace annals {

enum class ParseOutcome { kReady, kHelp };

// Reads `words` (without the program's and the command's name) by `arguments`; all that stands behind "--" goes to the
// one that is_rest, else is taken by place. kHelp: --help or -h was among them, and then nothing else matters.
//   kInvalidArgument  an unknown option (with the nearest right name), a missing or a bad value, too much
absl::StatusOr<ParseOutcome> ParseArguments(const std::vector<Argument>& arguments,
                                            const std::vector<std::string>& words);

}  // namespace annals
