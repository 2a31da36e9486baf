// The ways in which a client gives its commands to a database.
#pragma once

#include <memory>
#include <string>

#include "tests/judge/history.h"

namespace annals::concurrency {

class Door {
 public:
  virtual ~Door() = default;
  // All of the answer but when it came. Throws when there is none that a client could make use of.
  virtual judge::Answer Execute(const judge::Command& command) = 0;
};

// An engine in this process, which waits so long for others that write.
std::unique_ptr<Door> OpenEngine(const std::string& path, int lock_timeout_ms);
// The binary, started anew for each command.
std::unique_ptr<Door> UseBinary(const std::string& path, int lock_timeout_ms);

}  // namespace annals::concurrency
