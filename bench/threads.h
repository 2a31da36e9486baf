// What threads of one process reach that each commit single commands (commands/group_commit.h), beside one thread.
#pragma once

#include "bench/bench.h"

namespace annals::bench {

absl::StatusOr<std::vector<Figure>> MeasureThreads(const Options& options,
                                                   const std::function<void(std::string_view)>& on_start);

}  // namespace annals::bench
