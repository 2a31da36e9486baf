#include "cli/run_requests.h"

#include "projections/entity_tables.h"
#include "schemas/status.h"

namespace annals {

absl::StatusOr<std::vector<std::string>> RequestStreamsOf(Snapshot& snapshot, std::string_view run_id) {
  const TableDef& table = RequestsTable().table();
  std::vector<std::string> streams;
  const RowQuery query{.table = &table, .equals = {{table.ColumnIndex("run_id"), run_id}}};
  RETURN_IF_ERROR(snapshot.ReadRows(query, TableSet::kLive, [&](Row row) {
    streams.push_back("request/" + RequestsTable().FromValues(row).request_id);
    return absl::OkStatus();
  }));
  return streams;
}

}  // namespace annals
