#include "eventstore/ulid.h"

namespace annals {

std::optional<Timestamp> TimeOfUlid(std::string_view text) {
  if (text.size() != kUlidBytes) return std::nullopt;
  int64_t millis = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const size_t digit = kUlidAlphabet.find(text[i]);
    if (digit == std::string_view::npos) return std::nullopt;
    if (i < kUlidTimeBytes) millis = millis << 5 | static_cast<int64_t>(digit);
  }
  return Timestamp{millis * 1000};
}

}  // namespace annals
