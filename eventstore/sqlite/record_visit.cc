#include "eventstore/sqlite/record_visit.h"

#include "schemas/status.h"

namespace annals {
namespace {

constexpr const char* kPointerType = "annals record visit";

// The columns of a row, as Statement gives them.
struct Arguments {
  sqlite3_value** cells;
  bool IsNull(int column) const { return sqlite3_value_type(cells[column]) == SQLITE_NULL; }
  int64_t Int(int column) const { return sqlite3_value_int64(cells[column]); }
  std::string_view Text(int column) const {
    const auto* const text = reinterpret_cast<const char*>(sqlite3_value_text(cells[column]));
    if (text == nullptr) return {};
    return {text, static_cast<size_t>(sqlite3_value_bytes(cells[column]))};
  }
  std::string_view Blob(int column) const {
    const auto* const bytes = static_cast<const char*>(sqlite3_value_blob(cells[column]));
    if (bytes == nullptr) return {};
    return {bytes, static_cast<size_t>(sqlite3_value_bytes(cells[column]))};
  }
};

}  // namespace

absl::Status RecordVisit::AddTo(const Connection& connection) {
  if (sqlite3_create_function_v2(connection.handle(), "visit_record", -1, SQLITE_UTF8 | SQLITE_DIRECTONLY, nullptr,
                                 VisitRecord, nullptr, nullptr, nullptr) == SQLITE_OK) {
    return absl::OkStatus();
  }
  return SqliteError(connection.handle(), connection.path(), "walk over its log");
}

absl::Status RecordVisit::Run(Statement& statement, int index) {
  statement.BindPointer(index, this, kPointerType);
  const absl::StatusOr<bool> ended = statement.Step();
  statement.Reset();
  if (thrown_) std::rethrow_exception(thrown_);
  RETURN_IF_ERROR(status_);
  RETURN_IF_ERROR(ended.status());
  reader_.Finish();
  return absl::OkStatus();
}

void RecordVisit::VisitRecord(sqlite3_context* context, int count, sqlite3_value** arguments) {
  auto* const walk =
      static_cast<RecordVisit*>(count == 0 ? nullptr : sqlite3_value_pointer(arguments[0], kPointerType));
  if (walk == nullptr) return sqlite3_result_error(context, "visit_record is called by Annals alone", -1);
  sqlite3_result_int(context, walk->Visit(arguments + 1) ? 0 : 1);
}

bool RecordVisit::Visit(sqlite3_value** row) {
  if (!status_.ok() || thrown_) return false;  // that is not lost, however SQLite goes on
  try {
    const absl::StatusOr<const RecordView*> record = reader_.Read(Arguments{row});
    status_ = record.ok() ? visit_(**record) : record.status();
  } catch (...) {  // which must not go through SQLite
    thrown_ = std::current_exception();
  }
  return status_.ok() && !thrown_;
}

}  // namespace annals
