// Several connections to one database, each for a thread of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <absl/status/statusor.h>

#include "cli/context.h"
#include "eventstore/sqlite/sqlite_storage.h"

namespace annals {

class ParallelReading {
 public:
  // So many as `jobs` asks for; without it one per core, and one alone for a log that one thread is done with sooner.
  //   kInvalidArgument  `jobs` is not from 1 to 256
  static absl::StatusOr<ParallelReading> Open(Context& context, const std::optional<int64_t>& jobs);

  // The first is what Context::OpenForReading() gives.
  const std::vector<Storage*>& storages() const { return storages_; }

 private:
  std::vector<std::unique_ptr<SqliteStorage>> others_;
  std::vector<Storage*> storages_;
};

}  // namespace annals
