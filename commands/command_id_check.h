// Whether command_ids shows, for each command with a key, the event that answered it first: by that a repeat is known.
#pragma once

#include <cstdint>

#include <absl/status/status.h>

#include "commands/fault.h"
#include "eventstore/event_codec.h"
#include "eventstore/storage.h"
#include "projections/projector.h"

namespace annals {

// A salt that was altered cannot be told from the right one, since the command that it was hashed with is not kept; one
// that was emptied can.
class CommandIdCheck {
 public:
  // Both must outlive it.
  CommandIdCheck(Snapshot& snapshot, FaultSink& faults) : snapshot_(snapshot), faults_(faults) {}

  // An event of the log, in any order.
  absl::Status Meet(const FoldedEvent& event);
  // How many of those that were met are the first of a command with a key.
  uint64_t met() const { return met_; }

  // When all events were met, `met` of them the first of such a command: finds the rows that show no such event.
  absl::Status CompareRest(uint64_t met);

 private:
  absl::Status CheckForgottenSalt(std::string_view key, Position first);

  Snapshot& snapshot_;
  FaultSink& faults_;
  uint64_t met_ = 0;
  EventDecoder decoder_;
};

}  // namespace annals
