// Counts that inspect and stats both show.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <absl/status/statusor.h>

#include "cli/terminal.h"
#include "eventstore/storage.h"
#include "schemas/json_writer.h"

namespace annals {

// Rows by status, in the order of the machine, those that occur.
struct StatusCounts {
  std::string things;  // "runs"
  uint64_t total = 0;
  std::vector<std::pair<std::string, uint64_t>> by_status;
  // Of workstreams: in no terminal state, while their run is in one. Nobody will move them.
  std::optional<uint64_t> orphaned = {};
};
// Of runs, workstreams and step_attempts, and of tasks, workers, patches, test_gates, circuit_breakers and requests
// where there are any; of one run what lives in it, where it is given.
absl::StatusOr<std::vector<StatusCounts>> CountByStatus(Snapshot& snapshot, const std::optional<std::string>& run);
// "runs  12   3 running, 9 completed", a line each.
std::string StatusCountsText(const std::vector<StatusCounts>& counts, ColourMode colour);
// "runs":{"total":12,"by_status":{…}}, a key each.
void WriteStatusCounts(const std::vector<StatusCounts>& counts, JsonWriter& out);

// Errors with the same code and signature, wherever they happened.
struct ErrorGroup {
  std::string error_code;
  std::string signature;
  std::string message;  // of the one seen last
  int64_t count = 0;
  uint64_t places = 0;  // steps of workstreams it happened in
  Timestamp last_seen_at;
};
enum class ErrorOrder { kNewest, kMostFrequent };
// The first `limit` of them.
absl::StatusOr<std::vector<ErrorGroup>> GroupErrors(Snapshot& snapshot, const std::optional<std::string>& run,
                                                    ErrorOrder order, size_t limit);
std::string ErrorGroupsText(const std::vector<ErrorGroup>& groups, Timestamp now, std::optional<size_t> width,
                            ColourMode colour);
// "errors":[{…}].
void WriteErrorGroups(const std::vector<ErrorGroup>& groups, JsonWriter& out);

}  // namespace annals
