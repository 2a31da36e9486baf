// What SQLite alone does on the same disk: the thing every figure is set beside.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <absl/status/statusor.h>

namespace annals::bench {

// A bare table with UNIQUE(stream, version), and one projection row written again per event; WAL, synchronous=FULL,
// statements prepared once, the same page cache as ours.
class RawSqlite {
 public:
  static absl::StatusOr<std::unique_ptr<RawSqlite>> Create(const std::string& path);
  virtual ~RawSqlite() = default;
  // One transaction of `rows` events, durable on return.
  virtual absl::Status Commit(uint64_t rows) = 0;
};

}  // namespace annals::bench
