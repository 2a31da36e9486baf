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
  SqliteRecordCursor(SqliteLog& log, Statement statement, const LogRange& range)
      : log_(log), statement_(std::move(statement)), for_fold_(range.for_fold), for_check_(range.for_check) {}

  absl::StatusOr<const RecordView*> Next() override;
  absl::Status Complete() override;

 private:
  // The log's memory of names may be emptied while this cursor is open, so it keeps its own copies; neighbours often
  // share them.
  absl::Status NameStream(int64_t id);
  absl::Status NameType(int64_t id);
  bool IsToleratedLoss(const absl::Status& status) const { return for_check_ && absl::IsDataLoss(status); }
  absl::Status CopySalt(std::string_view bytes);

  SqliteLog& log_;
  Statement statement_;
  bool for_fold_;
  bool for_check_;
  RecordView view_;
  int64_t stream_id_ = 0;
  int64_t type_id_ = 0;
  std::string stream_;
  std::string type_;
};

}  // namespace annals
