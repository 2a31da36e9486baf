// The state database of an older pipeline becomes a history: its rows are commands that the law judges, its times are
// the times the events claim.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <absl/status/statusor.h>
#include <absl/types/span.h>

#include "commands/engine.h"
#include "eventstore/foreign_table.h"
#include "eventstore/sources.h"

namespace annals {

enum class ImportMode {
  kKeep,    // what was not lawful is imported as an override or kept as a note
  kStrict,  // anything that was not lawful takes everything back
  kDryRun,  // everything is judged and taken back
};

struct ImportOptions {
  ImportMode mode = ImportMode::kKeep;
  std::string actor = {};      // of every event
  std::string file = {};       // the name by which the log shall remember the source
  int64_t max_count = 10'000;  // events for one row of errors, at most
};

struct ImportFinding {
  enum class Kind {
    kOverride,  // not lawful: moved by an override
    kNote,      // not lawful, or past saying: kept as a note of its whole row
    kRemark,    // nothing is wrong
  };
  Kind kind = Kind::kRemark;
  std::string table;
  std::string row;  // its first cell; empty: about the table
  std::string what;
  Position position;  // of the event; 0: there is none
};

struct ImportReport {
  std::string digest;                        // of the source (eventstore/foreign_table.h)
  std::optional<Timestamp> imported_before;  // then, this very source: nothing was added now
  bool stands = false;                       // false: everything was taken back, or there was nothing to do
  struct Table {
    std::string name;
    uint64_t rows = 0;
  };
  std::vector<Table> tables;
  Position first, last;  // of the events it made
  uint64_t overrides = 0;
  uint64_t notes = 0;
  uint64_t remarks = 0;
  std::vector<ImportFinding> findings;  // every one of them, in the order of the log

  bool IsLawful() const { return overrides + notes == 0; }
};

// `done` of `total` parts of the work are done.
using OnImportProgress = std::function<void(uint64_t done, uint64_t total)>;

// kInvalidArgument: none of the tables is one of a state database.
absl::Status CheckIsState(absl::Span<const ForeignTable> tables);

// Imports `tables` in one transaction: all of it or, if it fails or the process ends, nothing. Every cell can be found
// again in the log: in an event, or in a note of type imported_row or imported_rows (docs/import.md). Holds the write
// lock from beginning to end. Memory: that of `tables`, and about as much again for the plan.
//   kInvalidArgument  as CheckIsState
//   kAborted          a run of that name is in the log already, and not from this source
//   others            storing failed; nothing was imported
absl::StatusOr<ImportReport> ImportState(Engine& engine, Clock& clock, absl::Span<const ForeignTable> tables,
                                         const ImportOptions& options, const OnImportProgress& on_progress);

}  // namespace annals
