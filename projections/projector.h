// The fold: one event into the rows of every table. What is in the log has happened, so it never refuses.
#pragma once

#include <string_view>

#include <absl/status/status.h>

#include "eventstore/event_codec.h"
#include "eventstore/storage.h"
#include "projections/rows.h"

namespace annals {

// An event with what a projector needs of its place, and its content wherever that lay. Where content was redacted,
// {"redacted":true} and "[redacted]" stand in its place, as if they had from the first: a fold up to an earlier
// position does not bring it back.
struct FoldedEvent {
  Position position;
  std::string_view stream;
  std::string_view run_id;  // empty: of no run
  schema::Event::Reader event;
  std::string_view json;   // metadata, result, context or payload; empty when there is none
  std::string_view text;   // reason or message
  std::string_view ws_id;  // the workstream it is about; empty: about none
  // Of a move: its body and its machine. They are read once, as ws_id is, because everybody asks for them.
  schema::Transitioned::Reader moved;
  std::string_view machine;

  // When it happened: the time the event claims for itself, else when it was recorded.
  Timestamp time() const {
    return Timestamp{event.getOccurredAt() != 0 ? event.getOccurredAt() : event.getRecordedAt()};
  }
};

// An event at its place, its content not yet read. Fields are read: a broken one throws a kj::Exception.
FoldedEvent EventAt(Position position, std::string_view stream, schema::Event::Reader event);

// Folds one event into all tables. kDataLoss names the position: the event refers to rows that earlier events should
// have made, or its body is one this binary does not know.
absl::Status Fold(const FoldedEvent& event, Rows& rows);

// Reads stored records and folds them.
class RecordFolder {
 public:
  // The event in `record`; valid until the next call.
  absl::StatusOr<FoldedEvent> Read(const RecordView& record);
  // The same in two steps: the event without what was kept beside it, and that.
  absl::StatusOr<FoldedEvent> ReadEvent(const RecordView& record);
  absl::Status ReadKeptContent(const RecordView& record, FoldedEvent& event);
  // kDataLoss also where the event is damaged; the rows may then be half folded, and are to be dropped.
  absl::Status Fold(const RecordView& record, Rows& rows);

 private:
  absl::StatusOr<FoldedEvent> DecodeEvent(const RecordView& record, BrokenPointers broken);
  absl::Status DecodeKeptContent(const RecordView& record, BrokenPointers broken, FoldedEvent& event);
  EventDecoder events_;
  ContentDecoder contents_;
};

// One projector per table, in the order Fold calls them, each with the kinds of events that change its table.
absl::Status ApplyToWorkstreams(const FoldedEvent& event, Rows& rows);
absl::Status ApplyToRuns(const FoldedEvent& event, Rows& rows);
absl::Status ApplyToStepAttempts(const FoldedEvent& event, Rows& rows);
absl::Status ApplyToErrors(const FoldedEvent& event, Rows& rows);
absl::Status ApplyToCheckpoints(const FoldedEvent& event, Rows& rows);
absl::Status ApplyToMachines(const FoldedEvent& event, Rows& rows);
// All machines beyond run and workstream.
absl::Status ApplyToEntities(const FoldedEvent& event, Rows& rows);
absl::Status ApplyToStateTransitions(const FoldedEvent& event, Rows& rows);

// What a projector answers where an event speaks of a row that should be there and is not.
absl::Status MissingRow(const FoldedEvent& event, std::string_view table, std::string_view key);

}  // namespace annals
