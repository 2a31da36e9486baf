// The tables, indexes, triggers and views of a database, and those that annals makes.
#pragma once

#include <string>
#include <vector>

#include <absl/status/statusor.h>
#include <absl/types/span.h>

#include "eventstore/sqlite/connection.h"
#include "eventstore/table.h"

namespace annals {

// A row of sqlite_schema.
struct SchemaObject {
  std::string type;                 // "table", "index", "trigger" or "view"
  std::string name;                 // in small letters, as SQLite does not tell these from others
  std::string table;                // that it is on; the same
  bool is_in_small_letters = true;  // both, in the file too, as all that annals makes is
  std::string sql;
  std::vector<std::string> tokens;  // of `sql`, without the quotes that renaming puts round the table's name
  bool is_text = true;              // a blob of the same bytes is another name to who looks for one
};
absl::StatusOr<std::vector<SchemaObject>> ReadSchema(const Connection& connection);

// What annals makes in a new database for the log, what is kept beside it, and `tables`.
absl::StatusOr<std::vector<SchemaObject>> SchemaAsMade(absl::Span<const TableDef* const> tables);

}  // namespace annals
