// How things stand, on one screen.
#pragma once

#include <absl/status/statusor.h>

#include "cli/context.h"
#include "eventstore/storage.h"

namespace annals {

// Prints what `snapshot`, which came from `context`, holds. Returns the exit code.
absl::StatusOr<int> PrintInspection(Context& context, Snapshot& snapshot);

}  // namespace annals
