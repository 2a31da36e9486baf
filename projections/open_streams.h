// A walk over the log, seen stream by stream: which streams it is in the middle of, with the rows their events made.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/container/node_hash_map.h>
#include <absl/status/statusor.h>

#include "eventstore/storage.h"
#include "projections/rows.h"
#include "schemas/text_map.h"

namespace annals {

// What a stream of the log is while a walk has come to some, not all of its events. A stream that has ended is
// forgotten, so that the memory is that of the streams which are open at the same time.
class OpenStream {
 public:
  const std::string& name() const { return *name_; }
  Rows& rows() { return *rows_; }

  StreamVersion next_version = {1};  // for the walk's use
  bool is_broken = false;            // for the walk's use: an event could not be folded, the rows are void
  // For the walk's use: events whose content was removed, and those that say it was, with what they name.
  std::vector<Position> without_content = {};
  std::vector<std::pair<Position, Position>> redactions = {};

 private:
  friend class OpenStreams;
  const std::string* name_ = nullptr;
  std::unique_ptr<Rows> rows_;
  uint64_t events_ = 0;
  uint64_t met_ = 0;
};

class OpenStreams {
 public:
  explicit OpenStreams(Snapshot& snapshot) : snapshot_(snapshot) {}

  // The stream of an event that the walk meets. Valid until it is left.
  absl::StatusOr<OpenStream*> Meet(std::string_view name);
  // Whether the walk has met as many events of it as the log has.
  static bool HasEnded(const OpenStream& stream) { return stream.met_ == stream.events_; }
  void Leave(OpenStream& stream);

  // Those that no more events came of, by name.
  std::vector<OpenStream*> Rest();

 private:
  Snapshot& snapshot_;
  absl::node_hash_map<std::string, OpenStream, TextHash, std::equal_to<>> streams_;
  OpenStream* last_met_ = nullptr;
  std::vector<std::unique_ptr<Rows>> spare_rows_;
};

}  // namespace annals
