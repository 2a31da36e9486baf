// ULIDs as text: 48 bits of milliseconds and 80 of chance as 26 characters of Crockford's base 32.
#pragma once

#include <optional>
#include <string_view>

#include "schemas/timestamp.h"

namespace annals {

inline constexpr std::string_view kUlidAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
inline constexpr size_t kUlidBytes = 26;
inline constexpr size_t kUlidTimeBytes = 10;  // the first so many are the time

// The time in it; nothing where `text` is none.
std::optional<Timestamp> TimeOfUlid(std::string_view text);

}  // namespace annals
