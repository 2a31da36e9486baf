#include "eventstore/sqlite/index_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "schemas/sabotage.h"
#include "schemas/status.h"

namespace annals {
namespace {

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
  for (const Index& index : table.indexes) {
    sums.push_back(fmt::format("entry_sum({}, {})", index.is_table ? index.unique : 0, index.columns));
  }
  ASSIGN_OR_RETURN(const std::string itself, TableItself(connection, table.name));
  ASSIGN_OR_RETURN(Statement of_table,
                   connection.Prepare(fmt::format("SELECT {} FROM {}", fmt::join(sums, ", "), itself)));
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
    const bool agrees = !of_index.IsNull(0) && static_cast<uint64_t>(of_index.Int(0)) == *sums[i];
    if (!agrees && !IsSabotaged("indexes_are_not_compared")) return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> FindDoubtfulTables(const Connection& connection, EntrySum log_keys) {
  RETURN_IF_ERROR(AddEntrySum(connection));
  ASSIGN_OR_RETURN(const std::vector<Table> tables, ReadTables(connection));
  std::vector<std::string> doubtful;
  for (const Table& table : tables) {
    const absl::StatusOr<bool> agree = table.is_plain ? Agree(connection, table, log_keys) : false;
    if (!agree.value_or(false)) doubtful.push_back(table.name);
  }
  return doubtful;
}

}  // namespace annals
