#include "eventstore/sqlite/sqlite_schema.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "eventstore/storage.h"
#include "schemas/sabotage.h"

namespace annals {
namespace {

std::string_view SqlTypeOf(ColumnType type) {
  return type == ColumnType::kInteger || type == ColumnType::kBoolean ? "INTEGER" : "TEXT";
}

std::string ColumnSql(const TableDef& table, size_t index) {
  const ColumnDef& column = table.columns[index];
  std::string sql = fmt::format("{} {}", column.name, SqlTypeOf(column.type));
  if (table.key_columns == 1 && index == 0) sql += " PRIMARY KEY";
  if (column.not_null) sql += " NOT NULL";
  // Not IN: for more than two values SQLite builds a table of them in memory at each write, which made writing a row
  // three times as slow.
  if (column.type == ColumnType::kBoolean) sql += fmt::format(" CHECK ({0} = 0 OR {0} = 1)", column.name);
  if (!column.one_of.empty()) {
    sql += fmt::format(" CHECK ({0} = '{1}')", column.name,
                       fmt::join(column.one_of, fmt::format("' OR {} = '", column.name)));
  }
  return sql;
}

std::vector<std::string> NamesOf(const TableDef& table, const std::vector<size_t>& columns) {
  std::vector<std::string> names;
  for (const size_t column : columns) names.push_back(table.columns[column].name);
  return names;
}

}  // namespace

std::string_view LogRefusesUpdateSql() {
  if (IsSabotaged("events_may_be_changed")) return "";
  return R"sql(
CREATE TRIGGER log_refuses_update BEFORE UPDATE ON log
  BEGIN SELECT RAISE(ABORT, 'the log is append-only: no event may be changed'); END;
)sql";
}

std::string LogSchemaSql() {
  // The log: `event` is the event, whole; the columns before it repeat parts of it to be read by. `leaf_hash` is the
  // beginning of its leaf hash. `salt` and `content` are the content kept beside the event; they stand in its row
  // because a table of their own takes another insert for each and a join for every read.
  constexpr std::string_view kTables = R"sql(
CREATE TABLE streams (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE event_types (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE log (
  position INTEGER PRIMARY KEY,
  stream INTEGER NOT NULL REFERENCES streams (id),
  version INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  event_type INTEGER NOT NULL REFERENCES event_types (id),
  ws_id TEXT,
  event BLOB NOT NULL,
  leaf_hash BLOB NOT NULL,
  salt BLOB,
  content BLOB
) STRICT;
CREATE UNIQUE INDEX log_by_stream ON log (stream, version);
CREATE TABLE tree_nodes (subtree INTEGER PRIMARY KEY, hash BLOB NOT NULL) STRICT;
CREATE TABLE tree_head (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  tree_size INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  root BLOB NOT NULL,
  frontier BLOB NOT NULL
) STRICT;
CREATE TABLE schema_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID, STRICT;
CREATE TABLE migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL) STRICT;
)sql";
  constexpr std::string_view kRest = R"sql(CREATE TRIGGER log_refuses_delete BEFORE DELETE ON log
  BEGIN SELECT RAISE(ABORT, 'the log is append-only: no event may be deleted'); END;
CREATE TRIGGER streams_refuses_update BEFORE UPDATE ON streams
  BEGIN SELECT RAISE(ABORT, 'the log is append-only: no stream may be renamed'); END;
CREATE TRIGGER streams_refuses_delete BEFORE DELETE ON streams
  BEGIN SELECT RAISE(ABORT, 'the log is append-only: no stream may be deleted'); END;
CREATE TRIGGER event_types_refuses_update BEFORE UPDATE ON event_types
  BEGIN SELECT RAISE(ABORT, 'the log is append-only: no event type may be renamed'); END;
CREATE TRIGGER event_types_refuses_delete BEFORE DELETE ON event_types
  BEGIN SELECT RAISE(ABORT, 'the log is append-only: no event type may be deleted'); END;

CREATE VIEW events AS
SELECT
  log.position AS id,
  strftime('%Y-%m-%dT%H:%M:%S', log.recorded_at / 1000000, 'unixepoch') || printf('.%06dZ', log.recorded_at % 1000000) AS timestamp,
  CASE
    WHEN streams.name LIKE 'run/%' THEN substr(streams.name, 5)
    WHEN streams.name LIKE 'refused/run/%' THEN substr(streams.name, 13)
  END AS run_id,
  log.ws_id AS ws_id,
  event_types.name AS event_type,
  CASE WHEN log.content IS NULL THEN log.event ELSE CAST(log.event || log.content AS BLOB) END AS payload
FROM log JOIN streams ON streams.id = log.stream JOIN event_types ON event_types.id = log.event_type;
)sql";
  return fmt::format("{}{}{}", kTables, LogRefusesUpdateSql(), kRest);
}

std::string AddedColumnSql(const ColumnDef& column) {
  const std::string_view type = SqlTypeOf(column.type);
  std::string sql = fmt::format("{} {}", column.name, type);
  if (!column.not_null) return sql;
  const std::string_view nothing = type == "INTEGER" ? "0" : "''";
  sql += " NOT NULL DEFAULT ";
  return column.one_of.empty() ? sql.append(nothing) : sql + fmt::format("'{}'", column.one_of.front());
}

std::string ShadowNameOf(const TableDef& table) {
  return table.name + "_shadow";
}

std::string IndexNameOf(const TableDef& table, const std::vector<size_t>& columns, std::string_view suffix) {
  return fmt::format("{}_by_{}{}", table.name, fmt::join(NamesOf(table, columns), "_"), suffix);
}

std::string CreateTableSql(const TableDef& table, std::string_view name, std::string_view index_suffix) {
  std::string sql = fmt::format("CREATE TABLE {} (\n", name);
  for (size_t i = 0; i < table.columns.size(); ++i) {
    sql += fmt::format("  {}{}\n", ColumnSql(table, i), i + 1 < table.columns.size() ? "," : "");
  }
  if (table.key_columns > 1) {
    std::vector<size_t> key(table.key_columns);
    for (size_t i = 0; i < key.size(); ++i) key[i] = i;
    sql += fmt::format("  , PRIMARY KEY ({})\n", fmt::join(NamesOf(table, key), ", "));
  }
  for (const ForeignKey& foreign : table.foreign_keys) {
    sql += fmt::format("  , FOREIGN KEY ({}) REFERENCES {} ({})\n", fmt::join(NamesOf(table, foreign.columns), ", "),
                       foreign.table, fmt::join(foreign.references, ", "));
  }
  const bool by_rowid = table.key_columns == 1 && SqlTypeOf(table.columns[0].type) == "INTEGER";
  sql += by_rowid ? ") STRICT;\n" : ") WITHOUT ROWID, STRICT;\n";
  for (const auto& columns : table.indexes) {
    sql += fmt::format("CREATE INDEX {} ON {} ({});\n", IndexNameOf(table, columns, index_suffix), name,
                       fmt::join(NamesOf(table, columns), ", "));
  }
  return sql;
}

std::string SchemaSql(absl::Span<const TableDef* const> tables) {
  std::string sql = LogSchemaSql();
  for (const auto& some : {BesideTables(), tables}) {
    for (const TableDef* const table : some) sql += CreateTableSql(*table, table->name, "");
  }
  return sql;
}

}  // namespace annals
