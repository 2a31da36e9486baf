// Makes a decided event ready for its place in the log.
#pragma once

#include <string>

#include "commands/decision.h"
#include "eventstore/sources.h"
#include "eventstore/storage.h"
#include "schemas/command.capnp.h"

namespace annals {

struct EventTimes {
  Timestamp recorded_at;
  Timestamp occurred_at;  // what the event claims; 0 when it claims none
};

class Sealer {
 public:
  explicit Sealer(RandomSource& random) : random_(random) {}

  // Completes `draft` (times, actor, command, cause, content) and encodes it. What it returns views memory that is used
  // again by the next call.
  NewEvent Seal(schema::Command::Reader command, const EventTimes& times, EventDraft& draft);

 private:
  RandomSource& random_;
  std::string event_, event_type_, content_;
};

}  // namespace annals
