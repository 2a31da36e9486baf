// Long seeded histories over all machines, and digests of all that comes of them: what tests compare between compilers,
// locales, time zones and processes.
#pragma once

#include <ostream>
#include <string>

namespace annals::determinism {

// Tells each history in memory and, in other portions, in a database in `folder`, which exists and is empty, and writes
// a line for each thing that comes of it:
//   SEED memory|sqlite TABLE|log|tree COUNT SHA-256   the rows, the records' bytes, the tree's head
//   shown EXIT BYTES SHA-256 COMMAND                  what a user reads who gives that command
// Throws where the history cannot be told.
void WriteDigests(const std::string& folder, std::ostream& out);

}  // namespace annals::determinism
