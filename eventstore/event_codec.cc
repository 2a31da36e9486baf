#include "eventstore/event_codec.h"

#include <optional>
#include <vector>

#include <capnp/any.h>
#include <capnp/message.h>
#include <capnp/serialize-packed.h>
#include <fmt/format.h>
#include <kj/exception.h>
#include <kj/io.h>

#include "eventstore/sha256.h"

namespace annals {
namespace {

constexpr size_t kScratchWords = 512;
// A message may be traversed this often over: generous for our few nested structs, tight for an attacker's.
constexpr uint64_t kTraversalWords = uint64_t{64} << 20;

template <class Reader>
std::string EncodePacked(Reader value) {
  const kj::Array<capnp::word> words = capnp::canonicalize(value);
  const kj::ArrayPtr<const capnp::word> segments[] = {words};
  std::string packed;
  // At worst a full word takes ten bytes and its neighbour seven: 17 for 16. The segment table takes a few more.
  packed.resize(words.asBytes().size() + words.asBytes().size() / 8 + 64);
  kj::ArrayOutputStream out(kj::arrayPtr(reinterpret_cast<kj::byte*>(packed.data()), packed.size()));
  capnp::writePackedMessage(out, segments);
  packed.resize(out.getArray().size());
  return packed;
}

}  // namespace

std::string EncodeEvent(schema::Event::Reader value) { return EncodePacked(value); }
std::string EncodeContent(schema::Content::Reader value) { return EncodePacked(value); }

std::string CanonicalBytes(capnp::AnyStruct::Reader value) {
  const kj::Array<capnp::word> words = value.canonicalize();
  return {reinterpret_cast<const char*>(words.begin()), words.asBytes().size()};
}

Hash SaltedDigest(const Salt& salt, std::string_view bytes) { return Sha256({BytesOf(salt), bytes}); }

template <class Message>
struct Decoder<Message>::Impl {
  std::vector<capnp::word> scratch = std::vector<capnp::word>(kScratchWords);
  std::optional<kj::ArrayInputStream> input;
  std::optional<capnp::PackedMessageReader> message;
};

template <class Message>
Decoder<Message>::Decoder() : impl_(std::make_unique<Impl>()) {}
template <class Message>
Decoder<Message>::~Decoder() = default;

template <class Message>
absl::StatusOr<typename Message::Reader> Decoder<Message>::Decode(std::string_view packed) {
  typename Message::Reader root;
  bool whole = false;
  const auto exception = kj::runCatchingExceptions([&] {
    impl_->message.reset();
    impl_->input.emplace(kj::arrayPtr(reinterpret_cast<const kj::byte*>(packed.data()), packed.size()));
    impl_->message.emplace(*impl_->input, capnp::ReaderOptions{kTraversalWords, 16},
                           kj::arrayPtr(impl_->scratch.data(), impl_->scratch.size()));
    root = impl_->message->template getRoot<Message>();
    whole = impl_->input->tryGetReadBuffer().size() == 0;
  });
  KJ_IF_MAYBE (e, exception) {
    return absl::DataLossError(fmt::format("decode {} stored bytes: {}", packed.size(), e->getDescription().cStr()));
  }
  if (!whole) return absl::DataLossError(fmt::format("decode {} stored bytes: bytes are left over behind the message", packed.size()));
  return root;
}

template class Decoder<schema::Event>;
template class Decoder<schema::Content>;

}  // namespace annals
