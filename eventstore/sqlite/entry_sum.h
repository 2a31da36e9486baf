// Sums over the entries of an index or the rows of a table, made where SQLite reads them.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "eventstore/sqlite/connection.h"
#include "eventstore/table.h"

namespace annals {

// The sum of the hashes of all entries of an index: the same of the same entries, in whatever order they are met. The
// hash is of this process alone, so that who alters a file cannot aim at the same sum.
using EntrySum = std::optional<uint64_t>;
uint64_t HashOfEntry(std::initializer_list<int64_t> columns);

// Lets SQL call entry_sum(UNIQUE, column, …) of all entries, in the order they come. NULL: they do not ascend, or the
// first UNIQUE columns are those of the entry before. UNIQUE 0: neither is asked for. No statement may be at work on
// this connection: SQLite would not let a function of that name be added again.
absl::Status AddEntrySum(const Connection& connection);

// How SQL names the table to read its own rows, and not an index that has all the columns that are asked for.
absl::StatusOr<std::string> TableItself(const Connection& connection, std::string_view table);

// The sum of HashOfRow over the rows as they are stored. No statement may be at work.
absl::StatusOr<uint64_t> SumOfRows(const Connection& connection, const TableDef& table);

}  // namespace annals
