// annals import of the state database of an older pipeline.
#pragma once

#include <string>

#include <absl/status/statusor.h>

#include "cli/context.h"

namespace annals {

// Imports the SQLite file at `path` and prints the report. Returns the exit code: 3 where `strict` and something was
// not lawful, so that nothing was imported.
absl::StatusOr<int> ImportStateDatabase(Context& context, const std::string& path, bool strict);

}  // namespace annals
