// A process that executes commands on a shared database and says so when each is durable.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace annals::concurrency {

// What writer number `writer` does, in this order: commands with keys of their own, on runs of its own and on the run
// that all share. Of each kind, some are refused.
std::vector<std::string> WorkOf(int writer, int commands);

// What a writer acknowledges, in one write to a pipe, once a command's commit has returned.
struct Acknowledgement {
  int32_t writer;
  int32_t command;    // its index in WorkOf
  uint64_t position;  // the first of its events
  int32_t refused;
  int32_t repeat;
};

// Executes the work, a commit for each command, and acknowledges to `pipe`. Ends the process: 0 when all is done.
[[noreturn]] void RunWriter(const std::string& path, int writer, int commands, int pipe);

}  // namespace annals::concurrency
