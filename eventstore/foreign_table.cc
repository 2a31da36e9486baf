#include "eventstore/foreign_table.h"

#include <bit>
#include <cmath>
#include <type_traits>

#include <fmt/format.h>

#include "eventstore/sha256.h"
#include "eventstore/types.h"

namespace annals {
namespace {

// Length before bytes, so that no two tables look alike.
void AddText(std::string_view text, Sha256Stream& hash) {
  hash.Add(fmt::format("{}:", text.size()));
  hash.Add(text);
}

void AddCell(const ForeignCell& cell, Sha256Stream& hash) {
  hash.Add(fmt::format("{};", cell.index()));
  std::visit(
      [&](const auto& value) {
        using Kind = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<Kind, int64_t>) {
          AddText(fmt::format("{}", value), hash);
        } else if constexpr (std::is_same_v<Kind, double>) {
          AddText(fmt::format("{}", std::bit_cast<uint64_t>(value)), hash);
        } else if constexpr (std::is_same_v<Kind, std::string>) {
          AddText(value, hash);
        } else if constexpr (std::is_same_v<Kind, ForeignBytes>) {
          AddText(value.bytes, hash);
        }
      },
      cell);
}

}  // namespace

void WriteCell(const ForeignCell& cell, JsonWriter& out) {
  if (const auto* const number = std::get_if<int64_t>(&cell)) {
    out.Int(*number);
  } else if (const auto* const real = std::get_if<double>(&cell)) {
    std::isfinite(*real) ? out.Double(*real)
                         : out.BeginObject().Key("real").String(fmt::format("{}", *real)).EndObject();
  } else if (const auto* const text = std::get_if<std::string>(&cell)) {
    out.String(*text);
  } else if (const auto* const bytes = std::get_if<ForeignBytes>(&cell)) {
    out.BeginObject().Key("hex").String(HexOf(bytes->bytes)).EndObject();
  } else {
    out.Null();
  }
}

std::string DigestOf(absl::Span<const ForeignTable> tables) {
  Sha256Stream hash;
  for (const ForeignTable& table : tables) {
    AddText(table.name, hash);
    hash.Add(fmt::format("{}x{};", table.columns.size(), table.rows.size()));
    for (const std::string& column : table.columns) AddText(column, hash);
    for (const auto& row : table.rows) {
      for (const ForeignCell& cell : row) AddCell(cell, hash);
    }
  }
  return HexOf(hash.Finish());
}

}  // namespace annals
