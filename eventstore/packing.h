// Reading Cap'n Proto's packed encoding from memory into memory.
#pragma once

#include <string_view>
#include <vector>

#include <absl/status/status.h>
#include <capnp/common.h>

namespace annals {

// Unpacks a packed message of one segment into `words`: the segment table, then the segment. kDataLoss where the bytes are not
// exactly one such message, or it is larger than any event or content can be.
//
// Cap'n Proto has this for streams; from memory to memory it takes a fifth of the instructions, and a fold spends most of its time
// here (docs/performance.md).
absl::Status Unpack(std::string_view packed, std::vector<capnp::word>& words);

}  // namespace annals
