// Judges a log from outside: whether what clients saw of it can have been so.
//
// The log gives the order in which commands took effect. It is right when
//   - positions and the versions of each stream have no gaps;
//   - each event was asked for by somebody, each key had one effect at most, and what was acknowledged stands where it
//     was said to stand;
//   - a command that returned before another was called stands before it;
//   - what was done was legal on the state before it, what was refused was not, and an expected version was the
//     stream's;
//   - each answer that left no event (a version conflict, a key used for something else, nothing of that name, what was
//     read) was right at some moment between its call and its return;
//   - one attempt alone says that it did the thing, and the others, that they repeat it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/judge/history.h"
#include "tests/judge/log_text.h"

namespace annals::judge {

// What cannot have been so, a sentence each; nothing when all is well. The events up to position `before` were there
// when the clients began; no workstream was.
std::vector<std::string> Judge(const std::vector<Attempt>& history, const std::vector<Event>& log, uint64_t before);

}  // namespace annals::judge
