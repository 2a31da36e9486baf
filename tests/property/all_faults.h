// What must hold of every storage, whatever commands made it, asked of the engine's own checks and of those of the
// tests.
#pragma once

#include <cstdint>
#include <string>

#include "eventstore/storage.h"

namespace annals::property {

// What the tests, verify and the comparison with the fold find wrong; it also rebuilds the tables, which must stay as
// they are. "" or the faults.
std::string AllFaultsOf(Storage& storage);

// What the built-in machines, asked again from the log alone, decide otherwise than it was decided.
struct RejudgedAll {
  std::string divergences;    // a line each
  uint64_t least_judged = 0;  // moves of the machine that had the fewest
};
RejudgedAll RejudgeAll(Storage& storage);

}  // namespace annals::property
