// One row in full, for the shows.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/status/statusor.h>

#include "cli/context.h"
#include "cli/table.h"
#include "eventstore/storage.h"

namespace annals {

using ShownLine = std::pair<std::string, Cell>;

// Prints the row of `table` with the primary key `key`: an object with --json, else one "column: value" a line, and
// below them those of `more`. Returns the exit code, or `missing` where there is none (commands/missing_entity.h).
absl::StatusOr<int> PrintRow(Context& context, Snapshot& snapshot, const TableDef& table, absl::Span<const Value> key,
                             const absl::Status& missing, std::vector<ShownLine> more = {});

// The run that a read without --run is about: the newest (by the position that created it) that holds workstream
// `ws_id`. Says on stderr which, where there are several and no --json. kNotFound: no run holds it.
absl::StatusOr<std::string> NewestRunHolding(Context& context, Snapshot& snapshot, std::string_view ws_id);

}  // namespace annals
