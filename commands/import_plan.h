// The rows of a state database in the order in which they can have happened.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/types/span.h>

#include "commands/import_row.h"
#include "eventstore/foreign_table.h"

namespace annals {

struct ImportRun;

struct ImportWorkstream {
  ImportRow* row = nullptr;
  ImportRun* run = nullptr;
  std::string ws_id;
  std::vector<ImportWorkstream*> needs = {};  // those that stand before it; the rest is a fault of the row
  std::optional<std::string> status = {};     // ours; nothing where it has none, or nobody knows what it means
  Timestamp created_at = {};                  // 0 where the source has no time for it
  Timestamp updated_at = {};
  bool exists = false;  // in the log, once it is imported
};

struct ImportRun {
  ImportRow* row = nullptr;  // nullptr: a run made for workstreams that have none
  std::string run_id;
  std::optional<std::string> status = {};
  Timestamp created_at = {};
  Timestamp updated_at = {};
  std::vector<ImportWorkstream*> workstreams = {};  // what each needs stands before it
  bool exists = false;
};

struct ImportItem {
  enum class Kind {
    kCreateRun,
    kStartRun,  // so that it can be what its row says
    kCreateWorkstream,
    kAttempt,
    kError,
    kErrorRepeats,  // all but the first of an error that was counted
    kEvent,
    kMoveWorkstream,    // to what its row says
    kSettleWorkstream,  // the same, after the law has moved what depends on others
    kMoveRun,
    kNote,  // what can be said in no other way
  };
  Kind kind;
  ImportRow* row = nullptr;                // nullptr: of a run that has none
  ImportRun* run = nullptr;                // nullptr: of no run
  ImportWorkstream* workstream = nullptr;  // nullptr: of none
  Timestamp time = {};                     // when it happened; 0: the source does not say
};

struct ImportPlan {
  std::deque<ImportRow> rows;  // table after table, as the source has them
  std::deque<ImportRun> runs;
  std::deque<ImportWorkstream> workstreams;
  std::vector<ImportItem> items;
};

// Runs one after the other by the time they were created. Within a run: its creation first, its end last, between them
// all by time, but for creation, which stands before use, and for the move of a workstream, which stands after its
// attempts. The plan views `tables`. Workstreams whose run is not there go to a run `made_run_id`. The same tables give
// the same plan.
ImportPlan PlanImport(absl::Span<const ForeignTable> tables, const std::string& made_run_id);

}  // namespace annals
