// What older pipelines called the statuses of runs, workstreams and step attempts.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace annals {

enum class StatusOf { kRun, kWorkstream, kAttempt };

// The status of ours that `text` means: one of ours however it is spelled ("S_RUNNING", "static-check"), or one that is
// known to have meant it ("in_progress" of a run is running). nullopt: nobody knows (docs/import.md has the list).
std::optional<std::string> ReadStatus(StatusOf whose, std::string_view text);

}  // namespace annals
