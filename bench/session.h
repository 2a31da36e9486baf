// What the measurements of one `annals bench` share: what is asked for, and the databases, which go when it does.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "bench/bench.h"
#include "eventstore/sources.h"
#include "eventstore/sqlite/sqlite_storage.h"

namespace annals::bench {

class Session {
 public:
  using OnStart = std::function<void(std::string_view)>;
  // `rows` are the names of those that are asked for. `options` and `on_start` must outlive it.
  Session(const Options& options, const OnStart& on_start, std::set<std::string, std::less<>> rows)
      : options_(options), on_start_(on_start), rows_(std::move(rows)) {}
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const Options& options() const { return options_; }
  const OnStart& on_start() const { return on_start_; }
  bool Wants(std::string_view row) const { return rows_.contains(row); }

  // The path of a file or database of that name; what was there is removed.
  std::string Fresh(std::string_view name);
  absl::StatusOr<std::unique_ptr<SqliteStorage>> Open(const std::string& path, OpenMode mode = OpenMode::kCreate);

  // A database that holds the workload's first options.commands commands, and perhaps others behind them: its path. It
  // is made when it is first asked for.
  absl::StatusOr<std::string> LargeDatabase();
  // Makes the database at `path` that one.
  void SetLargeDatabase(std::string path) { large_ = std::move(path); }

 private:
  const Options& options_;
  const OnStart& on_start_;
  const std::set<std::string, std::less<>> rows_;
  SystemClock clock_;
  SystemRandom random_;
  std::set<std::string> paths_;
  std::string large_;
};

}  // namespace annals::bench
