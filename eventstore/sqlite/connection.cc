#include "eventstore/sqlite/connection.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>

#include "eventstore/sqlite/wal_writer.h"
#include "schemas/check.h"
#include "schemas/status.h"

namespace annals {
namespace {

std::string FileOf(sqlite3* database) {
  const char* name = sqlite3_db_filename(database, "main");
  return name == nullptr ? "" : name;
}

// A file name as SQLite's URI form wants it.
std::string UriOf(const std::string& path, std::string_view query) {
  std::string uri = "file:";
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      uri += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    } else {
      uri += c;
    }
  }
  return uri.append(query);
}

bool HasWriteAheadLog(const std::string& path) {
  return access((path + "-wal").c_str(), F_OK) == 0;
}

// A log in a folder nobody may write to can still be read, if no writer left a write-ahead log behind: SQLite then
// needs no files of its own beside it, and must be told so.
bool IsFrozen(const std::string& path) {
  const std::string folder = std::filesystem::absolute(path).parent_path();
  return access(folder.c_str(), W_OK) != 0 && !HasWriteAheadLog(path);
}

// Once per process, before SQLite's first use: no statistics of memory, which take a lock at each allocation, and no
// locks round connections, each of which one thread uses at a time.
void ConfigureSqlite() {
  static const int configured = [] {
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    return sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
  }();
  (void)configured;  // refused where the program has used SQLite before: then it is only slower
}

// A table or column that the statement names is not in the file. SQLite has no code of its own for it.
bool NamesWhatIsMissing(std::string_view message) {
  return message.starts_with("no such table: ") || message.starts_with("no such column: ") ||
         message.find(" has no column named ") != std::string_view::npos;
}

absl::Status CreateFile(const std::string& path) {
  const int file = open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (file < 0) {
    return absl::InternalError(fmt::format("create the database {}: {}; choose a place you may write to with --db",
                                           path, std::strerror(errno)));
  }
  close(file);
  return absl::OkStatus();
}

}  // namespace

absl::Status SqliteError(sqlite3* database, std::string_view file, std::string_view tried) {
  const int code = sqlite3_extended_errcode(database);
  const std::string_view message = sqlite3_errmsg(database);
  const int system_code = sqlite3_system_errno(database);
  const std::string_view reason = system_code == 0 ? message : std::strerror(system_code);
  // The one writer takes the next free place: where it is taken, somebody else wrote. Other constraints are broken only
  // by our own bugs.
  if (code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_ROWID || code == SQLITE_CONSTRAINT_UNIQUE) {
    return absl::DataLossError(
        fmt::format("{}: {} already holds what is to be written ({}): another program changed it; restore a backup",
                    tried, file, message));
  }
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:  // another process held a lock of the write-ahead log's index for longer than SQLite tries
      return absl::UnavailableError(fmt::format(
          "lock the database {}: another process holds the write lock; try again, or wait longer with --lock-timeout",
          file));
    case SQLITE_FULL:
      return absl::ResourceExhaustedError(fmt::format(
          "write to the database {}: the disk is full; nothing was written; make room and try again", file));
    case SQLITE_CORRUPT:
      return absl::DataLossError(
          fmt::format("read the database {}: it is damaged ({}); restore it from a backup", file, message));
    case SQLITE_NOTADB:
      return absl::InternalError(
          fmt::format("open the database {}: it is not an Annals database; name another file with --db", file));
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return absl::InternalError(fmt::format(
          "open the database {} for writing: the file or its folder may not be written to; check their permissions",
          file));
    case SQLITE_CANTOPEN:
      return absl::InternalError(
          fmt::format("open the database {}: {}; check the permissions of the file and its folder", file, reason));
    case SQLITE_IOERR:
      return absl::InternalError(fmt::format(
          "use the database {}: the disk failed: {} (SQLite code {}); look at the system's log", file, reason, code));
    case SQLITE_ERROR:
      if (message == "unsupported file format") {
        return absl::DataLossError(
            fmt::format("read the database {}: its header was altered ({}); restore it from a backup", file, message));
      }
      if (NamesWhatIsMissing(message)) {
        return absl::InternalError(fmt::format(
            "use the database {}: {}; annals verify names what is missing; annals migrate adds what held no "
            "events, a backup has the rest",
            file, message));
      }
      break;
    default:
      break;
  }
  return absl::InternalError(fmt::format("{}: {} (SQLite code {}, {})", tried, message, code, file));
}

