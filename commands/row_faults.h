// Rows of tables that are not the fold of the log, as faults.
#pragma once

#include <absl/status/status.h>

#include "commands/fault.h"
#include "eventstore/storage.h"
#include "projections/table_check.h"

namespace annals {

// `faults` must outlive it.
OnDifference AsFaults(FaultSink& faults);

// Names them in another walk over the whole log, where TableSums do not agree. Of a stream that cannot be folded they
// are not looked for. kDataLoss: the log, or a table, could not be read; what could be was compared.
absl::Status NameRows(Snapshot& snapshot, FaultSink& faults);

}  // namespace annals
