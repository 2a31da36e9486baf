// What a command is given: the global options, the way out, and the database, opened when it is first asked for.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "cli/command.h"
#include "cli/monotonic_clock.h"
#include "cli/terminal.h"
#include "eventstore/sources.h"

namespace annals {

class Engine;
class Snapshot;
class SqliteStorage;
class Storage;

// The world outside, as main hands it down. Tests hand down another one.
struct Host {
  Clock& clock;
  RandomSource& random;
  Environment environment;
  MonotonicClock monotonic;
  std::ostream& out;
  std::ostream& err;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  std::optional<size_t> width;  // of the terminal that `out` is; nothing when it is none
};

// They stand before or after the subcommand.
struct GlobalOptions {
  std::optional<std::string> db;
  bool json = false;
  std::optional<std::string> actor;
  std::optional<std::string> command_id;
  std::optional<int64_t> expect_version;
  bool dry_run = false;
  std::optional<Point> at;
  int64_t lock_timeout_ms = 10'000;
  bool no_color = false;
};
// The same as arguments; `options` must outlive them.
std::vector<Argument> GlobalArguments(GlobalOptions& options);

class Context {
 public:
  Context(Host& host, GlobalOptions options);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  const GlobalOptions& options() const { return options_; }
  bool json() const { return options_.json; }
  std::ostream& out() { return host_.out; }
  std::ostream& err() { return host_.err; }
  // For Table::Render and Paint.
  bool out_is_terminal() const { return host_.out_is_terminal; }
  bool err_is_terminal() const { return host_.err_is_terminal; }
  std::optional<size_t> width() const { return host_.width; }
  ColourMode colour() const { return colour_; }
  Clock& clock() { return host_.clock; }
  RandomSource& random() { return host_.random; }
  const Environment& environment() const { return host_.environment; }
  const MonotonicClock& monotonic() const { return host_.monotonic; }

  // --actor, else $USER, else the user's name in the system, else "unknown".
  std::string Actor() const;

  // Where the database is (SPEC §3), whether it exists or not.
  absl::StatusOr<std::string> DatabasePath();
  //   kInternal  it cannot be known: a folder above it may not be searched
  absl::StatusOr<bool> DatabaseIsThere();

  // Opens the database, once: later calls return the same. Owned by the context.
  //   kNotFound  there is none
  absl::StatusOr<SqliteStorage*> OpenForReading();
  // The log and the tables now, or as of --at. The context must outlive it.
  //   kNotFound  there is no database, or its log ends before the position
  absl::StatusOr<std::unique_ptr<Snapshot>> Read();
  // The time that Read() answers of: what is open lasts until then. To be asked after it.
  Timestamp Now();
  // The same database once more, for reading on a thread of its own.
  absl::StatusOr<std::unique_ptr<SqliteStorage>> OpenAnotherForReading();
  // Makes the folders above it and a missing database; brings an old schema up to date.
  absl::StatusOr<SqliteStorage*> OpenForWriting();
  // The engine over OpenForWriting(); with --dry-run and no database, over an empty one in memory, so that nothing is
  // made.
  absl::StatusOr<Engine*> OpenEngine();

  // With ANNALS_BACKUP_ON_START=true, copies the database before it is written to; returns the copy's name, empty where
  // none was asked for or there is no database yet. Called by init and apply.
  absl::StatusOr<std::string> BackUpOnStart();

 private:
  absl::StatusOr<SqliteStorage*> Open(bool may_write);
  absl::StatusOr<std::unique_ptr<SqliteStorage>> OpenNew(bool may_write);

  Host& host_;
  GlobalOptions options_;
  ColourMode colour_;
  std::string path_;
  bool opened_for_writing_ = false;
  std::unique_ptr<SqliteStorage> storage_;
  std::unique_ptr<Storage> memory_;
  std::unique_ptr<Engine> engine_;
  std::optional<Timestamp> as_of_time_;
  struct FoldProgressErased;
  std::unique_ptr<FoldProgressErased> fold_progress_;
};

}  // namespace annals
