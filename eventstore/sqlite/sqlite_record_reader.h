// Records of the log, made of the rows that a walk over it meets.
#pragma once

#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "eventstore/sqlite/entry_sum.h"
#include "eventstore/sqlite/sqlite_log.h"
#include "eventstore/storage.h"
#include "schemas/status.h"

namespace annals {

// Several walks may be open: each has one of its own.
class SqliteRecordReader {
 public:
  // What has to be selected for `range`.
  static std::string_view ColumnsFor(const LogRange& range);

  // `keys`, unless null, is set at the end: SqliteLog::Read.
  SqliteRecordReader(SqliteLog& log, const LogRange& range, EntrySum* keys)
      : log_(log), for_fold_(range.for_fold), for_check_(range.for_check), keys_(keys) {}

  // The record of a row, a Statement or what gives its columns as that does. Valid as long as these are.
  template <class Cells>
  absl::StatusOr<const RecordView*> Read(const Cells& row) {
    const int64_t position = row.Int(0);
    view_.position.value = static_cast<uint64_t>(position);
    const int64_t stream = row.Int(1);
    ASSIGN_OR_RETURN(view_.stream, NameOf(stream, stream_));
    view_.event = row.Blob(2);
    view_.content.reset();
    const std::string_view content = row.Blob(3);
    if (!content.empty() || !row.IsNull(3)) view_.content.emplace().bytes = content;
    if (for_fold_) return &view_;
    if (view_.content && !view_.content->IsRedacted()) RETURN_IF_ERROR(CopySalt(row.Blob(4)));
    const int64_t version = row.Int(5);
    view_.version.value = static_cast<uint64_t>(version);
    view_.recorded_at.micros = row.Int(6);
    ASSIGN_OR_RETURN(view_.event_type, NameOf(row.Int(7), type_));
    view_.ws_id = row.Text(8);
    view_.kept_leaf = row.Blob(9);
    if (keys_ != nullptr) keys_so_far_ += HashOfEntry({stream, version, position});
    return &view_;
  }
  // There are no more.
  void Finish() {
    if (keys_ != nullptr) *keys_ = keys_so_far_;
  }

 private:
  // A name by its id. The log's memory of them may be emptied while this walk is open, so it keeps copies of its own;
  // neighbours often share them.
  struct Known {
    absl::StatusOr<std::string_view> (SqliteLog::*look_up)(int64_t id);
    int64_t id = 0;
    std::string name = {};
  };
  // Views `known`.
  absl::StatusOr<std::string_view> NameOf(int64_t id, Known& known);
  absl::Status CopySalt(std::string_view bytes);

  SqliteLog& log_;
  bool for_fold_;
  bool for_check_;
  EntrySum* keys_;
  uint64_t keys_so_far_ = 0;
  RecordView view_;
  Known stream_{&SqliteLog::StreamName};
  Known type_{&SqliteLog::EventTypeName};
};

}  // namespace annals
