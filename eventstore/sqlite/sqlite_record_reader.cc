#include "eventstore/sqlite/sqlite_record_reader.h"

#include <cstring>

#include <fmt/format.h>

namespace annals {

std::string_view SqliteRecordReader::ColumnsFor(const LogRange& range) {
  if (range.for_fold) return "position, stream, event, content";
  return "position, stream, event, content, salt, version, recorded_at, event_type, ws_id, leaf_hash";
}

absl::StatusOr<std::string_view> SqliteRecordReader::NameOf(int64_t id, Known& known) {
  if (id != known.id) {
    const absl::StatusOr<std::string_view> name = (log_.*known.look_up)(id);
    // Who checks the log finds a name that is gone by its being empty.
    if (!name.ok() && !(for_check_ && absl::IsDataLoss(name.status()))) return name.status();
    known.name = name.ok() ? *name : std::string_view{};
    known.id = id;
  }
  return known.name;
}

absl::Status SqliteRecordReader::CopySalt(std::string_view bytes) {
  Salt& salt = view_.content->salt;
  if (bytes.size() == salt.size()) {
    std::memcpy(salt.data(), bytes.data(), salt.size());
  } else if (for_check_) {
    salt.fill(0);
  } else {
    return absl::DataLossError(fmt::format("read the event at position {}: its salt has {} bytes, not {}",
                                           view_.position.value, bytes.size(), salt.size()));
  }
  return absl::OkStatus();
}

}  // namespace annals
