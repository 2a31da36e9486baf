// Graphviz, where it is installed.
#pragma once

#include <string>
#include <string_view>

#include <absl/status/statusor.h>

namespace annals {

// `graph`, in the language of Graphviz, drawn by its program `dot`, which is looked up in PATH. What it says on stderr
// is passed on to ours.
//   kInternal     it is not installed; it failed, or was ended by a signal
//   kUnavailable  out of processes, memory or file descriptors
// Threads: as SignalRelay.
absl::StatusOr<std::string> DrawSvg(std::string_view graph);

}  // namespace annals
