#include "eventstore/storage.h"

#include <fmt/format.h>

#include "eventstore/sha256.h"
#include "schemas/check.h"

namespace annals {
namespace {

void PutBigEndian(uint64_t value, size_t bytes, char* out) {
  for (size_t i = bytes; i-- > 0; value >>= 8) out[i] = static_cast<char>(value & 0xff);
}

}  // namespace

Hash LeafHashOf(Position position, std::string_view stream, StreamVersion version, std::string_view event) {
  CHECK(stream.size() <= UINT16_MAX);
  char prefix[1 + 8 + 8 + 2];
  prefix[0] = '\x00';
  PutBigEndian(position.value, 8, prefix + 1);
  PutBigEndian(version.value, 8, prefix + 9);
  PutBigEndian(stream.size(), 2, prefix + 17);
  return Sha256({{prefix, sizeof(prefix)}, stream, event});
}

absl::Status MissingSubtree(uint64_t subtree) {
  return absl::DataLossError(fmt::format("read the tree: the root of the subtree over positions {} to {} is not there",
                                         subtree * MerkleTree::kSubtreeLeaves + 1,
                                         (subtree + 1) * MerkleTree::kSubtreeLeaves));
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

}  // namespace annals
