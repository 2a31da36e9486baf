#include "cli/parallel_reading.h"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "schemas/status.h"

namespace annals {
namespace {

// Below so many events one thread is done before others have opened the database.
constexpr uint64_t kEventsWorthThreads = 50'000;
constexpr int64_t kMostJobs = 256;

absl::StatusOr<size_t> JobsFor(Storage& storage, const std::optional<int64_t>& jobs) {
  if (jobs) {
    if (*jobs >= 1 && *jobs <= kMostJobs) return static_cast<size_t>(*jobs);
    return absl::InvalidArgumentError(fmt::format("--jobs: {} is not from 1 to {}", *jobs, kMostJobs));
  }
  const auto snapshot = storage.Read();
  // Where not even this can be read, one is enough to say so.
  if (!snapshot.ok() || (*snapshot)->head().position.value < kEventsWorthThreads) return 1;
  return std::clamp<size_t>(std::thread::hardware_concurrency(), 1, kMostJobs);
}

}  // namespace

absl::StatusOr<ParallelReading> ParallelReading::Open(Context& context, const std::optional<int64_t>& jobs) {
  ParallelReading reading;
  ASSIGN_OR_RETURN(SqliteStorage* const first, context.OpenForReading());
  ASSIGN_OR_RETURN(const size_t wanted, JobsFor(*first, jobs));
  reading.storages_.push_back(first);
  while (reading.storages_.size() < wanted) {
    ASSIGN_OR_RETURN(reading.others_.emplace_back(), context.OpenAnother());
    reading.storages_.push_back(reading.others_.back().get());
  }
  return reading;
}

}  // namespace annals
