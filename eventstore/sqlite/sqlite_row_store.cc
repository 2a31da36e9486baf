#include "eventstore/sqlite/sqlite_row_store.h"

#include <utility>

#include "eventstore/sqlite/sqlite_schema.h"
#include "schemas/status.h"

namespace annals {

absl::StatusOr<std::unique_ptr<SqliteRowStore>> SqliteRowStore::InMemory(const std::vector<const TableDef*>& tables) {
  ASSIGN_OR_RETURN(Connection connection, Connection::OpenInMemory());
  // One transaction for good: a commit for each row takes longer than the row, and nothing here outlives the process.
  RETURN_IF_ERROR(connection.Execute("BEGIN"));
  return In(std::move(connection), tables);
}

absl::StatusOr<std::unique_ptr<SqliteRowStore>> SqliteRowStore::In(Connection connection,
                                                                   const std::vector<const TableDef*>& tables) {
  for (const TableDef* const table : tables) {
    RETURN_IF_ERROR(connection.Execute(CreateTableSql(*table, table->name, "")));
  }
  return std::unique_ptr<SqliteRowStore>(new SqliteRowStore(std::move(connection)));
}

absl::Status SqliteRowStore::Mark() {
  if (is_marked_) RETURN_IF_ERROR(connection_.Execute("RELEASE mark"));
  is_marked_ = true;
  return connection_.Execute("SAVEPOINT mark");
}

}  // namespace annals
