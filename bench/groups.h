// The groups of rows that one measurement gives, most in a file of that name. A group may leave out figures that the
// session does not want, to save their time; those that it gives all the same are dropped.
#pragma once

#include <vector>

#include <absl/status/statusor.h>

#include "bench/session.h"

namespace annals::bench {

using Figures = absl::StatusOr<std::vector<Figure>>;

// Durable commands one at a time and in batches, beside the same number of rows of SQLite alone.
Figures MeasureCommands(Session& session);
// SQLite alone.
Figures MeasureRaw(Session& session);
// annals apply, beside the library doing the same commands.
Figures MeasureApply(Session& session);
// The most memory that processes take at the size of the large database. A child's counts its parent's at its start: so
// this is measured while the caller is still small. Leaves the large database behind.
Figures MeasureMemory(Session& session);
// What the number of commands does to the cost of one, and to the file.
Figures MeasureSize(Session& session);
// The log folded, the tables made anew, and all of it checked.
Figures MeasureFolds(Session& session);
// Whole processes, and the same question asked in this one.
Figures MeasureProcesses(Session& session);
// What threads of one process reach that each commit single commands (commands/group_commit.h), beside one thread.
Figures MeasureThreads(Session& session);
// Writers of several processes: what they reach together beside one of them alone, and whether each gets its share.
// Forks: the calling process has one thread and no database open.
Figures MeasureWriters(Session& session);
// What the other machines cost: their commands, and a user's own machine beside a built-in one.
Figures MeasureMachines(Session& session);
// A run of very many workstreams, beside one of a tenth of them.
Figures MeasureLargeRun(Session& session);

}  // namespace annals::bench
