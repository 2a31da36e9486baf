// Events of another log, from lines of `annals export` (SPEC §11): the same log again, or a part of one added to this.
//
// Exact: the file holds a whole log (positions from 1, with --full), and this log is empty or begins like it. The same
// events stand at the same positions afterwards, with the same bytes and the same root. In batches: what was committed
// stays, and a later call goes on behind it.
//
// Merged: everything else. The events are appended with new positions; they claim their own times as occurred_at, and
// references between them are moved along. One commit for all, so that no reference is ever lost.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "commands/apply_input.h"
#include "eventstore/sources.h"
#include "eventstore/storage.h"

namespace annals {

struct LineImportOptions {
  size_t batch = 1000;                              // lines per commit
  bool strict = false;                              // one commit for all, and none if anything was unlawful
  bool dry_run = false;                             // everything is judged, and nothing written
  std::string source = {};                          // the key under which a merge is remembered; empty: it is not
  std::map<std::string, std::string> renames = {};  // merged: run → what it is called here
};

// What was not taken as it came.
struct LineRemark {
  uint64_t line = 0;
  std::string what;
};
using OnLineRemark = std::function<void(const LineRemark& remark)>;
// So many lines are done with.
using OnLineProgress = std::function<void(uint64_t lines)>;

struct LineImportReport {
  bool exact = false;
  bool was_imported_before = false;  // merged: the same source; nothing was done
  uint64_t lines = 0;                // that hold an event
  uint64_t events = 0;               // appended
  uint64_t skipped = 0;              // were there already
  uint64_t overridden = 0;           // unlawful transitions, imported as overrides
  uint64_t left_out = 0;             // unlawful, and not to be imported as anything
  uint64_t without_id = 0;           // commands whose id was taken, or came without its digest
  uint64_t dangling = 0;             // references to events that the file does not hold
};

// Imports what `input` holds; lines without text are skipped. Errors begin with "line N: ".
//   kInvalidArgument     a line that cannot be read, is out of order, or does not belong where it stands
//   kFailedPrecondition  unlawful (exact, or strict)
//   kAborted             the logs went apart, a run or another stream is there already, or others wrote meanwhile
//   kDataLoss            a line was altered: its hash or digest is not the one of what it holds
absl::StatusOr<LineImportReport> ImportLines(Storage& storage, Clock& clock, RandomSource& random, ByteSource& input,
                                             const LineImportOptions& options, const OnLineRemark& on_remark,
                                             const OnLineProgress& on_progress);

}  // namespace annals
