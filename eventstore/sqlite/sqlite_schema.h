// The SQL that makes the log and, from their descriptors, the tables.
#pragma once

#include <string>
#include <string_view>

#include <absl/types/span.h>

#include "eventstore/table.h"

namespace annals {

// "ANNL": what `file` and SQLite read as the kind of this database file.
inline constexpr int kApplicationId = 0x414e4e4c;
// "ANNB": the same for a bundle, a part of a log to be read (eventstore/bundle.h).
inline constexpr int kBundleApplicationId = 0x414e4e42;

// What was done to the schema, by number from 1.
inline constexpr std::string_view kMigrationNames[] = {"the ledger"};

// Tables, indexes, triggers and the `events` view of the log (docs/event_format.md).
std::string LogSchemaSql();
// Of it, the trigger that refuses every UPDATE of the log: a redaction takes it away for its own (SqliteLog).
std::string_view LogRefusesUpdateSql();

// CREATE TABLE and its indexes for `table` under the name `name`; `index_suffix` keeps the indexes of a shadow apart.
std::string CreateTableSql(const TableDef& table, std::string_view name, std::string_view index_suffix);
// The column as it is added to a table that has rows, which hold its default until they are folded again: without the
// checks that new tables have.
std::string AddedColumnSql(const ColumnDef& column);
// All of a new database: the log, what is kept beside it, and `tables`.
std::string SchemaSql(absl::Span<const TableDef* const> tables);
std::string ShadowNameOf(const TableDef& table);
// The name of an index of `table` over `columns`.
std::string IndexNameOf(const TableDef& table, const std::vector<size_t>& columns, std::string_view suffix);

}  // namespace annals
