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
    // Asked before they are read: reading a blob as a text makes it one.
    bool is_text = true;
    for (int i = 0; i < rows.columns(); ++i) is_text &= rows.TypeOf(i) == SQLITE_TEXT || rows.IsNull(i);
    SchemaObject& object = objects.emplace_back(SchemaObject{.type = std::string(rows.Text(0)),
                                                             .name = Lower(rows.Text(1)),
                                                             .table = Lower(rows.Text(2)),
                                                             .sql = std::string(rows.Text(3)),
                                                             .tokens = SqlTokens(rows.Text(3)),
                                                             .is_text = is_text});
    object.is_in_small_letters = object.name == rows.Text(1) && object.table == rows.Text(2);
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
