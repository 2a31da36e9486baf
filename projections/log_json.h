// One event of the log as a JSON line (SPEC §7). commands/log_line.h reads it back.
#pragma once

#include <string>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "eventstore/storage.h"
#include "projections/projector.h"
#include "schemas/json_writer.h"

namespace annals {

// What stands beside an event, for `--full`: with it an import makes the same bytes, and so the same root.
struct FullDetail {
  std::string command_salt_hex;  // of the command's digest; empty where the event has none
};

// One object. `record` is where `event` was read from. `full` may be null.
absl::Status WriteLogLine(const RecordView& record, const FoldedEvent& event, const FullDetail* full, JsonWriter& out);

// The detail of `event`, which `snapshot` holds.
absl::StatusOr<FullDetail> ReadFullDetail(Snapshot& snapshot, const FoldedEvent& event);

}  // namespace annals
