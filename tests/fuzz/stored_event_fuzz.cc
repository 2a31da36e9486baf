// Any bytes as what a database holds of an event or a content: they decode or are called damaged, and what decodes can
// be encoded again, and folded.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <capnp/dynamic.h>
#include <kj/exception.h>

#include "commands/answer.h"
#include "eventstore/event_codec.h"
#include "eventstore/packing.h"
#include "projections/projector.h"
#include "projections/rows.h"
#include "schemas/check.h"
#include "schemas/json_writer.h"

namespace annals {
namespace {

// Encodes what was decoded; what is canonical once stays the same. Of a decoded message all that the schema knows can
// be read; what it does not know may be broken, and then cannot be copied.
template <class Message>
void EncodeTwice(typename Message::Reader value, void (*encode)(typename Message::Reader, std::string&)) {
  std::string once, twice;
  bool copied = false;
  const auto exception = kj::runCatchingExceptions([&] {
    // Pointers to the same words make a copy larger than the message.
    if (value.totalSize().wordCount >= kMaxMessageWords) return;
    encode(value, once);
    copied = true;
  });
  if (exception != nullptr || !copied) return;
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
                          .kept_leaf = {},
                          .content = KeptContent{{}, bytes}};
  Rows rows;
  RecordFolder folder;
  folder.Fold(record, rows).IgnoreError();
  const auto read = folder.Read(record);
  if (!read.ok()) return;
  AnswerBuilder builder;
  builder.Add(record.position, record.stream, record.version, read->event);
  builder.Take(/*repeat=*/true);
  JsonWriter json;
  json.BeginObject();
  if (WriteFields(capnp::toDynamic(read->event), json).ok()) json.EndObject();
}

}  // namespace
}  // namespace annals

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  annals::DecodeAndEncode({reinterpret_cast<const char*>(data), size});
  return 0;
}
