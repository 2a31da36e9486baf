#include "commands/import_tables.h"

#include <algorithm>
#include <vector>

namespace annals {
namespace {

struct KnownTable {
  std::string_view name;
  std::vector<std::string_view> columns;
};

const std::vector<KnownTable>& KnownTables() {
  static const std::vector<KnownTable> tables = {
      {"runs", {"run_id", "status", "created_at", "updated_at", "metadata_json"}},
      {"workstreams", {"ws_id", "run_id", "status", "depends_on", "created_at", "updated_at", "metadata_json"}},
      {"step_attempts", {"id", "run_id", "ws_id", "step_name", "status", "started_at", "completed_at", "result_json"}},
      {"errors",
       {"id", "run_id", "ws_id", "step_name", "error_code", "signature", "message", "context_json", "count",
        "first_seen_at", "last_seen_at"}},
      {"events", {"id", "timestamp", "run_id", "ws_id", "event_type", "payload_json"}},
      {"schema_meta", {"key", "value"}},
  };
  return tables;
}

const KnownTable* FindKnownTable(std::string_view name) {
  const auto found = std::ranges::find(KnownTables(), name, &KnownTable::name);
  return found == KnownTables().end() ? nullptr : &*found;
}

}  // namespace

bool IsImportedTable(std::string_view name) {
  return FindKnownTable(name) != nullptr;
}

bool IsImportedColumn(std::string_view table, std::string_view column) {
  const KnownTable* const known = FindKnownTable(table);
  return known != nullptr && std::ranges::find(known->columns, column) != known->columns.end();
}

}  // namespace annals
