// Where the marks of a time axis stand, and what they say.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "schemas/timestamp.h"

namespace annals {

struct TimeTick {
  Timestamp at;
  std::string
      label;  // in UTC, as exact as the distance to the next: "21:16:25.5", "21:16", "11-20 06:00", "2026-11-20"
};

// At most `most` ticks from `first` to `last`, at round times: whole hours, quarters of a minute, tenths of a second.
// None where `last` is not after `first`.
std::vector<TimeTick> TimeTicks(Timestamp first, Timestamp last, size_t most);

}  // namespace annals
