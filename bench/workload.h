// The command mix benchmarks run: pipelines as they are, with about eleven commands a workstream and errors that
// repeat.
#pragma once

#include <cstdint>
#include <string>

#include "schemas/command.capnp.h"

namespace annals::bench {

// Makes the same commands for the same seed, for ever: runs of twenty workstreams that depend on each other in pairs.
class Workload {
 public:
  explicit Workload(uint64_t seed) : seed_(seed) {}

  // Fills `command` (fresh) with the next command.
  void Next(schema::Command::Builder command);

 private:
  void BeginRun(schema::Command::Builder command);
  void WorkstreamCommand(schema::Command::Builder command);

  uint64_t seed_;
  uint64_t run_ = 0;
  uint64_t workstream_ = 0;  // of the run, from 1
  int step_ = 0;             // within the run (no workstream) or the workstream
  std::string run_id_;
  std::string ws_id_;
};

// The next command as `annals apply` reads it.
std::string NextJsonLine(Workload& workload);
// The name of a run of the workload, counted from 1.
std::string RunId(uint64_t seed, uint64_t run);
// What each run has; the first command of it makes two events.
constexpr uint64_t kCommandsPerRun = 222;
constexpr uint64_t kEventsPerRun = kCommandsPerRun + 1;
constexpr uint64_t kWorkstreamsPerRun = 20;

}  // namespace annals::bench
