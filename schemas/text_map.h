// Hash maps keyed by text that are looked up by std::string_view.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <absl/container/flat_hash_map.h>
#include <absl/hash/hash.h>
#include <absl/strings/string_view.h>

namespace annals {

// Debian's Abseil is built with a string_view of its own, so its default hash does not take std's. Its hash takes a
// third of the instructions of std::hash for an id.
struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const {
    return absl::Hash<absl::string_view>{}(absl::string_view(text.data(), text.size()));
  }
};

template <class T>
using TextMap = absl::flat_hash_map<std::string, T, TextHash, std::equal_to<>>;

}  // namespace annals
