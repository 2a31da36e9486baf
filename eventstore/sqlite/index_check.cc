#include "eventstore/sqlite/index_check.h"

#include <algorithm>
#include <memory>
#include <random>
#include <utility>

#include <absl/hash/hash.h>
#include <absl/strings/string_view.h>
#include <absl/types/span.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "schemas/status.h"

namespace annals {
namespace {

// One column of an entry.
struct Cell {
  int type = SQLITE_NULL;
  int64_t number = 0;
  std::string bytes;  // its memory is used again
};

// Where SQLite sorts a type: NULL, numbers, text, blobs.
int RankOf(int type) {
  return type == SQLITE_NULL ? 0 : type;
}

uint64_t Seed() {
  static const uint64_t seed = uint64_t{std::random_device{}()} << 32 | std::random_device{}();
  return seed;
}

std::string_view BytesOf(sqlite3_value* value) {
  const auto* const begin = static_cast<const char*>(sqlite3_value_blob(value));
  return {begin, static_cast<size_t>(sqlite3_value_bytes(value))};
}

// In pieces for which absl's hash goes on from the state before, which nobody knows: of longer ones it makes a hash by
// itself first.
uint64_t HashOf(uint64_t before, sqlite3_value* value) {
  constexpr size_t kPiece = 16;
  const int type = sqlite3_value_type(value);
  if (type == SQLITE_INTEGER) return absl::HashOf(before, sqlite3_value_int64(value));
  std::string_view bytes = BytesOf(value);
  uint64_t hash = absl::HashOf(before, type, bytes.size());
  for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), kPiece))) {
    hash = absl::HashOf(hash, absl::string_view(bytes.data(), std::min(bytes.size(), kPiece)));
  }
  return hash;
}

// How `cell` compares with `value`, which it takes on.
int Exchange(Cell& cell, sqlite3_value* value) {
  const int type = sqlite3_value_type(value);
  const int last_type = std::exchange(cell.type, type);
  int order = 0;
  if (type == SQLITE_INTEGER) {
    const int64_t number = sqlite3_value_int64(value);
    const int64_t last = std::exchange(cell.number, number);
    order = last < number ? -1 : last > number;
  } else {
    const std::string_view bytes = BytesOf(value);
    order = std::string_view(cell.bytes).compare(bytes);
    if (order != 0) cell.bytes = bytes;
  }
  return last_type == type ? order : RankOf(last_type) - RankOf(type);
}

// Whether the entry may stand behind `last`, which it takes on.
bool Follows(std::vector<Cell>& last, size_t unique, absl::Span<sqlite3_value* const> entry) {
  const bool is_first = last.empty();
  last.resize(entry.size());
  int order = 0;         // of the last one to this
  bool is_again = true;  // what has to be unique, which NULL always is
  for (size_t i = 0; i < entry.size(); ++i) {
    const int order_here = Exchange(last[i], entry[i]);
    if (order == 0) order = order_here;
    if (i < unique) is_again = is_again && order == 0 && last[i].type != SQLITE_NULL;
  }
  return is_first || (order < 0 && !is_again);
}

// The entries that were met so far.
struct Entries {
  std::vector<Cell> last;
  uint64_t sum = 0;
  bool fit = true;
};

// entry_sum(UNIQUE, column, …) of all entries: the same of the same entries, in whatever order they come. NULL: they do
// not ascend, or the first UNIQUE columns are those of the entry before. UNIQUE 0: neither is asked for.
void AddEntry(sqlite3_context* context, int count, sqlite3_value** arguments) {
  auto** const slot = static_cast<Entries**>(sqlite3_aggregate_context(context, sizeof(void*)));
  if (slot == nullptr) return sqlite3_result_error_nomem(context);
  if (*slot == nullptr) *slot = std::make_unique<Entries>().release();
  Entries& entries = **slot;
  const auto unique = static_cast<size_t>(sqlite3_value_int(arguments[0]));
  const absl::Span<sqlite3_value* const> entry(arguments + 1, static_cast<size_t>(count - 1));
  uint64_t hash = Seed();
  for (sqlite3_value* const value : entry) hash = HashOf(hash, value);
  entries.sum += hash;
  if (unique > 0 && !Follows(entries.last, unique, entry)) entries.fit = false;
}

void FinishEntries(sqlite3_context* context) {
  auto** const slot = static_cast<Entries**>(sqlite3_aggregate_context(context, 0));
  if (slot == nullptr || *slot == nullptr) return sqlite3_result_int64(context, 0);
  const std::unique_ptr<Entries> entries(*slot);
  if (entries->fit) sqlite3_result_int64(context, static_cast<int64_t>(entries->sum));
}

struct Index {
  std::string name;
  std::string columns;  // as SQL names them, the row's own key among them
  int64_t unique = 0;   // columns
  bool is_table = false;
};

struct Table {
  std::string name;
  std::vector<Index> indexes = {};
  bool is_plain = true;
};

// Whether an index can be looked at here: SQL over its columns `x`.
constexpr std::string_view kIsPlain =
    "t.strict AND NOT i.partial AND sum(x.desc) = 0 AND min(x.coll = 'BINARY') AND "
    // A column, not an expression, of a type that is compared here; and not the row's id by its own name, which SQLite
    // reads from the end of the entry, wherever it stands in it.
    "min(x.cid = -1 OR EXISTS (SELECT 1 FROM pragma_table_xinfo(t.name, 'main') c WHERE c.cid = x.cid AND "
    "c.type NOT IN ('REAL', 'ANY') AND (t.wr OR c.pk = 0 OR c.type <> 'INTEGER'))) AND "
    // Then that name is not the row's id.
    "NOT EXISTS (SELECT 1 FROM pragma_table_xinfo(t.name, 'main') WHERE name = 'rowid' COLLATE nocase)";

