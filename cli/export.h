// The forms that `annals export` writes; one file each.
#pragma once

#include <optional>
#include <ostream>
#include <string>

#include <absl/status/status.h>

#include "eventstore/storage.h"
#include "eventstore/table.h"
#include "projections/rebuild.h"

namespace annals {

// Every event, or those of `run` with what was refused of it, as `annals log --json --full` prints them.
absl::Status ExportJsonLines(Snapshot& snapshot, const std::optional<std::string>& run, FoldProgress progress,
                             std::ostream& out);

// The rows of `table`, or those of `run`, as RFC 4180 has it: a header, CRLF; NULL is an empty field, an empty text "".
//   kInvalidArgument  the table has no runs
absl::Status ExportCsv(Snapshot& snapshot, const TableDef& table, const std::optional<std::string>& run,
                       std::ostream& out);

// A run in Chrome's trace event format, which ui.perfetto.dev and chrome://tracing open: a process for the run, a
// thread for each thing in it and each request that it does the work of, threads for the attempts at steps. What is
// open lasts until `now`.
//   kNotFound  there is no such run
absl::Status ExportTrace(Snapshot& snapshot, const std::string& run, Timestamp now, std::ostream& out);

// All runs, or one, in XES 1.0 (xes-standard.org), for process mining: a trace for each run, workstream
// and request (of one run: those it does the work of).
// Memory: as much as the text of one run.
//   kNotFound  there is no such run
absl::Status ExportXes(Snapshot& snapshot, const std::optional<std::string>& run, std::ostream& out);

}  // namespace annals
