// What each event says within its stream, and what the tables have to show of it. Not whether it was altered:
// leaf_check.h.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "commands/command_id_check.h"
#include "commands/fault.h"
#include "commands/machine_shelf.h"
#include "projections/open_streams.h"
#include "projections/projector.h"
#include "projections/table_sums.h"
#include "projections/transition_check.h"

namespace annals {

class EventCheck {
 public:
  // Both must outlive it. Where several checks share the log, one of them takes the rows of state_transitions that
  // stand at no event.
  static absl::StatusOr<std::unique_ptr<EventCheck>> Begin(Snapshot& snapshot, TransitionCheck::Strays strays,
                                                           FaultSink& faults);

  // The next record of the log: all of it, where its stream is one that is checked here.
  absl::Status Check(const RecordView& record);
  absl::Status Skip(Position position);
  // The log is at its end.
  absl::Status Finish();

  // Of the streams that are checked here.
  const TableSums& sums() const { return sums_; }
  CommandIdCheck& command_ids() { return command_ids_; }

 private:
  EventCheck(Snapshot& snapshot, FaultSink& faults);

  void CheckVersion(const RecordView& record, OpenStream& stream);
  void CheckColumns(const RecordView& record, const FoldedEvent& event);
  void CheckContent(const RecordView& record, FoldedEvent& event, OpenStream& stream);
  void CheckRedactions(const OpenStream& stream);
  absl::Status CheckEvent(const RecordView& record, OpenStream& stream);
  // The law, then the fold.
  absl::Status Follow(const FoldedEvent& event, OpenStream& stream);
  void GiveUp(Position position, OpenStream& stream);
  void Leave(OpenStream& stream);

  FaultSink& faults_;
  MachineShelf machines_;
  Rows definitions_;  // of machines that users defined, as the tables have them
  MachineSource machine_source_ = machines_.From(definitions_);
  OpenStreams streams_;
  TableSums sums_;
  CommandIdCheck command_ids_;
  std::optional<TransitionCheck> transitions_;
  RecordFolder folder_;
  std::string scratch_;
};

}  // namespace annals
