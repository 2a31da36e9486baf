// SQLite files of other programs, read whole.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "eventstore/foreign_table.h"

namespace annals {

// What a file is, by the first bytes of it.
enum class FileKind { kOther, kForeignSqlite, kAnnals };
inline constexpr size_t kFileKindBytes = 100;  // as many are looked at
FileKind FileKindOf(std::string_view first_bytes);

// Every table of the file as of one moment, by name in order, while others may go on writing to it. Left out is what
// SQLite keeps for itself (sqlite_…) and what stands elsewhere or is derived (virtual tables, views). Memory: a few
// times the file's size.
//   kInvalidArgument  a table or column whose name is not UTF-8
//   kNotFound, kInternal, kDataLoss, kUnavailable  as Connection::Open and Statement::Step have them
absl::StatusOr<std::vector<ForeignTable>> ReadForeignDatabase(const std::string& path, int lock_timeout_ms);

}  // namespace annals
