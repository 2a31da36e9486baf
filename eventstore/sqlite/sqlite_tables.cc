#include "eventstore/sqlite/sqlite_tables.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "eventstore/sqlite/sqlite_schema.h"
#include "schemas/check.h"
#include "schemas/status.h"

namespace annals {
namespace {

// More columns than any table has: room for their timestamps as text while a statement runs.
constexpr size_t kMaxColumns = 32;

std::string NameOf(const TableDef& table, TableSet set) {
  return set == TableSet::kLive ? table.name : ShadowNameOf(table);
}

// Binds values, and keeps the text of timestamps until the statement has run.
class Binder {
 public:
  explicit Binder(Statement& statement) : statement_(statement) {}
  void Bind(const Value& value) {
    ++index_;
    if (const auto* text = std::get_if<std::string_view>(&value)) {
      statement_.Bind(index_, *text);
    } else if (const auto* number = std::get_if<int64_t>(&value)) {
      statement_.Bind(index_, *number);
    } else if (const auto* time = std::get_if<Timestamp>(&value)) {
      CHECK(times_ < texts_.size());
      char* const out = texts_[times_++].data();
      FormatTimestamp(*time, out);
      statement_.Bind(index_, std::string_view(out, kTimestampBytes));
    } else {
      statement_.BindNull(index_);
    }
  }

