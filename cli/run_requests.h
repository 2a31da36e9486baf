// The requests that a run does the work of: their approvals belong to its story, though they live in streams of their
// own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "eventstore/storage.h"

namespace annals {

// The streams ("request/q1") of the requests whose row names `run_id`, or of all of them, by request. One that was
// linked to another run since then is that one's.
absl::StatusOr<std::vector<std::string>> RequestStreamsOf(Snapshot& snapshot, const std::optional<std::string>& run_id);

}  // namespace annals
