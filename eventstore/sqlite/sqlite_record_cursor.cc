#include "eventstore/sqlite/sqlite_record_cursor.h"

#include <cstring>

#include <fmt/format.h>

#include "schemas/status.h"

namespace annals {

std::string_view SqliteRecordCursor::ColumnsFor(const LogRange& range) {
  if (range.for_fold) return "position, stream, event, content";
  return "position, stream, event, content, salt, version, recorded_at, event_type, ws_id, leaf_hash";
}

absl::StatusOr<const RecordView*> SqliteRecordCursor::Next() {
  ASSIGN_OR_RETURN(const bool row, statement_.Step());
  if (!row) {
    if (keys_ != nullptr) *keys_ = keys_so_far_;
    return nullptr;
  }
  const int64_t position = statement_.Int(0);
  view_.position.value = static_cast<uint64_t>(position);
  const int64_t stream = statement_.Int(1);
  ASSIGN_OR_RETURN(view_.stream, NameOf(stream, stream_));
  view_.event = statement_.Blob(2);
  if (for_check_) {
    const int64_t version = statement_.Int(5);
    view_.version.value = static_cast<uint64_t>(version);
    view_.recorded_at.micros = statement_.Int(6);
    view_.kept_leaf = statement_.Blob(9);
    if (keys_ != nullptr) keys_so_far_ += HashOfEntry({stream, version, position});
    return &view_;
  }
  view_.content.reset();
  if (!statement_.IsNull(3)) {
    view_.content.emplace().bytes = statement_.Blob(3);
  }
  if (for_fold_) return &view_;
  if (view_.content && !view_.content->IsRedacted()) {
    RETURN_IF_ERROR(CopySalt(statement_.Blob(4)));
  }
  view_.version.value = static_cast<uint64_t>(statement_.Int(5));
  view_.recorded_at.micros = statement_.Int(6);
  ASSIGN_OR_RETURN(view_.event_type, NameOf(statement_.Int(7), type_));
  view_.ws_id = statement_.Text(8);
  view_.kept_leaf = statement_.Blob(9);
  return &view_;
}

absl::Status SqliteRecordCursor::Complete() {
  view_.content.reset();
  const std::string_view bytes = statement_.Blob(3);
  if (!bytes.empty() || !statement_.IsNull(3)) {
    view_.content.emplace().bytes = bytes;
    CopyOrZero(statement_.Blob(4), view_.content->salt);
  }
  view_.ws_id = statement_.Text(8);
  ASSIGN_OR_RETURN(view_.event_type, NameOf(statement_.Int(7), type_));
  return absl::OkStatus();
}

absl::StatusOr<std::string_view> SqliteRecordCursor::NameOf(int64_t id, Known& known) {
  if (id != known.id) {
    const absl::StatusOr<std::string_view> name = (log_.*known.look_up)(id);
    // Who checks the log finds a name that is gone by its being empty.
    if (!name.ok() && !(for_check_ && absl::IsDataLoss(name.status()))) return name.status();
    known.name = name.ok() ? *name : std::string_view{};
    known.id = id;
  }
  return known.name;
}

absl::Status SqliteRecordCursor::CopySalt(std::string_view bytes) {
  Salt& salt = view_.content->salt;
  if (bytes.size() != salt.size()) {
    return absl::DataLossError(fmt::format("read the event at position {}: its salt has {} bytes, not {}",
                                           view_.position.value, bytes.size(), salt.size()));
  }
  std::memcpy(salt.data(), bytes.data(), salt.size());
  return absl::OkStatus();
}

}  // namespace annals
