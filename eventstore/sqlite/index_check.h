// Whether indexes hold what their tables do. SQLite's own check looks every row up in every index, which takes more
// than half of its time; here tables and indexes are read in their order, and sums are set beside each other.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "eventstore/sqlite/connection.h"

namespace annals {

// The sum of the hashes of all entries of an index: the same of the same entries, in whatever order they are met. The
// hash is of this process alone, so that who alters a file cannot aim at the same sum.
using EntrySum = std::optional<uint64_t>;
uint64_t HashOfEntry(std::initializer_list<int64_t> columns);

// The tables whose indexes SQLite's own check has to judge, and to tell what is wrong with: an index lacks a row, has
// one that the table has not or twice what must be unique, or is out of order; or it is of a kind that is not looked at
// here (of a condition or an expression, with a collation, descending, of floating-point numbers or row ids). Reads all
// tables that have indexes; not the log again where `log_keys` is what its index has to have, by stream, version and
// position.
absl::StatusOr<std::vector<std::string>> FindDoubtfulTables(const Connection& connection, EntrySum log_keys);

}  // namespace annals
