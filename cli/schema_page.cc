#include "cli/schema_page.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "eventstore/sqlite/sqlite_migrations.h"
#include "eventstore/sqlite/sqlite_schema.h"
#include "eventstore/storage.h"
#include "projections/tables.h"

namespace annals {
namespace {

std::string_view NameOf(ColumnType type) {
  switch (type) {
    case ColumnType::kText:
      return "text";
    case ColumnType::kInteger:
      return "integer";
    case ColumnType::kBoolean:
      return "0 or 1";
    case ColumnType::kTimestamp:
      return "time";
    case ColumnType::kJson:
      return "JSON";
  }
  return "";
}

std::string NamesOf(const TableDef& table, const std::vector<size_t>& columns) {
  std::vector<std::string> names;
  for (const size_t column : columns) names.push_back(table.columns[column].name);
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string SectionOf(const TableDef& table) {
  std::string section =
      fmt::format("\n### {}\n\n{}\n\n| column | type | | meaning |\n|---|---|---|---|\n", table.name, table.meaning);
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const ColumnDef& column = table.columns[i];
    std::string meaning = column.meaning;
    if (!column.one_of.empty()) meaning += fmt::format(" (`{}`)", fmt::join(column.one_of, "`, `"));
    section += fmt::format("| `{}` | {} | {} | {} |\n", column.name, NameOf(column.type),
                           i < table.key_columns ? "key"
                           : column.not_null     ? ""
                                                 : "may be NULL",
                           meaning);
  }
  if (!table.indexes.empty()) {
    std::vector<std::string> indexes;
    for (const auto& index : table.indexes) indexes.push_back(fmt::format("({})", NamesOf(table, index)));
    section += fmt::format("\nIndexes: {}.\n", fmt::join(indexes, ", "));
  }
  for (const ForeignKey& key : table.foreign_keys) {
    section += fmt::format("\n({}) refers to {} ({}).\n", NamesOf(table, key.columns), key.table,
                           fmt::join(key.references, ", "));
  }
  return section;
}

}  // namespace

std::string DatabaseSchemaPage() {
  std::string page = fmt::format(
      "# Database schema\n\n"
      "<!-- Made by `annals docs database_schema` from the descriptors that also make the tables; a test compares. "
      "-->\n\n"
      "Schema version {}. The log is the truth; every table below it is a fold of the log and can be made anew by "
      "`annals rebuild`.\n"
      "Times are ISO 8601 text in UTC with microseconds, JSON is minified text.\n\n"
      "## Tables people read\n",
      kSchemaVersion);
  for (const TableDef* const table : ProjectedTables()) page += SectionOf(*table);
  page += "\n## Beside the log\n";
  for (const TableDef* const table : BesideTables()) page += SectionOf(*table);
  const std::string schema = LogSchemaSql();
  std::string_view sql = schema;
  while (sql.starts_with('\n')) sql.remove_prefix(1);
  page += fmt::format(
      "\n## The log\n\n"
      "What stands in each column is in [event_format.md](event_format.md). `leaf_hash` keeps the first {} bytes of an "
      "event's leaf hash, or all 32.\n\n"
      "```sql\n{}```\n",
      kKeptLeafBytes, sql);
  return page;
}

}  // namespace annals
