#include "eventstore/sqlite/schema_object.h"

#include <algorithm>

#include <absl/strings/ascii.h>
#include <fmt/format.h>

#include "eventstore/sqlite/sql_tokens.h"
#include "eventstore/sqlite/sqlite_schema.h"
#include "schemas/status.h"

namespace annals {
namespace {

std::string Lower(std::string_view text) {
  return absl::AsciiStrToLower({text.data(), text.size()});
}

}  // namespace

absl::StatusOr<std::vector<SchemaObject>> ReadSchema(const Connection& connection) {
  ASSIGN_OR_RETURN(Statement rows, connection.Prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema"));
  std::vector<SchemaObject> objects;
  while (true) {
    ASSIGN_OR_RETURN(const bool row, rows.Step());
    if (!row) return objects;
    SchemaObject& object = objects.emplace_back(SchemaObject{.type = std::string(rows.Text(0)),
                                                             .name = Lower(rows.Text(1)),
                                                             .table = Lower(rows.Text(2)),
                                                             .sql = std::string(rows.Text(3)),
                                                             .tokens = SqlTokens(rows.Text(3))});
    for (int i = 0; i < rows.columns(); ++i) object.is_text &= rows.TypeOf(i) == SQLITE_TEXT || rows.IsNull(i);
    // Of other names it cannot be known that they are names: what names nothing SQLite takes for a text.
    std::ranges::replace(object.tokens, fmt::format("\"{}\"", object.table), object.table);
  }
}

absl::StatusOr<std::vector<SchemaObject>> SchemaAsMade(absl::Span<const TableDef* const> tables) {
  ASSIGN_OR_RETURN(const Connection connection, Connection::OpenInMemory());
  RETURN_IF_ERROR(connection.Execute(SchemaSql(tables)));
  return ReadSchema(connection);
}

}  // namespace annals
