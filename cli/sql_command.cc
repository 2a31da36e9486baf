// annals sql: the tables and the log, in the words of SQL.
#include <unistd.h>

#include <iostream>
#include <memory>
#include <optional>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/sql_shell.h"
#include "eventstore/sqlite/sqlite_row_store.h"
#include "eventstore/sqlite/sqlite_storage.h"
#include "projections/tables.h"
#include "schemas/status.h"

namespace annals {
namespace {

absl::StatusOr<int> Ask(Context& context, const Connection& connection, const std::optional<std::string>& query) {
  ASSIGN_OR_RETURN(const std::unique_ptr<SqlReader> reader, SqlReader::Over(connection));
  if (!query) return RunSqlShell(context, *reader, std::cin, IsTerminal(STDIN_FILENO));
  RETURN_IF_ERROR(PrintSql(context, *reader, *query));
  return kExitDone;
}

absl::StatusOr<int> Run(Context& context, const std::optional<std::string>& query) {
  if (!context.options().at) {
    ASSIGN_OR_RETURN(const SqliteStorage* const storage, context.OpenForReading());
    return Ask(context, storage->connection(), query);
  }
  ASSIGN_OR_RETURN(const auto snapshot, context.Read());
  ASSIGN_OR_RETURN(const auto store, SqliteRowStore::InMemory(ProjectedTables()));
  for (const TableDef* const table : ProjectedTables()) {
    ASSIGN_OR_RETURN(const bool is_kept, snapshot->HasTable(*table));
    if (!is_kept) continue;
    RETURN_IF_ERROR(snapshot->ReadRows({.table = table}, TableSet::kLive,
                                       [&](Row row) { return store->PutRow(*table, TableSet::kLive, row); }));
  }
  return Ask(context, store->connection(), query);
}

}  // namespace

Command SqlCommand() {
  const auto query = std::make_shared<std::optional<std::string>>();
  return {
      .name = "sql",
      .summary = "Ask in SQL; it only reads",
      .details =
          "QUERY is one statement, or several with semicolons. Without it statements are read from standard input, "
          "at a terminal with a prompt (.help shows what else it knows). payload_json(payload) of the view events "
          "is the JSON of an event. With --json each row is an object on a line, blobs as hex digits. With --at the "
          "tables are those of then, and events is not among them.",
      .example =
          "annals sql 'SELECT status, count(*) FROM workstreams GROUP BY status'\n"
          "annals sql \"SELECT id, payload_json(payload) FROM events WHERE event_type = 'error_recorded'\"",
      .arguments = {Place("QUERY", query.get(), "what to ask")},
      .run = [query](Context& context) { return Run(context, *query); },
      .reads_as_of = true};
}

}  // namespace annals
