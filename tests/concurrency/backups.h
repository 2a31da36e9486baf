// A process that backs a database up again and again while others write to it.
#pragma once

#include <cstdint>
#include <string>

#include "tests/concurrency/crew.h"

namespace annals::concurrency {

// What a backup holds.
struct Backup {
  uint64_t events;
  uint64_t root;  // a RootPrefix()
};
// Has the binary verify it. Throws when it is not whole.
Backup Verified(const std::string& backup);
// The first eight bytes of a root that is written in hex.
uint64_t RootPrefix(const std::string& root);

// Has the binary make one backup after the other in `folder`, named "*.db", and verify it; says how many events it
// holds, with the root as Word::detail; then it goes. Never ends by itself.
void BackUpAgainAndAgain(const std::string& path, const std::string& folder, const Post& post);

}  // namespace annals::concurrency
