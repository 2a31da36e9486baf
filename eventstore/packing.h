// Cap'n Proto's packed encoding, from memory to memory.
//
// Cap'n Proto has this for streams; from memory to memory it takes some 40 % of the instructions, and writing and
// folding spend much of their time here (docs/performance.md).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <capnp/common.h>
#include <kj/common.h>

namespace annals {

// The largest event or content, unpacked: twice what two texts of 1 MiB take. Nothing larger is written, so that
// everything that was written can be read.
inline constexpr size_t kMaxMessageWords = (size_t{4} << 20) / sizeof(capnp::word);

// Packs a message of one segment into `out` (whose memory is used again): byte for byte what Cap'n Proto would write.
void Pack(kj::ArrayPtr<const capnp::word> segment, std::string& out);

// Unpacks a packed message of one segment into `words`: the segment table, then the segment. kDataLoss where the bytes
// are not exactly one such message, or it is larger than any event or content can be. The words are capnp::words, which
// a vector may hold with gcc only.
absl::Status Unpack(std::string_view packed, std::vector<uint64_t>& words);

// Of packed messages that stand one behind the other, what the first one takes; the rest is behind it. kDataLoss as
// Unpack.
absl::StatusOr<std::string_view> FirstPacked(std::string_view packed);

}  // namespace annals
