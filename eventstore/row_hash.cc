#include "eventstore/row_hash.h"

#include "schemas/secret_hash.h"

namespace annals {

uint64_t HashOfRow(Row row) {
  uint64_t hash = SecretSeed();
  for (const Value& value : row) {
    if (const auto* const text = std::get_if<std::string_view>(&value)) {
      hash = SecretHash(hash, kTextCell, *text);
    } else if (const auto* const number = std::get_if<int64_t>(&value)) {
      hash = SecretHash(hash, kNumberCell, *number);
    } else if (const auto* const time = std::get_if<Timestamp>(&value)) {
      char text_of_time[kTimestampBytes];
      FormatTimestamp(*time, text_of_time);
      hash = SecretHash(hash, kTextCell, {text_of_time, kTimestampBytes});
    } else {
      hash = SecretHash(hash, kNullCell, {});
    }
  }
  return hash;
}

}  // namespace annals
