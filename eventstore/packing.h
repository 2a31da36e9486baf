// Reading Cap'n Proto's packed encoding from memory into memory.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <absl/status/status.h>
#include <capnp/common.h>

namespace annals {

// The largest event or content, unpacked: twice what two texts of 1 MiB take. Nothing larger is written, so that
// everything that was written can be read.
inline constexpr size_t kMaxMessageWords = (size_t{4} << 20) / sizeof(capnp::word);

// Unpacks a packed message of one segment into `words`: the segment table, then the segment. kDataLoss where the bytes
// are not exactly one such message, or it is larger than any event or content can be. The words are capnp::words, which
// a vector may hold with gcc only.
//
// Cap'n Proto has this for streams; from memory to memory it takes a fifth of the instructions, and a fold spends most
// of its time here (docs/performance.md).
absl::Status Unpack(std::string_view packed, std::vector<uint64_t>& words);

}  // namespace annals
