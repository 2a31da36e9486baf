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
  if (!row) return nullptr;
  view_.position.value = static_cast<uint64_t>(statement_.Int(0));
  RETURN_IF_ERROR(NameStream(statement_.Int(1)));
  if (for_check_) {
    view_.version.value = static_cast<uint64_t>(statement_.Int(5));
    view_.recorded_at.micros = statement_.Int(6);
    CopyOrZero(statement_.Blob(9), view_.leaf_hash);
    return &view_;
  }
  view_.event = statement_.Blob(2);
  view_.content.reset();
  if (!statement_.IsNull(3)) {
    view_.content.emplace().bytes = statement_.Blob(3);
  }
  if (for_fold_) return &view_;
  if (view_.content && !view_.content->IsRedacted()) {
    Salt& salt = view_.content->salt;
    RETURN_IF_ERROR(CopyExactly(statement_.Blob(4), salt.data(), salt.size(), "salt"));
  }
  view_.version.value = static_cast<uint64_t>(statement_.Int(5));
  view_.recorded_at.micros = statement_.Int(6);
  RETURN_IF_ERROR(NameType(statement_.Int(7)));
  view_.ws_id = statement_.Text(8);
  RETURN_IF_ERROR(CopyExactly(statement_.Blob(9), view_.leaf_hash.data(), view_.leaf_hash.size(), "leaf hash"));
  return &view_;
}

absl::Status SqliteRecordCursor::Complete() {
  view_.event = statement_.Blob(2);
  view_.content.reset();
  const std::string_view bytes = statement_.Blob(3);
  if (!bytes.empty() || !statement_.IsNull(3)) {
    view_.content.emplace().bytes = bytes;
    CopyOrZero(statement_.Blob(4), view_.content->salt);
  }
  view_.ws_id = statement_.Text(8);
  return NameType(statement_.Int(7));
}

absl::Status SqliteRecordCursor::NameStream(int64_t id) {
  if (id != stream_id_) {
    const absl::StatusOr<std::string_view> name = log_.StreamName(id);
    if (!name.ok() && !IsToleratedLoss(name.status())) return name.status();
    stream_ = name.ok() ? *name : std::string_view{};
    stream_id_ = id;
  }
  view_.stream = stream_;
  return absl::OkStatus();
}

absl::Status SqliteRecordCursor::NameType(int64_t id) {
  if (id != type_id_) {
    const absl::StatusOr<std::string_view> name = log_.EventTypeName(id);
    if (!name.ok() && !IsToleratedLoss(name.status())) return name.status();
    type_ = name.ok() ? *name : std::string_view{};
    type_id_ = id;
  }
  view_.event_type = type_;
  return absl::OkStatus();
}

absl::Status SqliteRecordCursor::CopyExactly(std::string_view bytes, void* out, size_t size,
                                             std::string_view what) const {
  if (bytes.size() != size) {
    return absl::DataLossError(fmt::format("read the event at position {}: its {} has {} bytes, not {}",
                                           view_.position.value, what, bytes.size(), size));
  }
  std::memcpy(out, bytes.data(), size);
  return absl::OkStatus();
}

}  // namespace annals
