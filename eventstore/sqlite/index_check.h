// Whether indexes hold what their tables do. SQLite's own check looks every row up in every index, which takes more
// than half of its time; here tables and indexes are read in their order, and sums are set beside each other.
#pragma once

#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "eventstore/sqlite/connection.h"
#include "eventstore/sqlite/entry_sum.h"

namespace annals {

// The tables whose indexes SQLite's own check has to judge, and to tell what is wrong with: an index lacks a row, has
// one that the table has not or twice what must be unique, or is out of order; or it is of a kind that is not looked at
// here (of a condition or an expression, with a collation, descending, of floating-point numbers or row ids). Reads all
// tables that have indexes; not the log again where `log_keys` is what its index has to have, by stream, version and
// position.
absl::StatusOr<std::vector<std::string>> FindDoubtfulTables(const Connection& connection, EntrySum log_keys);

}  // namespace annals
