#include "eventstore/sqlite/file_check.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "eventstore/merkle.h"
#include "eventstore/sqlite/schema_check.h"
#include "eventstore/sqlite/sqlite_migrations.h"
#include "eventstore/sqlite/sqlite_schema.h"
#include "eventstore/sqlite/sqlite_storage.h"
#include "eventstore/ulid.h"
#include "schemas/message_text.h"
#include "schemas/status.h"
#include "schemas/timestamp.h"

namespace annals {
namespace {

// SQLite's file format: how it may be read and written, the format of the schema, the encoding of text.
constexpr size_t kHeaderBytes = 100;
constexpr size_t kWriteVersion = 18, kReadVersion = 19, kSchemaFormat = 47, kEncoding = 59;
constexpr char kRollbackJournal = 1, kWriteAheadLog = 2;

using Visit = absl::FunctionRef<void(std::string)>;

// More of the same tell nobody more.
constexpr int kMostNamed = 20;

// SQLite takes other values of these too, but then it reads a file without its write-ahead log, or writes to it no
// more.
absl::Status CheckHeader(const Connection& connection, Visit visit) {
  sqlite3_file* file = nullptr;
  sqlite3_file_control(connection.handle(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
  std::array<char, kHeaderBytes> header;
  if (file == nullptr || file->pMethods == nullptr ||
      file->pMethods->xRead(file, header.data(), header.size(), 0) != SQLITE_OK) {
    return absl::InternalError(fmt::format(
        "read the header of the database {}: the disk failed; look at the system's log", connection.path()));
  }
  // A number that is written with the first table is 0 while that table stands in the write-ahead log only.
  const auto is_later = [&](size_t at, char value) { return header[at] == value || header[at] == 0; };
  const char version = header[kReadVersion];
  const bool is_sound = (version == kRollbackJournal || version == kWriteAheadLog) &&
                        header[kWriteVersion] == version && is_later(kSchemaFormat, 4) && is_later(kEncoding, 1);
  if (!is_sound) visit("the file's header has format numbers that annals does not write");
  return absl::OkStatus();
}

// The id holds the millisecond at which the database was made, so that the two show each other's damage.
absl::Status CheckMeta(const Connection& connection, Visit visit) {
  ASSIGN_OR_RETURN(Statement rows, connection.Prepare("SELECT key, value FROM schema_meta"));
  std::string id, created_at;
  while (true) {
    ASSIGN_OR_RETURN(const bool row, rows.Step());
    if (!row) break;
    const std::string_view key = rows.Text(0);
    const std::string_view value = rows.Text(1);
    if (key == "database_id") {
      id = value;
    } else if (key == "created_at") {
      created_at = value;
    } else if (key != "schema_version" || value != fmt::format("{}", kSchemaVersion)) {
      visit(fmt::format("schema_meta says {} of {}", Quoted(value), Quoted(key)));
    }
  }
  const std::optional<Timestamp> made = TimeOfUlid(id);
  const std::optional<Timestamp> said = ReadTimestamp(created_at);
  if (!made || !said || made->micros / 1000 != said->micros / 1000) {
    visit(fmt::format("schema_meta says that the database {} was made at {}, which its id does not", Quoted(id),
                      Quoted(created_at)));
  }
  return absl::OkStatus();
}

absl::Status CheckStrays(const Connection& connection, Visit visit) {
  const std::pair<std::string, std::string_view> looks[] = {
      {"SELECT name FROM streams WHERE id NOT IN (SELECT stream FROM log)", "streams names one that has no events"},
      {fmt::format("SELECT subtree FROM tree_nodes WHERE subtree < 0 OR subtree >= (SELECT tree_size / {} FROM "
                   "tree_head)",
                   MerkleTree::kSubtreeLeaves),
       "tree_nodes has the root of a subtree that is not whole"}};
  for (const auto& [sql, what] : looks) {
    ASSIGN_OR_RETURN(Statement strays, connection.Prepare(fmt::format("{} LIMIT {}", sql, kMostNamed)));
    while (true) {
      ASSIGN_OR_RETURN(const bool row, strays.Step());
      if (!row) break;
      visit(fmt::format("{}: {}", what, Quoted(strays.Text(0))));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckMigrations(const Connection& connection, Visit visit) {
  ASSIGN_OR_RETURN(Statement rows, connection.Prepare("SELECT number, name, applied_at FROM migrations ORDER BY 1"));
  int64_t number = 1;
  for (const std::string_view name : kMigrationNames) {
    ASSIGN_OR_RETURN(const bool row, rows.Step());
    if (!row || rows.Int(0) != number || rows.Text(1) != name || !ReadTimestamp(rows.Text(2))) {
      visit(fmt::format("migrations does not show number {}, {}, as it was run", number, Quoted(name)));
      return absl::OkStatus();
    }
    ++number;
  }
  ASSIGN_OR_RETURN(const bool more, rows.Step());
  if (more) visit("migrations has a row that stands for nothing");
  return absl::OkStatus();
}

// What an integrity check gives.
absl::Status VisitDamage(Statement& check, Visit visit) {
  while (true) {
    ASSIGN_OR_RETURN(const bool row, check.Step());
    if (!row) return absl::OkStatus();
    std::string_view text = check.Text(0);
    if (text == "ok") continue;
    // One text of several lines, the first of which may name the database.
    while (!text.empty()) {
      const std::string_view line = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(text.size(), line.size() + 1));
      if (!line.starts_with("***")) visit(fmt::format("SQLite: {}", line));
    }
  }
}

// False: SQLite cannot look at that, since an index is by a collation or function that only the user's program has.
absl::StatusOr<bool> CheckIntegrity(const Connection& connection, std::string_view argument, Visit visit) {
  absl::StatusOr<Statement> check = connection.Prepare(fmt::format("PRAGMA integrity_check({})", argument));
  if (absl::IsInternal(check.status())) return false;
  RETURN_IF_ERROR(check.status());
  RETURN_IF_ERROR(VisitDamage(*check, visit));
  return true;
}

}  // namespace

absl::Status FindDamagedPagesOf(const Connection& connection, EntrySum log_keys, Visit visit) {
  // It takes some sound tables that are kept by their key for damaged, and cannot be asked where one index is by a
  // collation that SQLite does not know. So what it says is only taken where it finds nothing.
  const absl::StatusOr<std::optional<std::string>> quick = connection.QueryText("PRAGMA quick_check(1)");
  std::vector<std::string> tables;
  if (quick.ok() && *quick == "ok") {
    ASSIGN_OR_RETURN(tables, FindDoubtfulTables(connection, log_keys));
  } else {
    ASSIGN_OR_RETURN(const bool is_told, CheckIntegrity(connection, fmt::format("{}", kMostNamed), visit));
    if (is_told) return absl::OkStatus();
    ASSIGN_OR_RETURN(Statement names, connection.Prepare("SELECT 'sqlite_schema' UNION ALL SELECT name FROM "
                                                         "sqlite_schema WHERE type = 'table'"));
    while (true) {
      ASSIGN_OR_RETURN(const bool row, names.Step());
      if (!row) break;
      tables.emplace_back(names.Text(0));
    }
  }
  for (const std::string& table : tables) {
    RETURN_IF_ERROR(CheckIntegrity(connection, QuotedName(table), visit).status());
  }
  return absl::OkStatus();
}

absl::Status FindDamageOf(const Connection& connection, absl::Span<const TableDef* const> tables, EntrySum log_keys,
                          Visit visit) {
  bool is_ours = true;
  RETURN_IF_ERROR(CheckSchema(connection, tables, [&](std::string difference) {
    is_ours = false;
    visit(std::move(difference));
  }));
  for (const auto check : {CheckHeader, CheckMeta, CheckMigrations, CheckStrays}) {
    const absl::Status status = check(connection, visit);
    // What it asks for may not be there; that was told.
    if (!is_ours && absl::IsInternal(status)) continue;
    RETURN_IF_ERROR(status);
  }
  return FindDamagedPagesOf(connection, log_keys, visit);
}

absl::Status FindDamageIn(const std::string& path, absl::Span<const TableDef* const> tables, Visit visit) {
  const SqliteOptions options{.path = path, .mode = OpenMode::kReadOnly};
  ASSIGN_OR_RETURN(const Connection connection, Connection::Open(path, options.mode, options.lock_timeout_ms));
  RETURN_IF_ERROR(Migrate(connection, options).status());
  ASSIGN_OR_RETURN(const std::optional<int64_t> id, connection.QueryInt("PRAGMA application_id"));
  if (id != kBundleApplicationId) return FindDamageOf(connection, tables, {}, visit);
  // It is never mended, and what it says of itself is of the log that it came from.
  bool is_ours = true;
  RETURN_IF_ERROR(CheckSchema(connection, tables, [&](const std::string&) { is_ours = false; }));
  if (!is_ours) visit("the tables of the bundle are not as annals makes them; export it anew from its log");
  return FindDamagedPagesOf(connection, {}, visit);
}

}  // namespace annals
