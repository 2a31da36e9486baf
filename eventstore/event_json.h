// The payload of an event as JSON: the one that `annals log --json` prints and payload_json() gives.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "eventstore/event_codec.h"
#include "eventstore/event_content.h"
#include "schemas/json_writer.h"

namespace annals {

// One object: what happened, with the content under the names that the command gave it. Of a note it is the payload
// alone, as its own words for what happened are its type.
//   kDataLoss  `event` is not well formed; `out` has part of it
absl::Status WritePayload(schema::Event::Reader event, const ContentView& content, JsonWriter& out);

// Reads the column `payload` of the view `events`: the packed event, and right behind it the content kept beside it.
// Both end by themselves. Where an event keeps content and nothing follows, it reads as redacted.
class PayloadReader {
 public:
  // kDataLoss: `payload` is something else.
  absl::StatusOr<std::string> Json(std::string_view payload);

 private:
  EventDecoder events_;
  ContentDecoder contents_;
};

}  // namespace annals
