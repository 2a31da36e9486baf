// Everything that can be checked of a log and its tables (SPEC §10): in one walk over the log, and where tables are
// wrong another that names the rows.
#pragma once

#include <cstdint>
#include <optional>

#include <absl/functional/function_ref.h>
#include <absl/status/statusor.h>
#include <absl/types/span.h>

#include "commands/fault.h"
#include "eventstore/sealed_checkpoint.h"
#include "eventstore/storage.h"
#include "projections/rebuild.h"

namespace annals {

struct VerifyOptions {
  std::optional<SealedCheckpoint> seal = {};  // of this database
};

struct VerifyReport {
  uint64_t events = 0;     // that the log holds
  uint64_t tree_size = 0;  // as the tree head says
  Hash root = {};          // the same
  uint64_t faults = 0;
  std::optional<bool> seal_holds = {};  // nothing without a seal
};

// Checks the log and the tables as they are at one moment; others may write meanwhile. Changes nothing.
//
// Each of `storages`, which are of one database, is used by a thread of its own: their number is how many cores are
// used. `on_fault` and `progress` are called from these threads, by one at a time, faults in no particular order. What
// is held in memory grows with the streams that are open at the same time, not with the log.
//   any error of reading but kDataLoss, which is a fault
absl::StatusOr<VerifyReport> Verify(absl::Span<Storage* const> storages, const VerifyOptions& options,
                                    FoldProgress progress, absl::FunctionRef<void(const Fault&)> on_fault);

}  // namespace annals
