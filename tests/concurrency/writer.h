// A process that executes commands on a shared database and says so when each is durable.
#pragma once

#include <string>
#include <vector>

#include "tests/concurrency/crew.h"

namespace annals::concurrency {

// What writer number `writer` does, in this order: commands with keys of their own, on runs of its own and on the run
// that all share. Of each kind, some are refused.
std::vector<std::string> WorkOf(int writer, int commands);

// In Word::flags, of a command whose commit has returned; its number is its place in WorkOf, its position that of the
// first of its events.
enum WriterFlags { kWasRefused = 1, kWasRepeat = 2 };

// Executes the work of writer `post.member` from its command number `first` on, a commit for each, and says so.
void Write(const std::string& path, int first, int commands, const Post& post);

}  // namespace annals::concurrency
