// Redaction (SPEC §10): the content kept beside an event goes, and with it all that could bring it back. The event that
// says so is appended like any other.
#pragma once

#include <string>
#include <string_view>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "commands/decision.h"
#include "eventstore/event_codec.h"
#include "eventstore/storage.h"

namespace annals {

// The event whose content is to go.
struct Redaction {
  Position position;
  std::string stream;
  std::string ws_id;
  std::string command_id;  // of the command it came from; empty: that had none
};

// What `command` asks for, judged.
//   kNotFound         the log ends before that position
//   kInvalidArgument  the event there has no content, or has it in itself, where nothing can be taken from
//   kAlreadyExists    it is redacted already
absl::StatusOr<Redaction> FindRedaction(schema::RedactContent::Reader command, Snapshot& snapshot,
                                        EventDecoder& decoder);

// The event that says so: in the stream of the one it is about.
void DraftRedaction(const Redaction& redaction, std::string_view reason, Drafts& drafts);

// Removes the content, what it could be guessed with, and the shadows of tables in which a rebuild may hold it.
absl::Status RemoveContent(const Redaction& redaction, Transaction& transaction);

// Folds the stream of an event whose content was removed again, or the one that it tells a refusal of, and writes the
// rows anew, so that none shows that content.
absl::Status WriteStreamAnew(std::string_view stream, Transaction& transaction, bool keeps_state_transitions);

}  // namespace annals
