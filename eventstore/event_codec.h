// Events and contents as bytes: canonical Cap'n Proto, packed. The same event always gives the same bytes.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "eventstore/sources.h"
#include "eventstore/types.h"
#include "eventstore/words.h"
#include "schemas/event.capnp.h"

namespace annals {

// The canonical packed bytes of a message whose root is `value`, into `out` (whose memory is used again).
void EncodeEvent(schema::Event::Reader value, std::string& out);
void EncodeContent(schema::Content::Reader value, std::string& out);
// Canonical, but not packed: what a command's digest is made of.
std::string CanonicalBytes(capnp::AnyStruct::Reader value);

// SHA-256(salt ‖ bytes): what the event holds of content kept beside the log.
Hash SaltedDigest(const Salt& salt, std::string_view bytes);

// Reads packed bytes back. Keeps its buffers, so that reading many costs no allocation; what it returned is void after
// the next call. kDataLoss if the bytes are no message of that kind.
enum class BrokenPointers {
  kFoundNow,    // every pointer the schema knows is read
  kThrowLater,  // whoever reads a broken one gets a kj::Exception, and has to catch it
};
template <class Message>
class Decoder {
 public:
  Decoder();
  ~Decoder();
  absl::StatusOr<typename Message::Reader> Decode(std::string_view packed,
                                                  BrokenPointers broken = BrokenPointers::kFoundNow);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};
using EventDecoder = Decoder<schema::Event>;
using ContentDecoder = Decoder<schema::Content>;

// Text of a Cap'n Proto field as std text; empty when it is absent.
inline std::string_view View(capnp::Text::Reader text) {
  return {text.begin(), text.size()};
}
// And back: views as Cap'n Proto takes them.
inline capnp::Text::Reader AsText(std::string_view text) {
  return {text.data(), text.size()};
}
inline capnp::Data::Reader AsData(std::string_view bytes) {
  return {reinterpret_cast<const kj::byte*>(bytes.data()), bytes.size()};
}

}  // namespace annals
