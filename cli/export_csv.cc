#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "cli/export.h"
#include "schemas/status.h"

namespace annals {
namespace {

void WriteText(std::string_view text, std::ostream& out) {
  // An empty text is quoted, so that it is not taken for NULL.
  if (!text.empty() && text.find_first_of("\",\r\n") == std::string_view::npos) {
    out << text;
    return;
  }
  out << '"';
  for (const char c : text) {
    if (c == '"') out << '"';
    out << c;
  }
  out << '"';
}

void WriteCell(const Value& value, std::ostream& out) {
  if (const auto* const text = std::get_if<std::string_view>(&value)) {
    WriteText(*text, out);
  } else if (const auto* const number = std::get_if<int64_t>(&value)) {
    out << *number;
  } else if (const auto* const time = std::get_if<Timestamp>(&value)) {
    out << FormatTimestamp(*time);
  }
}

}  // namespace

absl::Status ExportCsv(Snapshot& snapshot, const TableDef& table, const std::optional<std::string>& run,
                       std::ostream& out) {
  ASSIGN_OR_RETURN(const bool is_there, snapshot.HasTable(table));
  if (!is_there) {
    return absl::NotFoundError(fmt::format("{0}: it is not kept here; annals rebuild {0} makes it", table.name));
  }
  RowQuery query{.table = &table};
  if (run) {
    const auto column = std::ranges::find(table.columns, "run_id", &ColumnDef::name);
    if (column == table.columns.end()) {
      return absl::InvalidArgumentError(fmt::format("{}: it has no runs; leave --run out", table.name));
    }
    query.equals.push_back({static_cast<size_t>(column - table.columns.begin()), std::string_view(*run)});
  }
  for (const ColumnDef& column : table.columns) out << (&column == &table.columns.front() ? "" : ",") << column.name;
  out << "\r\n";
  return snapshot.ReadRows(query, TableSet::kLive, [&](Row row) {
    for (size_t i = 0; i < row.size(); ++i) {
      if (i > 0) out << ',';
      WriteCell(row[i], out);
    }
    out << "\r\n";
    return absl::OkStatus();
  });
}

}  // namespace annals
