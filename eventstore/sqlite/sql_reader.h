// SQL of the user's own over a connection: it reads, whatever it tries.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/types/span.h>

#include "eventstore/sqlite/connection.h"

namespace annals {

// A cell as SQL has it. Views live until the visitor returns.
struct SqlBlob {
  std::string_view bytes;
};
using SqlValue = std::variant<std::monostate, int64_t, double, std::string_view, SqlBlob>;

// What a statement gives: its columns, its rows, its end.
class SqlVisitor {
 public:
  virtual ~SqlVisitor() = default;
  virtual absl::Status Begin(absl::Span<const std::string_view> columns) = 0;
  virtual absl::Status Row(absl::Span<const SqlValue> row) = 0;
  virtual absl::Status End() = 0;
};

class SqlReader {
 public:
  // From now on `connection` refuses all that does not read, for whoever uses it, and knows payload_json(). It must
  // outlive this.
  static absl::StatusOr<std::unique_ptr<SqlReader>> Over(const Connection& connection);
  ~SqlReader();
  SqlReader(const SqlReader&) = delete;
  SqlReader& operator=(const SqlReader&) = delete;

  // Runs the statements in `sql`, one after the other. Those before one that fails have been visited.
  //   kInvalidArgument  SQLite does not understand it, or fails at it by its fault; or it does not only read
  //   others            as SqliteError; what `visitor` failed with
  absl::Status Run(std::string_view sql, SqlVisitor& visitor);

 private:
  explicit SqlReader(sqlite3* database, std::string path) : database_(database), path_(std::move(path)) {}
  static int Authorize(void* self, int action, const char* first, const char* second, const char* database,
                       const char* trigger);
  absl::Status RunOne(sqlite3_stmt* statement, SqlVisitor& visitor);
  // What SQLite's last error means; `sql` is what it was given.
  absl::Status Fault(std::string_view sql);

  sqlite3* const database_;
  const std::string path_;
  bool refused_ = false;  // the authorizer said no since the last statement began
};

// Whether `text` ends behind a whole statement, so that a shell need not read on.
bool IsCompleteSql(const std::string& text);

}  // namespace annals
