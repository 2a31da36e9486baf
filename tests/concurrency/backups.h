// A process that backs a database up again and again while others write to it.
#pragma once

#include <cstdint>
#include <string>

#include "eventstore/types.h"
#include "tests/concurrency/crew.h"

namespace annals::concurrency {

// What a backup holds.
struct Backup {
  uint64_t events;
  uint64_t root;  // its first eight bytes
};
// Has the binary verify it. Throws when it is not whole.
Backup Verified(const std::string& backup);
uint64_t BeginningOf(const Hash& root);

// Has the binary make one backup after the other in `folder`, named "*.db", and verify it; says how many events it
// holds, with the root as Word::detail; then it goes. Never ends by itself.
void BackUpAgainAndAgain(const std::string& path, const std::string& folder, const Post& post);

}  // namespace annals::concurrency
