// Whole databases: looked over, copied to a file, put back from one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "eventstore/sqlite/connection.h"
#include "schemas/timestamp.h"

namespace annals {

struct DatabaseSummary {
  std::string database_id;
  uint64_t events = 0;    // and the position of the newest
  Timestamp recorded_at;  // of the newest
};

// Reads every page, and compares the log's head with the log and the newest event with its leaf hash.
//   kDataLoss  something of it does not fit
absl::StatusOr<DatabaseSummary> CheckDatabase(const Connection& connection);

// Copies the database into a new file at `target`, with mode 0600, as it is at one moment while others write. The file
// has a name of its own until it is whole, looked over and on the disk: what bears the name of a backup is one.
//   kAlreadyExists  `target` is there
//   kInternal       it cannot be written there
absl::StatusOr<DatabaseSummary> BackUp(const Connection& connection, const std::string& target);

// What putting the database of a file in another one's place does.
struct RestorePlan {
  DatabaseSummary file;
  std::optional<DatabaseSummary> existing;  // nothing: there is none, or it is empty
  uint64_t kept = 0;                        // events from the first on that both have

  uint64_t lost() const { return existing ? existing->events - kept : 0; }
};
// `existing` may be null. The errors of CheckDatabase.
absl::StatusOr<RestorePlan> PlanRestore(const Connection& file, const Connection* existing);

// Makes `target` what `file` is, in one transaction: who has it open sees the one or the other. Its head's generation
// moves, so that whoever holds rows of it in memory reads them anew. `staging` is a name beside it for a copy, which
// goes again.
//   kAborted  others have written to `target` since the plan was made
absl::Status Restore(const Connection& file, const RestorePlan& plan, const std::string& staging,
                     const Connection& target);

}  // namespace annals
