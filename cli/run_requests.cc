#include "cli/run_requests.h"

#include "projections/entity_tables.h"
#include "schemas/status.h"

namespace annals {

absl::StatusOr<std::vector<std::string>> RequestStreamsOf(Snapshot& snapshot,
                                                          const std::optional<std::string>& run_id) {
  const TableDef& table = RequestsTable().table();
  std::vector<std::string> streams;
  RowQuery query{.table = &table};
  if (run_id) query.equals = {{table.ColumnIndex("run_id"), std::string_view(*run_id)}};
  RETURN_IF_ERROR(snapshot.ReadRows(query, TableSet::kLive, [&](Row row) {
    streams.push_back("request/" + RequestsTable().FromValues(row).request_id);
    return absl::OkStatus();
  }));
  return streams;
}

}  // namespace annals