// Every index with its columns; one of them may be the table, where that is kept by its key.
absl::StatusOr<std::vector<Table>> ReadTables(const Connection& connection) {
  ASSIGN_OR_RETURN(
      Statement rows,
      connection.Prepare(fmt::format(
          "SELECT t.name, i.name, t.wr AND i.origin = 'pk', "
          "CASE i.\"unique\" WHEN 1 THEN sum(x.key) ELSE count(*) END, "
          "group_concat(CASE WHEN x.cid = -1 THEN 'rowid' ELSE printf('\"%w\"', x.name) END), {} "
          "FROM pragma_table_list t, pragma_index_list(t.name, 'main') i, pragma_index_xinfo(i.name, 'main') x "
          "WHERE t.schema = 'main' AND t.type IN ('table', 'shadow') AND (x.key OR NOT (t.wr AND i.origin = 'pk')) "
          "GROUP BY t.name, i.name ORDER BY t.name",
          kIsPlain)));
  std::vector<Table> tables;
  while (true) {
    ASSIGN_OR_RETURN(const bool row, rows.Step());
    if (!row) return tables;
    if (tables.empty() || tables.back().name != rows.Text(0)) tables.push_back({.name = std::string(rows.Text(0))});
    Table& table = tables.back();
    table.indexes.push_back({.name = std::string(rows.Text(1)),
                             .columns = std::string(rows.Text(4)),
                             .unique = rows.Int(3),
                             .is_table = rows.Int(2) != 0});
    table.is_plain = table.is_plain && rows.Int(5) != 0;
  }
}

// The sum of each index as it has to be; NULL where the table itself is not in order.
absl::StatusOr<std::vector<EntrySum>> SumsOfTable(const Connection& connection, const Table& table) {
  std::vector<std::string> sums;
  std::string way = "NOT INDEXED";  // of a table that is kept by its key SQLite would take it to allow any index
  for (const Index& index : table.indexes) {
    sums.push_back(fmt::format("entry_sum({}, {})", index.is_table ? index.unique : 0, index.columns));
    if (index.is_table) way = "INDEXED BY " + QuotedName(index.name);
  }
  ASSIGN_OR_RETURN(Statement of_table, connection.Prepare(fmt::format("SELECT {} FROM {} {}", fmt::join(sums, ", "),
                                                                      QuotedName(table.name), way)));
  ASSIGN_OR_RETURN([[maybe_unused]] const bool always, of_table.Step());
  std::vector<EntrySum> found(table.indexes.size());
  for (size_t i = 0; i < found.size(); ++i) {
    const int column = static_cast<int>(i);
    if (!of_table.IsNull(column)) found[i] = static_cast<uint64_t>(of_table.Int(column));
  }
  return found;
}

// Whether the entries of all indexes are those of the table, and all are in order.
absl::StatusOr<bool> Agree(const Connection& connection, const Table& table, EntrySum log_keys) {
  const bool is_log =
      table.name == "log" && table.indexes.size() == 1 && table.indexes[0].columns == R"("stream","version",rowid)";
  std::vector<EntrySum> sums = {log_keys};
  if (!is_log || !log_keys) {
    ASSIGN_OR_RETURN(sums, SumsOfTable(connection, table));
  }
  for (size_t i = 0; i < sums.size(); ++i) {
    if (!sums[i]) return false;
    const Index& index = table.indexes[i];
    if (index.is_table) continue;
    ASSIGN_OR_RETURN(Statement of_index,
                     connection.Prepare(fmt::format("SELECT entry_sum({}, {}) FROM {} INDEXED BY {}", index.unique,
                                                    index.columns, QuotedName(table.name), QuotedName(index.name))));
    ASSIGN_OR_RETURN([[maybe_unused]] const bool one, of_index.Step());
    if (of_index.IsNull(0) || static_cast<uint64_t>(of_index.Int(0)) != *sums[i]) return false;
  }
  return true;
}

}  // namespace

uint64_t HashOfEntry(std::initializer_list<int64_t> columns) {
  uint64_t hash = Seed();
  for (const int64_t column : columns) hash = absl::HashOf(hash, column);
  return hash;
}

absl::StatusOr<std::vector<std::string>> FindDoubtfulTables(const Connection& connection, EntrySum log_keys) {
  // No statement is at work on this connection: SQLite would not let a function of that name be added again.
  if (sqlite3_create_function_v2(connection.handle(), "entry_sum", -1, SQLITE_UTF8 | SQLITE_DIRECTONLY, nullptr,
                                 nullptr, AddEntry, FinishEntries, nullptr) != SQLITE_OK) {
    return SqliteError(connection.handle(), connection.path(), "check its indexes");
  }
  ASSIGN_OR_RETURN(const std::vector<Table> tables, ReadTables(connection));
  std::vector<std::string> doubtful;
  for (const Table& table : tables) {
    const absl::StatusOr<bool> agree = table.is_plain ? Agree(connection, table, log_keys) : false;
    if (!agree.value_or(false)) doubtful.push_back(table.name);
  }
  return doubtful;
}

}  // namespace annals
