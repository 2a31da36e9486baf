// What verify finds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <absl/status/status.h>

#include "eventstore/types.h"

namespace annals {

enum class FaultKind : uint8_t {
  kFile,         // the file's pages, indexes or schema are not as annals makes them
  kUnreadable,   // the file is damaged, and what lies behind cannot be read
  kGap,          // events are missing, or stand where none can
  kTime,         // recorded before the event in front of it
  kHash,         // the leaf hash is not that of the event, its stream, version and position
  kVersion,      // versions of a stream with gaps or out of order
  kColumn,       // a column that repeats part of the event says something else
  kUndecodable,  // not an event this annals can read
  kContent,      // what was kept beside the event is not what the event says
  kUnlawful,     // the law would have refused it
  kTable,        // a table is not the fold of the log
  kCommandId,    // command_ids does not show which event answered a command
  kTreeHead,     // the tree head, or a root of a subtree, is not that of the events
  kSeal,         // the log does not go on from the sealed head
};
// "hash", "tree_head", …
std::string_view NameOf(FaultKind kind);

struct Fault {
  std::optional<Position> position;  // none: of no one event
  FaultKind kind;
  std::string detail;
};

// What a status says is wrong, without the advice that stands behind it.
std::string DiagnosisOf(const absl::Status& status);

// Where checks put what they find.
class FaultSink {
 public:
  virtual ~FaultSink() = default;
  virtual void Add(Fault fault) = 0;
  void Add(Position position, FaultKind kind, std::string detail) { Add(Fault{position, kind, std::move(detail)}); }
};

}  // namespace annals
