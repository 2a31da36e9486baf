// What a client does next: commands that get into each other's way.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/judge/history.h"

namespace annals::concurrency {

// Workstreams in the run "shared", which all clients make and move, and in a run of the client's own, "own3"; notes.
// With an expected version or without, often an old one. Keys of its own, keys used before for the same or for another
// command, and keys that all clients use at about the same time, for the same or for other commands.
class Plan {
 public:
  Plan(int client, uint64_t seed) : client_(client), seed_(seed) {}

  // The client's attempt number `number`. The same from the same answers so far, and the same seed.
  judge::Command Next(uint64_t number) const;
  // Learns from an attempt that was answered.
  void Learn(const judge::Attempt& attempt);

 private:
  const int client_;
  const uint64_t seed_;
  std::vector<judge::Command> given_;
  std::map<std::string, uint64_t> versions_;                           // of runs, as they last were known
  std::map<std::pair<std::string, std::string>, std::string> states_;  // of workstreams, by run and name
};

}  // namespace annals::concurrency
