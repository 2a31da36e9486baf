// A database for other programs to read: the tables as of a position, and the events up to there as a plain table.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "eventstore/sqlite/sqlite_row_store.h"
#include "eventstore/types.h"
#include "schemas/timestamp.h"

namespace annals {

// "ANNR": such a file holds no log, so nothing is appended to it and it is not read as one.
inline constexpr int kReplayApplicationId = 0x414e4e52;

class ReplayFile {
 public:
  // Begins a file that gets its name when it is finished.
  //   kAlreadyExists  `path` is there
  static absl::StatusOr<std::unique_ptr<ReplayFile>> Create(std::string path,
                                                            const std::vector<const TableDef*>& tables);
  // Leaves nothing behind of a file that was not finished.
  ~ReplayFile();
  ReplayFile(const ReplayFile&) = delete;
  ReplayFile& operator=(const ReplayFile&) = delete;

  struct Event {
    Position position;
    Timestamp timestamp;
    std::string_view run_id;  // empty: none
    std::string_view ws_id;   // empty: none
    std::string_view event_type;
    std::string_view payload_json;
  };
  // In the order of positions.
  absl::Status AddEvent(const Event& event);
  absl::Status SetMeta(std::string_view key, std::string_view value);
  RowStore& rows() { return *rows_; }

  // Makes it durable under its name. Nothing may be called after it.
  absl::Status Finish();

 private:
  explicit ReplayFile(std::string path) : path_(std::move(path)), unfinished_path_(path_ + ".partial") {}

  std::string path_;
  std::string unfinished_path_;
  std::unique_ptr<SqliteRowStore> rows_;
  Statement add_event_, set_meta_;
};

}  // namespace annals
