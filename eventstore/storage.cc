#include "eventstore/storage.h"

#include <fmt/format.h>

#include "eventstore/row_hash.h"
#include "schemas/status.h"

namespace annals {

absl::Status MissingSubtree(uint64_t subtree) {
  return absl::DataLossError(fmt::format("read the tree: the root of the subtree over positions {} to {} is not there",
                                         subtree * MerkleTree::kSubtreeLeaves + 1,
                                         (subtree + 1) * MerkleTree::kSubtreeLeaves));
}

absl::Status Snapshot::VisitLog(const LogRange& range, absl::FunctionRef<absl::Status(const RecordView&)> visit) {
  ASSIGN_OR_RETURN(const auto cursor, ReadLog(range));
  while (true) {
    ASSIGN_OR_RETURN(const RecordView* const record, cursor->Next());
    if (record == nullptr) return absl::OkStatus();
    RETURN_IF_ERROR(visit(*record));
  }
}

absl::StatusOr<uint64_t> Snapshot::SumRows(const TableDef& table) {
  uint64_t sum = 0;
  RETURN_IF_ERROR(ReadRows({.table = &table, .as_stored = true}, TableSet::kLive, [&](Row row) {
    sum += HashOfRow(row);
    return absl::OkStatus();
  }));
  return sum;
}

const TableDef& CommandIdsTable() {
  static const TableDef table = {
      .name = "command_ids",
      .meaning = "Idempotency keys: the command's events, from `position` on, are its answer.",
      .columns = {{.name = "command_id", .not_null = true, .meaning = "the key, as the caller chose it"},
                  {.name = "position",
                   .type = ColumnType::kInteger,
                   .not_null = true,
                   .meaning = "of the command's first event"},
                  {.name = "salt", .not_null = true, .meaning = "of the digest in that event, hex"}},
  };
  return table;
}

const TableDef& ApplySourcesTable() {
  static const TableDef table = {
      .name = "apply_sources",
      .meaning = "How far `annals apply` came in each source; committed together with the commands themselves.",
      .columns = {{.name = "source",
                   .not_null = true,
                   .meaning = "SHA-256 of the file, or the name given with --source"},
                  {.name = "lines", .type = ColumnType::kInteger, .not_null = true, .meaning = "lines done with"},
                  {.name = "updated_at", .type = ColumnType::kTimestamp, .not_null = true, .meaning = "when"}},
  };
  return table;
}

const TableDef& LeasesTable() {
  static const TableDef table = {
      .name = "leases",
      .meaning = "When each worker was last heard of. Renewed in place by heartbeats: no history, and no fold.",
      .columns =
          {{.name = "worker_id", .not_null = true, .meaning = "the worker"},
           {.name = "renewed_at", .type = ColumnType::kTimestamp, .not_null = true, .meaning = "its last heartbeat"},
           {.name = "expires_at",
            .type = ColumnType::kTimestamp,
            .not_null = true,
            .meaning = "when two heartbeats will be missing"}},
  };
  return table;
}

absl::Span<const TableDef* const> BesideTables() {
  static const TableDef* const tables[] = {&CommandIdsTable(), &ApplySourcesTable(), &LeasesTable()};
  return tables;
}

}  // namespace annals
