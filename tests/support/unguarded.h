// What somebody does first who wants to change a log that refuses it, and last, so that nobody sees it by that.
#pragma once

#include <string>

#include "eventstore/sqlite/connection.h"

namespace annals::support {

// While one lives the triggers that refuse changes of the log and its names are gone. `connection` must outlive it.
class Unguarded {
 public:
  explicit Unguarded(const Connection& connection);
  ~Unguarded();
  Unguarded(const Unguarded&) = delete;
  Unguarded& operator=(const Unguarded&) = delete;

 private:
  const Connection& connection_;
  std::string triggers_;
};

}  // namespace annals::support
