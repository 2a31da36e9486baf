#include "eventstore/sqlite/sql_reader.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "eventstore/sqlite/payload_function.h"
#include "schemas/status.h"

namespace annals {
namespace {

// Pragmas that only tell, with or without an argument; all others might do something.
constexpr std::array<std::string_view, 16> kTellingPragmas = {
    "collation_list", "compile_options", "database_list", "foreign_key_check", "foreign_key_list", "function_list",
    "index_info",     "index_list",      "index_xinfo",   "integrity_check",   "module_list",      "pragma_list",
    "quick_check",    "table_info",      "table_list",    "table_xinfo",
};
// And those that tell while they have none.
constexpr std::array<std::string_view, 9> kTellingWithoutArgument = {
    "application_id", "data_version", "encoding",       "freelist_count", "journal_mode",
    "page_count",     "page_size",    "schema_version", "user_version",
};

// Tables that SQLite makes when they are first named, which looks like a change to the authorizer: so they are named
// before there is one.
void NameTableFunctions(const Connection& connection) {
  std::vector<std::string> names = {"json_each", "json_tree"};
  for (const std::string_view pragma : kTellingPragmas) names.push_back(fmt::format("pragma_{}", pragma));
  for (const std::string_view pragma : kTellingWithoutArgument) names.push_back(fmt::format("pragma_{}", pragma));
  for (const std::string& name : names) {
    // Not every SQLite has a table for each of them.
    connection.Prepare(fmt::format("SELECT 1 FROM {}", name)).status().IgnoreError();
  }
}

template <class Names>
bool Contains(const Names& names, const char* name) {
  return std::find(names.begin(), names.end(), std::string_view(name)) != names.end();
}

bool OnlyReads(int action, const char* first, const char* second) {
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
      return true;
    case SQLITE_FUNCTION:
      return std::string_view(second) != "load_extension";
    case SQLITE_PRAGMA:
      return Contains(kTellingPragmas, first) || (second == nullptr && Contains(kTellingWithoutArgument, first));
    default:
      return false;
  }
}

SqlValue ValueAt(sqlite3_stmt* statement, int column) {
  const auto bytes = [&](const void* data) {
    const auto size = static_cast<size_t>(sqlite3_column_bytes(statement, column));
    return size == 0 ? std::string_view() : std::string_view(static_cast<const char*>(data), size);
  };
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      return sqlite3_column_int64(statement, column);
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, column);
    case SQLITE_TEXT:
      return bytes(sqlite3_column_text(statement, column));
    case SQLITE_BLOB:
      return SqlBlob{bytes(sqlite3_column_blob(statement, column))};
    default:
      return std::monostate();
  }
}

struct Finalizer {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

}  // namespace

absl::StatusOr<std::unique_ptr<SqlReader>> SqlReader::Over(const Connection& connection) {
  RETURN_IF_ERROR(connection.Execute("PRAGMA query_only = ON"));
  auto reader = std::unique_ptr<SqlReader>(new SqlReader(connection.handle(), connection.path()));
  if (RegisterPayloadJson(connection.handle()) != SQLITE_OK) {
    return SqliteError(connection.handle(), connection.path(), "add payload_json");
  }
  NameTableFunctions(connection);
  sqlite3_set_authorizer(connection.handle(), Authorize, reader.get());
  return reader;
}

SqlReader::~SqlReader() {
  sqlite3_set_authorizer(database_, nullptr, nullptr);
}

int SqlReader::Authorize(void* self, int action, const char* first, const char* second, const char*, const char*) {
  if (OnlyReads(action, first, second)) return SQLITE_OK;
  static_cast<SqlReader*>(self)->refused_ = true;
  return SQLITE_DENY;
}

absl::Status SqlReader::Run(std::string_view sql, SqlVisitor& visitor) {
  while (!sql.empty()) {
    refused_ = false;
    sqlite3_stmt* handle = nullptr;
    const char* rest = nullptr;
    const int code = sqlite3_prepare_v2(database_, sql.data(), static_cast<int>(sql.size()), &handle, &rest);
    const std::unique_ptr<sqlite3_stmt, Finalizer> statement(handle);
    if (code != SQLITE_OK) return Fault(sql);
    // Nothing but spaces and comments.
    if (statement == nullptr) return absl::OkStatus();
    RETURN_IF_ERROR(RunOne(statement.get(), visitor));
    sql.remove_prefix(static_cast<size_t>(rest - sql.data()));
  }
  return absl::OkStatus();
}

absl::Status SqlReader::RunOne(sqlite3_stmt* statement, SqlVisitor& visitor) {
  const int count = sqlite3_column_count(statement);
  std::vector<std::string_view> columns;
  for (int i = 0; i < count; ++i) columns.emplace_back(sqlite3_column_name(statement, i));
  RETURN_IF_ERROR(visitor.Begin(columns));
  std::vector<SqlValue> row(static_cast<size_t>(count));
  int code = SQLITE_OK;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
    for (int i = 0; i < count; ++i) row[static_cast<size_t>(i)] = ValueAt(statement, i);
    RETURN_IF_ERROR(visitor.Row(row));
  }
  if (code != SQLITE_DONE) return Fault({});
  return visitor.End();
}

absl::Status SqlReader::Fault(std::string_view sql) {
  const int code = sqlite3_extended_errcode(database_) & 0xff;
  if (refused_ || code == SQLITE_AUTH || code == SQLITE_READONLY) {
    return absl::InvalidArgumentError(
        "this would change the database or the connection; here SQL only reads (SELECT, EXPLAIN, PRAGMA table_info, "
        "…)");
  }
  if (code != SQLITE_ERROR && code != SQLITE_MISMATCH && code != SQLITE_TOOBIG && code != SQLITE_RANGE) {
    return SqliteError(database_, path_, "run the query");
  }
  std::string message = sqlite3_errmsg(database_);
  const int offset = sqlite3_error_offset(database_);
  if (offset >= 0 && static_cast<size_t>(offset) < sql.size()) {
    const std::string_view before = sql.substr(0, static_cast<size_t>(offset));
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const size_t column = before.size() - (before.rfind('\n') + 1);
    message += fmt::format(" (line {}, byte {})", line, column + 1);
  }
  return absl::InvalidArgumentError(message);
}

bool IsCompleteSql(const std::string& text) {
  return sqlite3_complete(text.c_str()) != 0;
}

}  // namespace annals
