#include "eventstore/sqlite/entry_sum.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <absl/types/span.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "eventstore/row_hash.h"
#include "schemas/secret_hash.h"
#include "schemas/status.h"

namespace annals {
namespace {

// By SQLite's numbers: INTEGER, FLOAT, TEXT, BLOB, NULL.
constexpr int kKinds[] = {0, kNumberCell, kRealCell, kTextCell, kBlobCell, kNullCell};

// One column of the entry before.
struct Cell {
  int type = SQLITE_NULL;
  int64_t number = 0;
  std::string bytes;  // its memory is used again
};

// One column of an entry.
struct Seen {
  int type;
  int64_t number = 0;
  std::string_view bytes = {};
};

Seen Look(sqlite3_value* value) {
  const int type = sqlite3_value_type(value);
  if (type == SQLITE_INTEGER) return {.type = type, .number = sqlite3_value_int64(value)};
  const auto* const begin = static_cast<const char*>(sqlite3_value_blob(value));
  return {.type = type, .bytes = {begin, static_cast<size_t>(sqlite3_value_bytes(value))}};
}

// Where SQLite sorts a type: NULL, numbers, text, blobs.
int RankOf(int type) {
  return type == SQLITE_NULL ? 0 : type;
}

// How `cell` compares with what is seen, which it takes on.
int Exchange(Cell& cell, const Seen& seen) {
  const int last_type = std::exchange(cell.type, seen.type);
  int order = 0;
  if (seen.type == SQLITE_INTEGER) {
    const int64_t last = std::exchange(cell.number, seen.number);
    order = last < seen.number ? -1 : last > seen.number;
  } else {
    order = std::string_view(cell.bytes).compare(seen.bytes);
    if (order != 0) cell.bytes = seen.bytes;
  }
  return last_type == seen.type ? order : RankOf(last_type) - RankOf(seen.type);
}

// The entries that were met so far.
struct Entries {
  std::vector<Cell> last;
  uint64_t sum = 0;
  bool fit = true;
};

void AddEntry(sqlite3_context* context, int count, sqlite3_value** arguments) {
  auto** const slot = static_cast<Entries**>(sqlite3_aggregate_context(context, sizeof(void*)));
  if (slot == nullptr) return sqlite3_result_error_nomem(context);
  if (*slot == nullptr) *slot = std::make_unique<Entries>().release();
  Entries& entries = **slot;
  const auto unique = static_cast<size_t>(sqlite3_value_int(arguments[0]));
  const absl::Span<sqlite3_value* const> entry(arguments + 1, static_cast<size_t>(count - 1));
  const bool is_first = entries.last.empty();
  if (is_first && unique > 0) entries.last.resize(entry.size());
  uint64_t hash = SecretSeed();
  int order = 0;         // of the last one to this
  bool is_again = true;  // what has to be unique, which NULL always is
  for (size_t i = 0; i < entry.size(); ++i) {
    const Seen seen = Look(entry[i]);
    hash = seen.type == SQLITE_INTEGER ? SecretHash(hash, kNumberCell, seen.number)
                                       : SecretHash(hash, kKinds[seen.type], seen.bytes);
    if (unique == 0) continue;
    const int order_here = Exchange(entries.last[i], seen);
    if (order == 0) order = order_here;
    if (i < unique) is_again = is_again && order == 0 && seen.type != SQLITE_NULL;
  }
  entries.sum += hash;
  if (unique > 0 && !is_first && (order >= 0 || is_again)) entries.fit = false;
}

void FinishEntries(sqlite3_context* context) {
  auto** const slot = static_cast<Entries**>(sqlite3_aggregate_context(context, 0));
  if (slot == nullptr || *slot == nullptr) return sqlite3_result_int64(context, 0);
  const std::unique_ptr<Entries> entries(*slot);
  if (entries->fit) sqlite3_result_int64(context, static_cast<int64_t>(entries->sum));
}

}  // namespace

uint64_t HashOfEntry(std::initializer_list<int64_t> columns) {
  uint64_t hash = SecretSeed();
  for (const int64_t column : columns) hash = SecretHash(hash, kNumberCell, column);
  return hash;
}

absl::Status AddEntrySum(const Connection& connection) {
  if (sqlite3_create_function_v2(connection.handle(), "entry_sum", -1, SQLITE_UTF8 | SQLITE_DIRECTONLY, nullptr,
                                 nullptr, AddEntry, FinishEntries, nullptr) == SQLITE_OK) {
    return absl::OkStatus();
  }
  return SqliteError(connection.handle(), connection.path(), "add up its rows");
}

absl::StatusOr<std::string> TableItself(const Connection& connection, std::string_view table) {
  const std::string name = QuotedName(table);
  // By the key of a table that is kept by it: what it is called.
  ASSIGN_OR_RETURN(Statement key,
                   connection.Prepare("SELECT i.name FROM pragma_table_list(?) t, pragma_index_list(t.name, 'main') i "
                                      "WHERE t.schema = 'main' AND t.wr AND i.origin = 'pk'"));
  key.Bind(1, table);
  ASSIGN_OR_RETURN(const bool is_kept_by_key, key.Step());
  return name + (is_kept_by_key ? " INDEXED BY " + QuotedName(key.Text(0)) : " NOT INDEXED");
}

absl::StatusOr<uint64_t> SumOfRows(const Connection& connection, const TableDef& table) {
  RETURN_IF_ERROR(AddEntrySum(connection));
  ASSIGN_OR_RETURN(const std::string itself, TableItself(connection, table.name));
  std::vector<std::string_view> names;
  for (const ColumnDef& column : table.columns) names.push_back(column.name);
  ASSIGN_OR_RETURN(Statement sum,
                   connection.Prepare(fmt::format("SELECT entry_sum(0, {}) FROM {}", fmt::join(names, ", "), itself)));
  ASSIGN_OR_RETURN([[maybe_unused]] const bool always, sum.Step());
  return static_cast<uint64_t>(sum.Int(0));
}

}  // namespace annals
