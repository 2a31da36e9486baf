// The law of workstreams as far as clients here use it, written down a second time: a small model, not the engine's.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "tests/judge/history.h"

namespace annals::judge {

// That edge is there: pending, ready, editing, static_check, fixing, runtime_check and done, in runs that are running.
bool HasEdge(const std::string& from, const std::string& to);

class Workstreams {
 public:
  // Goes on by a command that was done or refused. What is wrong with that, or nothing. `from`: the state in which a
  // move found the workstream, as the log has it.
  std::string Take(const Command& command, const std::string& from, bool refused);

  // Of the one that a command is about; empty when there is none.
  std::string StateOf(const Command& command) const;

 private:
  std::map<std::pair<std::string, std::string>, std::string> states_;  // by run and name
};

}  // namespace annals::judge
