// Whole processes, timed from outside.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

namespace annals::bench {

struct ProcessCost {
  double seconds = 0;
  uint64_t peak_bytes = 0;
};

// Runs a program with its output thrown away. kInternal: it could not be started, or did not exit with 0.
absl::StatusOr<ProcessCost> RunQuietly(const std::vector<std::string>& arguments);

// The median of forty such runs.
absl::StatusOr<double> MillisecondsPerRun(const std::vector<std::string>& arguments);

}  // namespace annals::bench
