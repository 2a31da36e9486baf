// What is done while calls of the storage fail: lawful and refused commands, unknown entities, previews and repeats.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

namespace annals::crash {

// Commands of one commit.
using Batch = std::vector<std::string>;

// Stands in a script for the attempt that was started last.
inline constexpr int64_t kLastAttempt = 987'654'321;

struct Script {
  const char* name;
  // Each command has a key, as all are given again after a fault.
  std::vector<Batch> (*make)();
};
void PrintTo(const Script& script, std::ostream* out);

// Runs, workstreams, steps, errors, notes, contents kept beside the log.
extern const Script kRunsScript;
// All other machines, and commands that lead to events in several streams: a gate fails, so its task, so its
// workstream, so what depends on that; workers that take, give up and lose tasks; leases; breakers that open and close.
extern const Script kMachinesScript;

}  // namespace annals::crash
