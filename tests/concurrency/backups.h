// A process that backs a database up again and again while others write to it.
#pragma once

#include <string>

#include "tests/concurrency/crew.h"

namespace annals::concurrency {

// Has the binary make one backup after the other in `folder`, named "*.db", verify it, and say its number of events,
// with the beginning of its root as Word::detail; then it goes. Never ends by itself.
void BackUpAgainAndAgain(const std::string& path, const std::string& folder, const Post& post);

// The beginning of a root, in hex, as a number.
uint64_t BeginningOf(const std::string& root);

}  // namespace annals::concurrency
