// The events of the log that a question is about, in order.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "cli/log_line.h"
#include "eventstore/storage.h"
#include "projections/projector.h"

namespace annals {

struct LogFilter {
  std::optional<std::string> run;    // events of the run, and what was refused of it
  std::vector<std::string> streams;  // beside the run's: events of these, and what was refused of them
  std::optional<std::string> ws;
  std::optional<std::string> type;
  std::optional<std::string> entity_kind, entity_id;  // both or none
  std::optional<std::string> actor;
  std::optional<std::string> severity;    // this one or a graver one
  std::optional<Timestamp> since, until;  // by recorded_at; with their ends
  bool transitions = false;               // only transitions asked for
};

// "run/r1" into the filter's entity; "ws/a" is "workstream/a", "gate/unit" is "test_gate/unit". kInvalidArgument: no
// slash, or nothing at one side of it.
absl::Status ReadEntity(std::string_view text, LogFilter& filter);

// Walks the matching events of one snapshot, which must outlive it, between two positions. Runs are found by their
// streams, times by halving; everything else is looked at.
class LogReader {
 public:
  struct Entry {
    const RecordView* record = nullptr;
    FoldedEvent event;
  };
  enum class Order { kOldestFirst, kNewestFirst };

  static absl::StatusOr<std::unique_ptr<LogReader>> Open(Snapshot& snapshot, const LogFilter& filter, Position after,
                                                         Order order);

  // The next event, or nullptr after the last. Valid until the next call.
  absl::StatusOr<const Entry*> Next();

 private:
  LogReader(const LogFilter& filter, Order order) : filter_(filter), order_(order) {}
  // The next record of any stream.
  absl::StatusOr<const RecordView*> NextRecord();
  bool Matches(const RecordView& record) const;
  bool Matches(const Entry& entry) const;

  struct Source {
    std::string stream;
    std::unique_ptr<RecordCursor> cursor;
    const RecordView* record = nullptr;  // not yet given out, or given out last
    bool is_used = true;                 // it was given out
  };
  const LogFilter filter_;
  const Order order_;
  std::vector<Source> sources_;
  RecordFolder folder_;
  Entry entry_;
};

}  // namespace annals
