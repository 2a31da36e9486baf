#include "eventstore/row_hash.h"

#include "schemas/secret_hash.h"

namespace annals {
namespace {

// Of the years 0000 to 9999, which are what a column of times can hold. Another is no cell: its text is of another
// time.
bool CanBeStored(Timestamp time) {
  static const Timestamp first = *ParseTimestamp("0000-01-01");
  static const Timestamp last = *ParseTimestamp("9999-12-31T23:59:59.999999Z");
  return first <= time && time <= last;
}

}  // namespace

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
      hash = SecretHash(hash, CanBeStored(*time) ? kTextCell : kBlobCell, {text_of_time, kTimestampBytes});
    } else {
      hash = SecretHash(hash, kNullCell, {});
    }
  }
  return hash;
}

}  // namespace annals
