// A process that looks at a database again and again while others write to it.
#pragma once

#include <string>

#include "tests/concurrency/crew.h"

namespace annals::concurrency {

// Reads one snapshot after the other, and of each the whole log and the tables of the run "shared". Throws when a head
// is older than the one before, or when head, log, tree and tables are not of one moment. Says the position of each
// head; never ends by itself.
void ReadAgainAndAgain(const std::string& path, const Post& post);

}  // namespace annals::concurrency
