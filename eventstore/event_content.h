// What an event says in free text and JSON, wherever that lies: in the event, beside it, or nowhere any more.
#pragma once

#include <optional>
#include <string_view>

#include <absl/status/statusor.h>

#include "eventstore/event_codec.h"
#include "schemas/event.capnp.h"

namespace annals {

// What is read where a text was redacted.
inline constexpr std::string_view kRedactedText = "[redacted]";
inline bool IsRedacted(std::string_view text) {
  return text == kRedactedText;
}

// Whether tools or agents made what it says: that is kept beside the event whatever its size.
bool IsProduced(schema::Event::Body::Reader body);

struct ContentView {
  std::string_view json;  // metadata, result, context or payload; empty when there is none
  std::string_view text;  // reason or message
};

// `kept` are the bytes beside the event: none where it keeps none, no bytes where they were redacted. Redacted content
// reads {"redacted":true} and "[redacted]". Views live as long as `event`, and until the decoder's next call.
//   kDataLoss  the event keeps content and there is none, or it is no content
absl::StatusOr<ContentView> ContentOf(schema::Event::Reader event, std::optional<std::string_view> kept,
                                      ContentDecoder& decoder, BrokenPointers broken = BrokenPointers::kFoundNow);

}  // namespace annals
