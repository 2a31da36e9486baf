// What a workstream of a source depends on, read from what older pipelines wrote, and put in an order.
#pragma once

#include "commands/import_plan.h"

namespace annals {

// Fills `needs` of the workstreams of `run` from depends_on (a JSON array of names, or names with commas between them),
// and orders run.workstreams so that each stands after what it needs, else by time and as they came. A dependency that
// cannot be (on itself, on one that is not there, round in a circle) is left out and noted as a fault of the row.
void ReadDependencies(ImportRun& run);

}  // namespace annals
