// Any bytes as what a database holds of an event or a content: they decode or are called damaged, and what decodes can
// be encoded again, and folded.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "eventstore/event_codec.h"
#include "eventstore/packing.h"
#include "projections/projector.h"
#include "projections/rows.h"
#include "schemas/check.h"

namespace annals {
namespace {

// What is canonical once stays the same.
template <class Message>
void EncodeTwice(typename Message::Reader value, void (*encode)(typename Message::Reader, std::string&)) {
  std::string once, twice;
  encode(value, once);
  Decoder<Message> decoder;
  const auto again = decoder.Decode(once);
  CHECK(again.ok());
  encode(*again, twice);
  CHECK(once == twice);
}

void DecodeAndEncode(std::string_view bytes) {
  std::vector<uint64_t> words;
  const absl::Status unpacked = Unpack(bytes, words);
  CHECK(unpacked.ok() || absl::IsDataLoss(unpacked));

  EventDecoder events;
  const auto event = events.Decode(bytes);
  CHECK(event.ok() || absl::IsDataLoss(event.status()));
  if (event.ok()) EncodeTwice<schema::Event>(*event, EncodeEvent);

  ContentDecoder contents;
  const auto content = contents.Decode(bytes);
  CHECK(content.ok() || absl::IsDataLoss(content.status()));
  if (content.ok()) EncodeTwice<schema::Content>(*content, EncodeContent);

  const RecordView record{.position = {1},
                          .stream = "run/r1",
                          .version = {1},
                          .event_type = {},
                          .ws_id = {},
                          .recorded_at = {},
                          .event = bytes,
                          .leaf_hash = {},
                          .content = KeptContent{{}, bytes}};
  Rows rows;
  RecordFolder().Fold(record, rows).IgnoreError();
}

}  // namespace
}  // namespace annals

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  annals::DecodeAndEncode({reinterpret_cast<const char*>(data), size});
  return 0;
}
