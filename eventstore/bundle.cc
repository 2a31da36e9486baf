#include "eventstore/bundle.h"

#include <cstring>

#include <fmt/format.h>

#include "schemas/status.h"

namespace annals {

const TableDef& BundleTable() {
  static const TableDef table = {
      .name = "bundle",
      .meaning = "What a bundle is of.",
      .columns = {{.name = "key", .not_null = true, .meaning = "run_id; seal where there is one"},
                  {.name = "value", .not_null = true, .meaning = "a run; a signed note"}},
  };
  return table;
}

const TableDef& BundleProofsTable() {
  static const TableDef table = {
      .name = "bundle_proofs",
      .meaning = "For each event of a bundle a proof that the root in tree_head covers it (RFC 6962).",
      .columns = {{.name = "position", .type = ColumnType::kInteger, .not_null = true, .meaning = "of the event"},
                  {.name = "audit_path", .not_null = true, .meaning = "hashes from the leaf up, hex, 64 digits each"}},
  };
  return table;
}

absl::StatusOr<BundleHeader> ReadBundleHeader(Snapshot& snapshot) {
  ASSIGN_OR_RETURN(const bool is_bundle, snapshot.HasTable(BundleTable()));
  if (!is_bundle) return absl::NotFoundError("it is no bundle, but a log");
  BundleHeader header;
  RETURN_IF_ERROR(snapshot.ReadRows({.table = &BundleTable()}, TableSet::kLive, [&](Row row) {
    const auto key = std::get<std::string_view>(row[0]), value = std::get<std::string_view>(row[1]);
    if (key == "run_id") header.run_id = value;
    if (key == "seal") header.seal = value;
    return absl::OkStatus();
  }));
  return header;
}

absl::StatusOr<std::vector<Hash>> ReadAuditPath(Snapshot& snapshot, Position position) {
  std::vector<Hash> path;
  bool is_there = false;
  const RowQuery query{.table = &BundleProofsTable(), .equals = {{0, static_cast<int64_t>(position.value)}}};
  RETURN_IF_ERROR(snapshot.ReadRows(query, TableSet::kLive, [&](Row row) {
    const auto bytes = BytesOfHex(std::get<std::string_view>(row[1]));
    is_there = bytes && bytes->size() % sizeof(Hash) == 0;
    for (size_t at = 0; is_there && at < bytes->size(); at += sizeof(Hash)) {
      std::memcpy(path.emplace_back().data(), bytes->data() + at, sizeof(Hash));
    }
    return absl::OkStatus();
  }));
  if (is_there) return path;
  return absl::DataLossError(fmt::format("there is no proof of position {}", position.value));
}

}  // namespace annals