 private:
  Statement& statement_;
  int index_ = 0;
  size_t times_ = 0;
  std::array<std::array<char, kTimestampBytes>, kMaxColumns * kRowsAtOnce> texts_;
};

std::string NamesOf(const TableDef& table, size_t columns) {
  std::string names;
  for (size_t i = 0; i < columns; ++i) names += fmt::format("{}{}", i == 0 ? "" : ", ", table.columns[i].name);
  return names;
}

// "INSERT … VALUES (?, ?), (?, ?)".
std::string InsertSql(std::string_view insert, const TableDef& table, TableSet set, size_t rows) {
  const size_t columns = table.columns.size();
  const std::string marks = fmt::format("({})", fmt::join(std::vector<char>(columns, '?'), ", "));
  return fmt::format("{} INTO {} ({}) VALUES {}", insert, NameOf(table, set), NamesOf(table, columns),
                     fmt::join(std::vector<std::string_view>(rows, marks), ", "));
}

// The columns that writing a row again may change.
absl::InlinedVector<size_t, kMaxColumns> ChangingColumns(const TableDef& table) {
  absl::InlinedVector<size_t, kMaxColumns> columns;
  for (size_t i = table.key_columns; i < table.columns.size(); ++i) {
    if (std::ranges::find(table.constant_columns, i) == table.constant_columns.end()) columns.push_back(i);
  }
  return columns;
}

// "UPDATE … SET b = ?, c = ? WHERE a = ?".
std::string UpdateSql(const TableDef& table, TableSet set) {
  std::vector<std::string> changes, key;
  for (const size_t column : ChangingColumns(table)) changes.push_back(table.columns[column].name + " = ?");
  for (size_t i = 0; i < table.key_columns; ++i) key.push_back(table.columns[i].name + " = ?");
  return fmt::format("UPDATE OR FAIL {} SET {} WHERE {}", NameOf(table, set), fmt::join(changes, ", "),
                     fmt::join(key, " AND "));
}

std::string UpsertSql(const TableDef& table, TableSet set) {
  std::string updates;
  for (size_t i = table.key_columns; i < table.columns.size(); ++i) {
    updates +=
        fmt::format("{}{} = excluded.{}", updates.empty() ? "" : ", ", table.columns[i].name, table.columns[i].name);
  }
  return fmt::format("{} ON CONFLICT ({}) DO {}", InsertSql("INSERT", table, set, 1), NamesOf(table, table.key_columns),
                     updates.empty() ? "NOTHING" : "UPDATE SET " + updates);
}

std::string WhereSql(const RowQuery& query) {
  std::string sql;
  const auto add = [&](const std::vector<RowQuery::Condition>& conditions, std::string_view comparison) {
    for (const auto& condition : conditions) {
      sql += fmt::format("{} {} {} ?", sql.empty() ? " WHERE" : " AND", query.table->columns[condition.column].name,
                         comparison);
    }
  };
  add(query.equals, "IS");  // as "=", and NULL is NULL
  add(query.at_least, ">=");
  return sql;
}

std::string SelectSql(const RowQuery& query, TableSet set) {
  std::string sql = "SELECT ";
  for (size_t i = 0; i < query.table->columns.size(); ++i) {
    sql += fmt::format("{}{}", i == 0 ? "" : ", ", query.table->columns[i].name);
  }
  sql += fmt::format(" FROM {}{} ORDER BY ", NameOf(*query.table, set), WhereSql(query));
  const std::string_view direction = query.descending ? " DESC" : "";
  for (const size_t column : query.order) sql += fmt::format("{}{}, ", query.table->columns[column].name, direction);
  for (size_t i = 0; i < query.table->key_columns; ++i) {
    sql += fmt::format("{}{}{}", i == 0 ? "" : ", ", query.table->columns[i].name, direction);
  }
  if (query.limit > 0) sql += " LIMIT ?";
  return sql;
}

absl::Status ReadValue(const Statement& statement, const TableDef& table, size_t index, bool as_stored, Value& value) {
  const ColumnDef& column = table.columns[index];
  const int place = static_cast<int>(index);
  if (column.type == ColumnType::kInteger || column.type == ColumnType::kBoolean) {
    if (!statement.IsNull(place)) {
      value = statement.Int(place);
      return absl::OkStatus();
    }
  } else if (const std::string_view text = statement.Text(place); text.data() != nullptr) {
    value = text;
    if (column.type != ColumnType::kTimestamp) return absl::OkStatus();
    // Only the one form we write: anything else was put there by somebody else.
    if (const std::optional<Timestamp> time = ReadTimestamp(text)) {
      value = *time;
    } else if (!as_stored) {
      return absl::DataLossError(
          fmt::format("read {}.{}: \"{}\" is no time as annals writes it; annals rebuild makes the tables anew",
                      table.name, column.name, text));
    }
    return absl::OkStatus();
  }
  value = std::monostate();
  const bool may_be_null = index >= table.key_columns && !column.not_null;
  if (may_be_null || as_stored) return absl::OkStatus();
  return absl::DataLossError(
      fmt::format("read {}.{}: it is NULL, which it never may be; the file was altered", table.name, column.name));
}

// SQLite would make up a number for an integer key that is NULL.
absl::Status CheckKeys(const TableDef& table, absl::Span<const Value> cells) {
  CHECK(cells.size() % table.columns.size() == 0);
  for (size_t row = 0; row < cells.size(); row += table.columns.size()) {
    for (size_t i = 0; i < table.key_columns; ++i) {
      if (!std::holds_alternative<std::monostate>(cells[row + i])) continue;
      return absl::InternalError(
          fmt::format("write a row of {}: its key {} is NULL", table.name, table.columns[i].name));
    }
  }
  return absl::OkStatus();
}

void BindConditions(const RowQuery& query, Binder& binder) {
  for (const auto& condition : query.equals) binder.Bind(condition.value);
  for (const auto& condition : query.at_least) binder.Bind(condition.value);
}

}  // namespace

absl::StatusOr<Statement*> SqliteTables::Prepared(const Shape& shape, absl::FunctionRef<std::string()> sql) {
  if (const auto it = statements_.find(shape); it != statements_.end()) return it->second.get();
  ASSIGN_OR_RETURN(Statement statement, connection_->Prepare(sql()));
  auto owned = std::make_unique<Statement>(std::move(statement));
  return statements_.emplace(shape, std::move(owned)).first->second.get();
}

absl::Status SqliteTables::Put(const TableDef& table, TableSet set, Row row) {
  RETURN_IF_ERROR(CheckKeys(table, row));
  const auto changing = ChangingColumns(table);
  if (changing.empty()) return Upsert(table, set, row);
  // As for new rows, OR FAIL spares copies of pages: 0.9 of the time that an upsert of a row that is there takes.
  ASSIGN_OR_RETURN(Statement* const update, Prepared({reinterpret_cast<uintptr_t>(&table), static_cast<uint64_t>(set)},
                                                     [&] { return UpdateSql(table, set); }));
  Binder binder(*update);
  for (const size_t column : changing) binder.Bind(row[column]);
  for (const Value& key : row.first(table.key_columns)) binder.Bind(key);
  RETURN_IF_ERROR(update->Run());
  return sqlite3_changes64(connection_->handle()) > 0 ? absl::OkStatus() : Upsert(table, set, row);
}

absl::Status SqliteTables::Upsert(const TableDef& table, TableSet set, Row row) {
  ASSIGN_OR_RETURN(Statement* const statement,
                   Prepared({reinterpret_cast<uintptr_t>(&table), static_cast<uint64_t>(set), 0},
                            [&] { return UpsertSql(table, set); }));
  Binder binder(*statement);
  for (const Value& value : row) binder.Bind(value);
  return statement->Run();
}

absl::Status SqliteTables::PutNew(const TableDef& table, TableSet set, absl::Span<const Value> cells) {
  RETURN_IF_ERROR(CheckKeys(table, cells));
  const size_t columns = table.columns.size();
  while (!cells.empty()) {
    // A statement opens the table and its indexes each time it runs, and one that may update keeps copies of pages to
    // be undone by itself; OR FAIL needs none. A row takes 0.7 of the time that an upsert takes.
    const size_t rows = cells.size() < kRowsAtOnce * columns ? 1 : kRowsAtOnce;
    ASSIGN_OR_RETURN(Statement* const statement,
                     Prepared({reinterpret_cast<uintptr_t>(&table), static_cast<uint64_t>(set), rows},
                              [&] { return InsertSql("INSERT OR FAIL", table, set, rows); }));
    Binder binder(*statement);
    for (const Value& value : cells.first(rows * columns)) binder.Bind(value);
    const absl::Status status = statement->Run();
    if (!status.ok()) {
      // One is there already: then each is written as a row that may be. What else fails has left a part behind.
      const bool is_there = (sqlite3_errcode(connection_->handle()) & 0xff) == SQLITE_CONSTRAINT;
      if (!is_there || !absl::IsDataLoss(status)) return status;
      for (size_t row = 0; row < rows; ++row) {
        RETURN_IF_ERROR(Upsert(table, set, cells.subspan(row * columns, columns)));
      }
    }
    cells.remove_prefix(rows * columns);
  }
  return absl::OkStatus();
}

absl::Status SqliteTables::Read(const RowQuery& query, TableSet set, absl::FunctionRef<absl::Status(Row)> visit) {
  Shape shape = {reinterpret_cast<uintptr_t>(query.table), 2 + static_cast<uint64_t>(set),
                 (query.descending ? 1u : 0u) + (query.limit > 0 ? 2u : 0u)};
  for (const auto& condition : query.equals) shape.push_back(condition.column);
  for (const auto& condition : query.at_least) shape.push_back(kMaxColumns + condition.column);
  for (const size_t column : query.order) shape.push_back(2 * kMaxColumns + column);
  ASSIGN_OR_RETURN(Statement* const statement, Prepared(shape, [&] { return SelectSql(query, set); }));
  const ResetOnExit reset(*statement);
  Binder binder(*statement);
  BindConditions(query, binder);
  if (query.limit > 0) binder.Bind(static_cast<int64_t>(query.limit));
  const size_t columns = query.table->columns.size();
  absl::InlinedVector<Value, kMaxColumns> row(columns);
  while (true) {
    ASSIGN_OR_RETURN(const bool more, statement->Step());
    if (!more) return absl::OkStatus();
    for (size_t i = 0; i < columns; ++i) {
      RETURN_IF_ERROR(ReadValue(*statement, *query.table, i, query.as_stored, row[i]));
    }
    RETURN_IF_ERROR(visit(row));
  }
}

absl::StatusOr<uint64_t> SqliteTables::Count(const RowQuery& query) {
  ASSIGN_OR_RETURN(Statement statement,
                   connection_->Prepare(fmt::format("SELECT count(*) FROM {}{}", query.table->name, WhereSql(query))));
  Binder binder(statement);
  BindConditions(query, binder);
  ASSIGN_OR_RETURN([[maybe_unused]] const bool always, statement.Step());
  return static_cast<uint64_t>(statement.Int(0));
}

// Asks the schema that SQLite holds in memory, which the statement that read the head has just found to be the file's.
// Every command asks after another process wrote: to prepare a query of sqlite_schema and read its pages took a quarter
// of its instructions.
absl::StatusOr<bool> SqliteTables::Has(const std::string& name) const {
  sqlite3* const database = connection_->handle();
  const int code = sqlite3_table_column_metadata(database, "main", name.c_str(), nullptr, nullptr, nullptr, nullptr,
                                                 nullptr, nullptr);
  if (code == SQLITE_OK) return true;
  if (code == SQLITE_ERROR) return false;
  return SqliteError(database, connection_->path(), fmt::format("look for the table {}", name));
}

}  // namespace annals
