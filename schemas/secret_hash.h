// Hashes that nobody outside of this process can foresee, so that who alters a file cannot aim at the same sum of them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <string_view>

#include <absl/hash/hash.h>
#include <absl/strings/string_view.h>

namespace annals {

// What the first of each chain goes on from.
inline uint64_t SecretSeed() {
  static const uint64_t seed = uint64_t{std::random_device{}()} << 32 | std::random_device{}();
  return seed;
}

// `type` tells values apart that look the same.
inline uint64_t SecretHash(uint64_t before, int type, int64_t number) {
  return absl::HashOf(before, type, number);
}

// In pieces for which absl's hash goes on from the state before, which nobody knows: of longer ones it makes a hash by
// itself first.
inline uint64_t SecretHash(uint64_t before, int type, std::string_view bytes) {
  constexpr size_t kPiece = 16;
  uint64_t hash = absl::HashOf(before, type, bytes.size());
  for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), kPiece))) {
    hash = absl::HashOf(hash, absl::string_view(bytes.data(), std::min(bytes.size(), kPiece)));
  }
  return hash;
}

}  // namespace annals
