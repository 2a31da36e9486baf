// A process that gives commands and writes down what it saw.
#pragma once

#include <string>
#include <vector>

#include "tests/concurrency/crew.h"
#include "tests/concurrency/door.h"
#include "tests/judge/history.h"

namespace annals::concurrency {

struct ClientOptions {
  std::string folder;  // of the histories: a file for each life of each client
  uint64_t seed = 0;
  uint64_t commands = 0;  // that are to be answered
};

// Gives commands, one after the other, until so many were answered. A command of which an earlier life did not hear
// what became of it is given again first; so is one that was told that the database is locked.
void GiveCommands(Door& door, const ClientOptions& options, const Post& post);

// All that was written down in that folder, by client.
std::vector<judge::Attempt> HistoryIn(const std::string& folder);

}  // namespace annals::concurrency
