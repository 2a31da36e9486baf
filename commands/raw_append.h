// Events that no command made, appended and folded as the engine would: what an import does.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "eventstore/storage.h"
#include "projections/projector.h"
#include "projections/rows.h"

namespace annals {

// Events, their commands' ids and the rows they fold into commit together, or not at all. Threads: one at a time.
class RawAppender {
 public:
  explicit RawAppender(Storage& storage) : storage_(storage) {}
  ~RawAppender();
  RawAppender(const RawAppender&) = delete;
  RawAppender& operator=(const RawAppender&) = delete;

  // Takes the write lock, if it is not held yet.
  //   kAborted  others have written since the last Commit(): what was to be appended may not fit any more
  absl::Status Begin();
  Transaction& transaction() { return *transaction_; }
  Rows& rows() { return rows_; }

  // The event as it would be at the end of the log, whole; valid until the next call.
  absl::StatusOr<FoldedEvent> Read(std::string_view stream, StreamVersion version, const NewEvent& event);
  // Appends it and folds it. `event` is what Read() gave last.
  //   kAborted  `version` is not the one that comes next in the stream
  absl::Status Append(std::string_view stream, StreamVersion version, const NewEvent& event, const FoldedEvent& folded);
  // Where the first event of a command with an id stands, and the salt of its digest (empty: it is gone).
  absl::Status KeepCommandId(std::string_view command_id, Position first, std::string_view salt);
  absl::StatusOr<bool> HasCommandId(std::string_view command_id);

  // Writes changed rows, so that a unit of millions of events keeps within its memory.
  absl::Status Spill();
  // Makes all since Begin() durable.
  absl::Status Commit();
  // Takes all since Begin() back.
  void Drop();

 private:
  Storage& storage_;
  std::unique_ptr<Transaction> transaction_;
  Rows rows_;
  RecordFolder folder_;
  bool began_ = false;
  Position known_position_;
  uint64_t known_generation_ = 0;
};

}  // namespace annals
