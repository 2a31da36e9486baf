#include "eventstore/sqlite/foreign_database.h"

#include <fmt/format.h>

#include "eventstore/sqlite/connection.h"
#include "eventstore/sqlite/sqlite_schema.h"
#include "schemas/message_text.h"
#include "schemas/status.h"
#include "schemas/utf8.h"

namespace annals {
namespace {

using namespace std::string_view_literals;

// From SQLite's description of its file format: the header begins with this, and byte 68 with the application's id.
constexpr std::string_view kSqliteMagic = "SQLite format 3\0"sv;
constexpr size_t kApplicationIdOffset = 68;

bool IsUtf8(std::string_view text) {
  return FirstInvalidUtf8(text) == std::string_view::npos;
}

absl::Status CheckName(std::string_view name) {
  if (IsUtf8(name)) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("the name {} is not UTF-8; rename it", Quoted(name)));
}

ForeignCell ReadCell(const Statement& statement, int column) {
  switch (statement.TypeOf(column)) {
    case SQLITE_INTEGER:
      return statement.Int(column);
    case SQLITE_FLOAT:
      return statement.Real(column);
    case SQLITE_TEXT: {
      std::string text(statement.Text(column));
      if (IsUtf8(text)) return text;
      return ForeignBytes{std::move(text)};
    }
    case SQLITE_BLOB:
      return ForeignBytes{std::string(statement.Blob(column))};
    default:
      return std::monostate();
  }
}

absl::StatusOr<std::vector<ForeignTable>> FindTables(const Connection& connection) {
  ASSIGN_OR_RETURN(Statement names,
                   connection.Prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE "
                                      "'sqlite\\_%' ESCAPE '\\' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"));
  std::vector<ForeignTable> tables;
  while (true) {
    ASSIGN_OR_RETURN(const bool row, names.Step());
    if (!row) return tables;
    RETURN_IF_ERROR(CheckName(names.Text(0)));
    tables.push_back({.name = std::string(names.Text(0)), .columns = {}, .rows = {}});
  }
}

absl::Status ReadTable(const Connection& connection, ForeignTable& table) {
  ASSIGN_OR_RETURN(Statement statement, connection.Prepare(fmt::format("SELECT * FROM {}", QuotedName(table.name))));
  const int columns = statement.columns();
  for (int i = 0; i < columns; ++i) {
    RETURN_IF_ERROR(CheckName(statement.NameOf(i)));
    table.columns.emplace_back(statement.NameOf(i));
  }
  while (true) {
    ASSIGN_OR_RETURN(const bool row, statement.Step());
    if (!row) return absl::OkStatus();
    std::vector<ForeignCell>& cells = table.rows.emplace_back();
    cells.reserve(static_cast<size_t>(columns));
    for (int i = 0; i < columns; ++i) cells.push_back(ReadCell(statement, i));
  }
}

}  // namespace

FileKind FileKindOf(std::string_view first_bytes) {
  if (first_bytes.size() < kFileKindBytes || !first_bytes.starts_with(kSqliteMagic)) return FileKind::kOther;
  uint32_t application_id = 0;
  for (const char c : first_bytes.substr(kApplicationIdOffset, 4)) {
    application_id = application_id << 8 | static_cast<unsigned char>(c);
  }
  return application_id == uint32_t{kApplicationId} ? FileKind::kAnnals : FileKind::kForeignSqlite;
}

absl::StatusOr<std::vector<ForeignTable>> ReadForeignDatabase(const std::string& path, int lock_timeout_ms) {
  ASSIGN_OR_RETURN(const Connection connection, Connection::Open(path, OpenMode::kUntouched, lock_timeout_ms));
  RETURN_IF_ERROR(connection.Execute("BEGIN"));
  ASSIGN_OR_RETURN(std::vector<ForeignTable> tables, FindTables(connection));
  for (ForeignTable& table : tables) {
    RETURN_IF_ERROR(WithContext(ReadTable(connection, table), fmt::format("read the table {}", Quoted(table.name))));
  }
  RETURN_IF_ERROR(connection.Execute("COMMIT"));
  return tables;
}

}  // namespace annals
