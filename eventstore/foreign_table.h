// Tables of a database that is not ours, as plain data: what an import reads, wherever it stood.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <absl/types/span.h>

#include "schemas/json_writer.h"

namespace annals {

// What is no text in UTF-8: blobs, and text that its database never checked.
struct ForeignBytes {
  std::string bytes;
  bool operator==(const ForeignBytes&) const = default;
};

// std::monostate is NULL; text is UTF-8.
using ForeignCell = std::variant<std::monostate, int64_t, double, std::string, ForeignBytes>;

struct ForeignTable {
  std::string name;                            // UTF-8, as the columns' names are
  std::vector<std::string> columns;            // each name once
  std::vector<std::vector<ForeignCell>> rows;  // a cell per column; in the order the database keeps them
};

// As one JSON value from which the cell can be had again: NULL, numbers and text as such, ForeignBytes as
// {"hex":"00ff"}, numbers that JSON cannot say as {"real":"inf"}.
void WriteCell(const ForeignCell& cell, JsonWriter& out);

// SHA-256 in hex over names and cells, whatever the pages they stood on: the same content has the same digest before
// and after its database is vacuumed or its write-ahead log folded back.
std::string DigestOf(absl::Span<const ForeignTable> tables);

}  // namespace annals
