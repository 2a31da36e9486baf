// SQLite: a connection, its statements, and what its errors mean. Who needs more of it calls it with handle().
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <sqlite3.h>

namespace annals {

// A hash or a salt from the bytes of a column; all zeros where they are not as many.
template <class Array>
void CopyOrZero(std::string_view bytes, Array& out) {
  out.fill(0);
  if (bytes.size() == out.size()) std::memcpy(out.data(), bytes.data(), out.size());
}

// A prepared statement. Bind, Step until it gives no row, Reset; bound text and blobs must live until Reset.
class Statement {
 public:
  Statement() = default;

  void Bind(int index, int64_t value);
  void Bind(int index, std::string_view text);
  void BindBlob(int index, std::string_view bytes);
  void BindNull(int index);
  // For a function of ours, which asks for the same `type`, a literal.
  void BindPointer(int index, void* pointer, const char* type);

  bool is_prepared() const { return handle_ != nullptr; }

  // True: a row is there to be read. False: done. After false or an error the statement is reset.
  absl::StatusOr<bool> Step();
  // Steps a statement that gives no rows.
  absl::Status Run();
  void Reset();

  int columns() const;
  std::string_view NameOf(int column) const;
  // Of the value in the row at hand: SQLITE_INTEGER, SQLITE_FLOAT, SQLITE_TEXT, SQLITE_BLOB or SQLITE_NULL.
  int TypeOf(int column) const;
  bool IsNull(int column) const;
  int64_t Int(int column) const;
  double Real(int column) const;
  // Views live until the next Step or Reset.
  std::string_view Text(int column) const;
  std::string_view Blob(int column) const;

 private:
  friend class Connection;
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalizer> handle_;
};

// Resets a statement when the scope ends, so that an early return leaves no read lock behind.
class ResetOnExit {
 public:
  explicit ResetOnExit(Statement& statement) : statement_(statement) {}
  ~ResetOnExit() { statement_.Reset(); }
  ResetOnExit(const ResetOnExit&) = delete;
  ResetOnExit& operator=(const ResetOnExit&) = delete;

 private:
  Statement& statement_;
};

enum class OpenMode {
  kUntouched,  // of another program: only read, and its write-ahead log is left as it is
  kReadOnly,
  kReadWrite,
  kCreate
};

class Connection {
 public:
  // A file made here has mode 0600.
  //   kNotFound  there is no file and `mode` does not make one
  //   kInternal  it cannot be known whether there is one (a folder above it may not be searched), or it cannot be
  //   opened
  static absl::StatusOr<Connection> Open(const std::string& path, OpenMode mode, int lock_timeout_ms);

  // An empty database of its own that goes when the connection does; path() is ":memory:".
  static absl::StatusOr<Connection> OpenInMemory();

  absl::StatusOr<Statement> Prepare(std::string_view sql) const;
  // SQL that a user wrote. kInvalidArgument, in SQLite's words: it is wrong, or not one statement that only reads.
  absl::StatusOr<Statement> PrepareQuery(std::string_view sql) const;
  // Runs statements that give no rows, one after the other.
  absl::Status Execute(const std::string& sql) const;
  // The first column of the first row, nullopt when there is no row.
  absl::StatusOr<std::optional<int64_t>> QueryInt(std::string_view sql) const;
  absl::StatusOr<std::optional<std::string>> QueryText(std::string_view sql) const;

  // Makes `target` the same database as this one, page by page and in one transaction: what others write here
  // meanwhile is not in it, and those who read there see all of it or nothing. Both have pages of one size, unless
  // `target` is empty.
  absl::Status CopyInto(const Connection& target) const;

  const std::string& path() const { return path_; }
  // For the other files of this backend.
  sqlite3* handle() const { return handle_.get(); }

 private:
  struct Closer {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
  };
  std::string path_;
  std::unique_ptr<sqlite3, Closer> handle_;
};

// "3.40.1".
std::string SqliteVersion();

// `name` as SQL takes the name of a thing, whatever is in it.
std::string QuotedName(std::string_view name);

// What a failed call means, by SQLite's extended code: busy is kUnavailable, full is kResourceExhausted, corrupt is
// kDataLoss, all else kInternal. Where the file is to blame the message names `file` and what was wanted of it.
// `tried`, often SQL, is said only of what a user cannot have caused. `database` may be null: SQLite had no memory for
// it.
absl::Status SqliteError(sqlite3* database, std::string_view file, std::string_view tried);

}  // namespace annals