void Statement::Bind(int index, int64_t value) {
  CHECK(sqlite3_bind_int64(handle_.get(), index, value) == SQLITE_OK);
}

void Statement::Bind(int index, std::string_view text) {
  // A null pointer would bind NULL: empty text is text.
  const char* data = text.data() == nullptr ? "" : text.data();
  CHECK(sqlite3_bind_text64(handle_.get(), index, data, text.size(), SQLITE_STATIC, SQLITE_UTF8) == SQLITE_OK);
}

void Statement::BindBlob(int index, std::string_view bytes) {
  const char* data = bytes.data() == nullptr ? "" : bytes.data();
  CHECK(sqlite3_bind_blob64(handle_.get(), index, data, bytes.size(), SQLITE_STATIC) == SQLITE_OK);
}

void Statement::BindNull(int index) {
  CHECK(sqlite3_bind_null(handle_.get(), index) == SQLITE_OK);
}

void Statement::BindPointer(int index, void* pointer, const char* type) {
  CHECK(sqlite3_bind_pointer(handle_.get(), index, pointer, type, nullptr) == SQLITE_OK);
}

absl::StatusOr<bool> Statement::Step() {
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  absl::Status status;
  if (code != SQLITE_DONE) {
    std::string_view sql = sqlite3_sql(handle_.get());
    sqlite3* const database = sqlite3_db_handle(handle_.get());
    status = SqliteError(database, FileOf(database), fmt::format("run \"{}\"", sql.substr(0, 80)));
  }
  Reset();
  if (!status.ok()) return status;
  return false;
}

absl::Status Statement::Run() {
  ASSIGN_OR_RETURN(const bool row, Step());
  if (row) Reset();
  return absl::OkStatus();
}

void Statement::Reset() {
  sqlite3_reset(handle_.get());
}

int Statement::columns() const {
  return sqlite3_column_count(handle_.get());
}
std::string_view Statement::NameOf(int column) const {
  const char* const name = sqlite3_column_name(handle_.get(), column);
  return name == nullptr ? "" : name;
}
int Statement::TypeOf(int column) const {
  return sqlite3_column_type(handle_.get(), column);
}
bool Statement::IsNull(int column) const {
  return TypeOf(column) == SQLITE_NULL;
}
double Statement::Real(int column) const {
  return sqlite3_column_double(handle_.get(), column);
}
int64_t Statement::Int(int column) const {
  return sqlite3_column_int64(handle_.get(), column);
}

// The cell is looked up once: each sqlite3_column_… looks for it anew, and for errors. One thread at a time uses a
// connection, so that its values need no protection.
std::string_view Statement::Text(int column) const {
  sqlite3_value* const cell = sqlite3_column_value(handle_.get(), column);
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(cell));
  if (text == nullptr) return {};
  return {text, static_cast<size_t>(sqlite3_value_bytes(cell))};
}

std::string_view Statement::Blob(int column) const {
  sqlite3_value* const cell = sqlite3_column_value(handle_.get(), column);
  const auto* bytes = static_cast<const char*>(sqlite3_value_blob(cell));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<size_t>(sqlite3_value_bytes(cell))};
}

absl::StatusOr<Connection> Connection::Open(const std::string& path, OpenMode mode, int lock_timeout_ms) {
  ConfigureSqlite();
  struct stat info;
  if (stat(path.c_str(), &info) != 0) {
    // What cannot be looked at may well be there: to call it absent would be a lie that some would act upon.
    if (errno != ENOENT && errno != ENOTDIR) {
      return absl::InternalError(fmt::format("open the database {}: {}; check the permissions of the folders above it",
                                             path, std::strerror(errno)));
    }
    if (mode != OpenMode::kCreate) {
      return absl::NotFoundError(
          fmt::format("open the database {}: there is none; make it with annals init, or name one with --db", path));
    }
    RETURN_IF_ERROR(CreateFile(path));
  } else if (!S_ISREG(info.st_mode)) {
    return absl::InternalError(
        fmt::format("open the database {}: it is not a regular file; name another with --db", path));
  }
  Connection connection;
  connection.path_ = path;
  const bool frozen = (mode == OpenMode::kUntouched || mode == OpenMode::kReadOnly) && IsFrozen(path);
  // To fold a write-ahead log back is its owner's business. Where there is none a connection that may write leaves
  // less behind than one that may not: it takes away the files it made beside the database.
  const bool untouched = mode == OpenMode::kUntouched && HasWriteAheadLog(path);
  const int flags =
      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI | (frozen || untouched ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE);
  sqlite3* handle = nullptr;
  const bool writes = mode == OpenMode::kReadWrite || mode == OpenMode::kCreate;
  const char* const vfs = writes ? WalWriterVfs() : nullptr;
  const int code = sqlite3_open_v2(UriOf(path, frozen ? "?immutable=1" : "").c_str(), &handle, flags, vfs);
  connection.handle_.reset(handle);
  if (code != SQLITE_OK) return SqliteError(handle, path, "open the database");
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, lock_timeout_ms);
  return connection;
}

