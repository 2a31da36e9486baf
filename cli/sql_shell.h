// SQL line by line: from a person at a terminal, or from a pipe.
#pragma once

#include <istream>

#include <absl/status/statusor.h>

#include "cli/context.h"
#include "eventstore/sqlite/sql_reader.h"

namespace annals {

// Reads statements and the shell's own words (".help") from `in` until its end or ".quit", and prints what they give.
// At a terminal a fault is printed and the next line read; else it is returned. Returns the exit code.
absl::StatusOr<int> RunSqlShell(Context& context, SqlReader& reader, std::istream& in, bool is_terminal);

// Prints what the statements in `sql` give.
absl::Status PrintSql(Context& context, SqlReader& reader, std::string_view sql);

}  // namespace annals
