// What the other machines cost: their commands, a user's own machine beside a built-in one, and one very large run.
#pragma once

#include "bench/bench.h"

namespace annals::bench {

absl::StatusOr<std::vector<Figure>> MeasureMachines(const Options& options,
                                                    const std::function<void(std::string_view)>& on_start);

}  // namespace annals::bench