absl::StatusOr<Connection> Connection::OpenInMemory() {
  ConfigureSqlite();
  Connection connection;
  connection.path_ = ":memory:";
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(connection.path_.c_str(), &handle,
                                   SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  connection.handle_.reset(handle);
  if (code != SQLITE_OK) return SqliteError(handle, connection.path_, "make a database in memory");
  sqlite3_extended_result_codes(handle, 1);
  return connection;
}

absl::StatusOr<Statement> Connection::Prepare(std::string_view sql) const {
  sqlite3_stmt* handle = nullptr;
  if (sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &handle,
                         nullptr) != SQLITE_OK) {
    return SqliteError(handle_.get(), path_, fmt::format("prepare \"{}\"", sql.substr(0, 80)));
  }
  Statement statement;
  statement.handle_.reset(handle);
  return statement;
}

absl::StatusOr<Statement> Connection::PrepareQuery(std::string_view sql) const {
  sqlite3_stmt* handle = nullptr;
  const char* rest = nullptr;
  if (sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()), 0, &handle, &rest) != SQLITE_OK) {
    return absl::InvalidArgumentError(sqlite3_errmsg(handle_.get()));
  }
  Statement statement;
  statement.handle_.reset(handle);
  const size_t read = static_cast<size_t>(rest - sql.data());
  const bool more = sql.find_first_not_of("; \t\r\n", read) != std::string_view::npos;
  if (handle == nullptr || more || sqlite3_stmt_readonly(handle) == 0) {
    return absl::InvalidArgumentError("not one statement that only reads");
  }
  return statement;
}

absl::Status Connection::Execute(const std::string& sql) const {
  if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return absl::OkStatus();
  return SqliteError(handle_.get(), path_, fmt::format("run \"{}\"", std::string_view(sql).substr(0, 80)));
}

absl::StatusOr<std::optional<int64_t>> Connection::QueryInt(std::string_view sql) const {
  ASSIGN_OR_RETURN(Statement statement, Prepare(sql));
  ASSIGN_OR_RETURN(const bool row, statement.Step());
  if (!row) return std::nullopt;
  const int64_t value = statement.Int(0);
  RETURN_IF_ERROR(statement.Step().status());  // what a pragma does it may do after its row
  return value;
}

absl::StatusOr<std::optional<std::string>> Connection::QueryText(std::string_view sql) const {
  ASSIGN_OR_RETURN(Statement statement, Prepare(sql));
  ASSIGN_OR_RETURN(const bool row, statement.Step());
  if (!row) return std::nullopt;
  std::string value(statement.Text(0));
  RETURN_IF_ERROR(statement.Step().status());
  return value;
}

absl::Status Connection::CopyInto(const Connection& target) const {
  sqlite3_backup* const backup = sqlite3_backup_init(target.handle_.get(), "main", handle_.get(), "main");
  const std::string tried = fmt::format("copy {} to {}", path_, target.path_);
  if (backup == nullptr) return WithContext(SqliteError(target.handle_.get(), target.path_, "begin"), tried);
  // All pages in one step: between two steps others could write, and the copy would begin anew.
  const int code = sqlite3_backup_step(backup, -1);
  sqlite3_backup_finish(backup);
  if (code == SQLITE_DONE) return absl::OkStatus();
  // The target's connection has the fault of either file; damage is this one's.
  const std::string& to_blame = (code & 0xff) == SQLITE_CORRUPT ? path_ : target.path_;
  return WithContext(SqliteError(target.handle_.get(), to_blame, "copy its pages"), tried);
}

std::string SqliteVersion() {
  return sqlite3_libversion();
}

std::string QuotedName(std::string_view name) {
  std::string sql = "\"";
  for (const char c : name) {
    if (c == '"') sql += '"';
    sql += c;
  }
  return sql + '"';
}

}  // namespace annals
