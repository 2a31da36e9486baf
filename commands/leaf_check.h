// Whether an event is the one whose leaf hash was kept beside it.
#pragma once

#include "commands/fault.h"
#include "eventstore/storage.h"

namespace annals {

struct CheckedLeaf {
  Hash hash = {};    // of the event as it is; all zeros where it can have none
  bool fits = true;  // it is the one that was kept
};

// Where the leaf does not fit, that is a fault.
CheckedLeaf CheckLeaf(const RecordView& record, FaultSink& faults);

}  // namespace annals
