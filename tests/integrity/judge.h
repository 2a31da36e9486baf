// Whether what was done to a database's files is found by who verifies it against a seal that is kept elsewhere.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "eventstore/sqlite/connection.h"
#include "tests/integrity/sealed_log.h"

namespace annals::integrity {

enum class Verdict {
  kFound,      // by an error or a fault
  kUnchanged,  // not found, and nobody reads anything else than before
  kUncovered,  // not found; what is read otherwise is what nothing covers (docs/integrity.md)
  kMissed      // not found, and somebody reads what was not written
};

// All that can be read in a database, whoever reads it, as lines.
struct Reading {
  std::vector<std::string> covered;
  std::vector<std::string> uncovered;
};
Reading ReadAll(const Connection& connection);

class Judge {
 public:
  // Tries things at `path`.
  Judge(const SealedLog& log, std::string path);
  ~Judge();
  Judge(const Judge&) = delete;
  Judge& operator=(const Judge&) = delete;

  Verdict Of(const Files& files);
  // The first line that is another, of what was judged last.
  const std::string& difference() const { return difference_; }

 private:
  bool IsFound(SqliteStorage& storage) const;

  const SealedLog& log_;
  const std::string path_;
  Reading before_;
  std::string difference_;
};

// While one lives: if the process crashes, or is not done within a minute, it says at what.
class Trial {
 public:
  explicit Trial(std::string_view what);
  ~Trial();
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;
};

}  // namespace annals::integrity
