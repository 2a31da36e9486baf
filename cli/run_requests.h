// The requests that a run does the work of: their approvals belong to its story, though they live in streams of their
// own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "eventstore/storage.h"

namespace annals {

// The streams of the requests whose row names `run_id`, by request. One that was linked to another run since then is
// not among them.
absl::StatusOr<std::vector<std::string>> RequestStreamsOf(Snapshot& snapshot, std::string_view run_id);

}  // namespace annals
