// Whether what was done to a database's files is found by who verifies it against a seal that is kept elsewhere.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <absl/status/statusor.h>

#include "eventstore/sqlite/connection.h"
#include "tests/integrity/sealed_log.h"

namespace annals::integrity {

enum class Verdict {
  kUnchanged,  // nobody reads anything else than before
  kFound,      // annals verify ends with exit code 6, or says that it is no database of this annals
  kUncovered,  // not found; what is read otherwise is what nothing covers (docs/integrity.md)
  kMissed      // not found, and somebody reads what was not written, or nobody is told what is wrong
};

// All that can be read in a database, whoever reads it, as lines.
struct Reading {
  std::vector<std::string> covered;
  std::vector<std::string> uncovered;
};
absl::StatusOr<Reading> ReadAll(const Connection& connection);

class Judge {
 public:
  // Tries things at `path`.
  Judge(const SealedLog& log, std::string path);
  ~Judge();
  Judge(const Judge&) = delete;
  Judge& operator=(const Judge&) = delete;

  Verdict Of(const Files& files);
  // Of what was judged last: the first line that is another, or the error.
  const std::string& difference() const { return difference_; }

 private:
  // By who runs annals verify; nothing where that does not say what is wrong, which stands in difference_ then.
  std::optional<bool> IsFound();
  std::string SealPath() const { return path_ + ".seal"; }

  const SealedLog& log_;
  const std::string path_;
  Reading before_;
  uint64_t unchanged_ = 0;
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
