// The command line as a whole: finds the command, reads its arguments, runs it, prints what went wrong.
#pragma once

#include <string>
#include <vector>

#include "cli/context.h"

namespace annals {

// `arguments` without the program's own name. Returns the exit code. Nothing throws.
int RunAnnals(const std::vector<std::string>& arguments, Host& host);

}  // namespace annals
