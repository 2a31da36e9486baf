// A walk over records of the log, in the order its statement gives them.
#pragma once

#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "eventstore/sqlite/connection.h"
#include "eventstore/sqlite/sqlite_log.h"
#include "eventstore/storage.h"

namespace annals {

class SqliteRecordCursor final : public RecordCursor {
 public:
  // What `statement` has to select for `range`, with a statement of its own for each cursor: several may be open.
  static std::string_view ColumnsFor(const LogRange& range);
  // `keys`, unless null, is set at the end: SqliteLog::Read.
  SqliteRecordCursor(SqliteLog& log, Statement statement, const LogRange& range, EntrySum* keys)
      : log_(log),
        statement_(std::move(statement)),
        for_fold_(range.for_fold),
        for_check_(range.for_check),
        keys_(keys) {}

  absl::StatusOr<const RecordView*> Next() override;
  absl::Status Complete() override;

 private:
  // A name by its id. The log's memory of them may be emptied while this cursor is open, so it keeps copies of its own;
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
  Statement statement_;
  bool for_fold_;
  bool for_check_;
  EntrySum* keys_;
  uint64_t keys_so_far_ = 0;
  RecordView view_;
  Known stream_{&SqliteLog::StreamName};
  Known type_{&SqliteLog::EventTypeName};
};

}  // namespace annals
