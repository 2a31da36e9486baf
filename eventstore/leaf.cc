#include "eventstore/leaf.h"

#include <array>

#include <fmt/format.h>

#include "eventstore/sha256.h"
#include "schemas/check.h"
#include "schemas/sabotage.h"

namespace annals {
namespace {

constexpr std::string_view kLeafMark("\x00", 1);
constexpr size_t kPlaceBytes = 8 + 8 + 2;  // what stands before the stream's name

void PutBigEndian(uint64_t value, size_t bytes, char* out) {
  for (size_t i = bytes; i-- > 0; value >>= 8) out[i] = static_cast<char>(value & 0xff);
}

uint64_t BigEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

std::array<char, kPlaceBytes> PlaceOf(Position position, std::string_view stream, StreamVersion version) {
  CHECK(stream.size() <= UINT16_MAX);
  std::array<char, kPlaceBytes> place;
  PutBigEndian(position.value, 8, place.data());
  PutBigEndian(version.value, 8, place.data() + 8);
  PutBigEndian(stream.size(), 2, place.data() + 16);
  return place;
}

}  // namespace

std::string EncodeLeafInput(const LeafInput& leaf) {
  const auto place = PlaceOf(leaf.position, leaf.stream, leaf.version);
  std::string bytes(place.data(), place.size());
  return bytes.append(leaf.stream).append(leaf.event);
}

absl::StatusOr<LeafInput> DecodeLeafInput(std::string_view bytes) {
  const size_t stream_bytes = bytes.size() < kPlaceBytes ? 0 : BigEndian(bytes.substr(16, 2));
  if (bytes.size() < kPlaceBytes + stream_bytes) {
    return absl::DataLossError(fmt::format("read a leaf of {} bytes: it is cut short", bytes.size()));
  }
  return LeafInput{.position = {BigEndian(bytes.substr(0, 8))},
                   .stream = bytes.substr(kPlaceBytes, stream_bytes),
                   .version = {BigEndian(bytes.substr(8, 8))},
                   .event = bytes.substr(kPlaceBytes + stream_bytes)};
}

Hash LeafHash(std::string_view leaf_input) {
  return Sha256({kLeafMark, leaf_input});
}

Hash LeafHashOf(Position position, std::string_view stream, StreamVersion version, std::string_view event) {
  const auto place = PlaceOf(position, stream, version);
  if (IsSabotaged("leaves_are_hashed_like_nodes")) return Sha256({{place.data(), place.size()}, stream, event});
  return Sha256({kLeafMark, {place.data(), place.size()}, stream, event});
}

}  // namespace annals
