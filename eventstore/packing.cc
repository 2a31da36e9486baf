#include "eventstore/packing.h"

#include <bit>
#include <cstring>

#include <fmt/format.h>

#include "schemas/status.h"

namespace annals {
namespace {

// Takes packed words off the front of a text.
class Unpacker {
 public:
  explicit Unpacker(std::string_view packed)
      : at_(reinterpret_cast<const uint8_t*>(packed.data())), end_(at_ + packed.size()) {}

  bool AtEnd() const { return at_ == end_; }

  // Fills `out` with exactly `count` words.
  absl::Status Fill(uint64_t* out_words, size_t count) {
    auto* out = reinterpret_cast<uint8_t*>(out_words);
    uint8_t* const out_end = out + count * sizeof(uint64_t);
    while (out < out_end) {
      if (at_ == end_) return Cut();
      const uint8_t tag = *at_++;
      if (std::popcount(tag) > end_ - at_) return Cut();
      if (tag == 0xff) {
        std::memcpy(out, at_, 8);
        at_ += 8;
      } else {
        std::memset(out, 0, 8);
        // One round per byte that is there: most words have few.
        for (uint32_t rest = tag; rest != 0; rest &= rest - 1) out[std::countr_zero(rest)] = *at_++;
      }
      out += 8;
      if (tag != 0 && tag != 0xff) continue;
      if (at_ == end_) return Cut();
      const size_t run = *at_++ * sizeof(uint64_t);
      if (run > static_cast<size_t>(out_end - out))
        return absl::DataLossError("a run goes past the end of the message");
      if (tag == 0) {
        std::memset(out, 0, run);
      } else {
        if (run > static_cast<size_t>(end_ - at_)) return Cut();
        std::memcpy(out, at_, run);
        at_ += run;
      }
      out += run;
    }
    return absl::OkStatus();
  }

 private:
  static absl::Status Cut() { return absl::DataLossError("the message is cut off"); }

  const uint8_t* at_;
  const uint8_t* end_;
};

}  // namespace

absl::Status Unpack(std::string_view packed, std::vector<uint64_t>& words) {
  Unpacker unpacker(packed);
  words.resize(1);
  RETURN_IF_ERROR(unpacker.Fill(words.data(), 1));
  // The segment table: the number of segments less one, and the words in the first, both little-endian.
  uint32_t table[2];
  std::memcpy(table, words.data(), sizeof(table));
  if (table[0] != 0) return absl::DataLossError("the message has more than one segment");
  if (table[1] > kMaxMessageWords)
    return absl::DataLossError(
        fmt::format("the message says it has {} words, the limit is {}", table[1], kMaxMessageWords));
  words.resize(1 + size_t{table[1]});
  RETURN_IF_ERROR(unpacker.Fill(words.data() + 1, table[1]));
  if (!unpacker.AtEnd()) return absl::DataLossError("bytes are left over behind the message");
  return absl::OkStatus();
}

}  // namespace annals
