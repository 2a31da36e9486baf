// What a leaf of the tree is made of: an event together with its place, so that neither can be swapped for another.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "eventstore/types.h"

namespace annals {

// position ‖ version ‖ length of stream ‖ stream ‖ event, the numbers being big-endian in 8, 8 and 2 bytes
// (docs/event_format.md). `event` is the packed bytes as stored.
struct LeafInput {
  Position position;
  std::string_view stream;
  StreamVersion version;
  std::string_view event;
};
std::string EncodeLeafInput(const LeafInput& leaf);
// Views into `bytes`. kDataLoss: cut short.
absl::StatusOr<LeafInput> DecodeLeafInput(std::string_view bytes);

// RFC 6962's hash of a leaf: SHA-256(0x00 ‖ leaf_input).
Hash LeafHash(std::string_view leaf_input);
// The same of a record, without the bytes being put together first.
Hash LeafHashOf(Position position, std::string_view stream, StreamVersion version, std::string_view event);

// On disk: how much of its leaf hash is kept beside an event. It is enough to tell which event was altered, and that is
// all it is for: the tree is made of whole hashes, which follow from the events. Older records keep all 32 bytes.
inline constexpr size_t kKeptLeafBytes = 16;
inline std::string_view KeptPartOf(const Hash& leaf) {
  return BytesOf(leaf).substr(0, kKeptLeafBytes);
}
// Whether `kept` may stand beside the event that has this hash: its first kKeptLeafBytes, or all of it.
inline bool IsKeptOf(const Hash& leaf, std::string_view kept) {
  return kept == KeptPartOf(leaf) || kept == BytesOf(leaf);
}

}  // namespace annals
