// What can be seen to be wrong with a database file whatever the events in it say.
#pragma once

#include <string>

#include <absl/functional/function_ref.h>
#include <absl/status/status.h>
#include <absl/types/span.h>

#include "eventstore/sqlite/connection.h"
#include "eventstore/sqlite/index_check.h"
#include "eventstore/table.h"

namespace annals {

// Calls `visit` for each thing: pages and indexes that are damaged, as SQLite tells it; a schema that is not the one
// annals makes (eventstore/sqlite/schema_check.h); rows that name the file, its streams or its subtrees and stand for
// nothing. `tables` are the projected ones. Reads every page; the connection may be in a transaction. `log_keys` is
// FindDoubtfulTables()'s.
absl::Status FindDamageOf(const Connection& connection, absl::Span<const TableDef* const> tables, EntrySum log_keys,
                          absl::FunctionRef<void(std::string)> visit);

// The same of a file that no storage could be opened on, since what every command asks for is not there: by its header
// it is annals' own, of this version, which is the error otherwise.
absl::Status FindDamageIn(const std::string& path, absl::Span<const TableDef* const> tables,
                          absl::FunctionRef<void(std::string)> visit);

// Of that only what SQLite finds, in the tables that it can look at: not in those of the user's with an index by a
// collation or function that it does not know.
absl::Status FindDamagedPagesOf(const Connection& connection, EntrySum log_keys,
                                absl::FunctionRef<void(std::string)> visit);

}  // namespace annals
