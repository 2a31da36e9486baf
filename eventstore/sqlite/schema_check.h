// Whether the tables, indexes, triggers and views of a file are those that annals makes.
//
// Whose they are: what is on the log, or on the tables kept beside it, is annals' alone, and all of it must be there as
// it was made. The projected tables must be there too, with their columns, keys, checks and indexes. Columns, indexes
// and triggers that somebody added to them are theirs and stay, as a rebuild keeps them, unless they would keep rows
// out; so do tables and views of other names. What a trigger of theirs does to rows is seen in the rows.
#pragma once

#include <string>

#include <absl/functional/function_ref.h>
#include <absl/status/status.h>
#include <absl/types/span.h>

#include "eventstore/sqlite/connection.h"
#include "eventstore/table.h"

namespace annals {

// Calls `visit` for each object that is not there, is another, or has no business there, with what can be done where
// that is less than restoring a backup.
absl::Status CheckSchema(const Connection& connection, absl::Span<const TableDef* const> tables,
                         absl::FunctionRef<void(std::string)> visit);

}  // namespace annals
