// Writers of several processes: what they reach together beside one of them alone, and whether each gets its share.
#pragma once

#include "bench/bench.h"

namespace annals::bench {

// Forks: the calling process has one thread and no database open.
absl::StatusOr<std::vector<Figure>> MeasureWriters(const Options& options,
                                                   const std::function<void(std::string_view)>& on_start);

}  // namespace annals::bench
