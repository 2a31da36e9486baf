#include "projections/table_check.h"

#include <algorithm>

#include "schemas/status.h"

namespace annals {
namespace {

constexpr std::string_view kNoSuchRow = "the log says there is no such row";

// The rows of one run, in an order that an index has.
RowQuery RowsOfRun(const TableDef& table, std::string_view run_id) {
  const size_t run_column = table.ColumnIndex("run_id");
  RowQuery query{.table = &table, .equals = {{run_column, run_id}}, .as_stored = true};
  if (run_column == 0) return query;
  const auto index = std::ranges::find(table.indexes, run_column, [](const auto& columns) { return columns[0]; });
  if (index != table.indexes.end()) query.order.assign(index->begin() + 1, index->end());
  return query;
}

}  // namespace

absl::Status TableCheck::CompareRun(std::string_view run_id, Rows& rows) {
  found_.clear();
  partings_.clear();
  // Those that refer to others come before these: comparing uses up the rows of the fold.
  RETURN_IF_ERROR(CompareTable(run_id, rows.errors, rows));
  RETURN_IF_ERROR(CompareTable(run_id, rows.step_attempts, rows));
  RETURN_IF_ERROR(CompareTable(run_id, rows.dependencies, rows));
  RETURN_IF_ERROR(CompareTable(run_id, rows.workstreams, rows));
  RETURN_IF_ERROR(CompareTable(run_id, rows.runs, rows));
  if (found_.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(FindPartings(snapshot_, run_id, absl::MakeSpan(partings_)));
  for (Found& found : found_) {
    if (found.parting) found.difference.position = partings_[*found.parting].position;
    on_difference_(found.difference);
  }
  return absl::OkStatus();
}

template <class Cache>
absl::Status TableCheck::CompareTable(std::string_view run_id, Cache& cache, Rows& rows) {
  const auto& type = cache.type();
  const TableDef& table = type.table();
  CellsOf cells(type);
  uint64_t seen = 0;
  const auto compare = [&](Row shown) {
    ++seen;
    RETURN_IF_ERROR(CheckForeignKeys(table, shown, rows));
    if (const auto folded = cache.TakeOut(shown)) {
      CompareRow(type, shown, cells(*folded));
    } else {
      Add(table, shown, std::string(kNoSuchRow), std::nullopt);
    }
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(snapshot_.ReadRows(RowsOfRun(table, run_id), TableSet::kLive, compare));
  seen_[&table] += seen;
  if (cache.size() == 0) return absl::OkStatus();
  // What the table lacks, or has under another run.
  absl::Status status;
  cache.ForEach([&](const auto& missing) {
    if (!status.ok()) return;
    const Row folded = cells(missing);
    RowQuery same_key{.table = &table, .as_stored = true};
    for (size_t i = 0; i < table.key_columns; ++i) same_key.equals.push_back({i, folded[i]});
    bool is_there = false;
    status = snapshot_.ReadRows(same_key, TableSet::kLive, [&](Row shown) {
      is_there = true;
      CompareRow(type, shown, folded);
      return absl::OkStatus();
    });
    if (!is_there) {
      Add(table, folded, "the row is missing",
          Parting{.table = &table, .row = RowIdentity(table, type.lookup(), folded)});
    }
  });
  return status;
}

template <class RowStruct>
void TableCheck::CompareRow(const RowType<RowStruct>& type, Row shown, Row folded) {
  for (size_t i = 0; i < shown.size(); ++i) {
    if (shown[i] == folded[i]) continue;
    Add(type.table(), shown, DifferenceText(type.table().columns[i], shown[i], folded[i]),
        Parting{.table = &type.table(),
                .row = RowIdentity(type.table(), type.lookup(), folded),
                .column = i,
                .shown = CellText(shown[i])});
  }
}

absl::Status TableCheck::CheckForeignKeys(const TableDef& table, Row row, Rows& rows) {
  for (const ForeignKey& key : table.foreign_keys) {
    const auto text = [&](size_t part) {
      const auto* const view = std::get_if<std::string_view>(&row[key.columns[part]]);
      return view == nullptr ? std::string_view{} : *view;
    };
    bool is_there = false;
    if (key.columns.size() == 1) {
      ASSIGN_OR_RETURN(const RunRow* const run, rows.Run(text(0)));
      is_there = run != nullptr;
    } else {
      ASSIGN_OR_RETURN(const WorkstreamRow* const workstream, rows.Workstream(text(0), text(1)));
      is_there = workstream != nullptr;
    }
    if (!is_there) {
      Add(table, row, fmt::format("it refers to a row that {} does not have", key.table), std::nullopt);
    }
  }
  return absl::OkStatus();
}

void TableCheck::Add(const TableDef& table, Row row, std::string detail, std::optional<Parting> parting) {
  Found& found = found_.emplace_back();
  found.difference = {.table = table.name, .key = KeyText(table, row), .detail = std::move(detail)};
  if (!parting) return;
  found.parting = partings_.size();
  partings_.push_back(*std::move(parting));
}

absl::StatusOr<uint64_t> TableCheck::CompareRest(const Counts& seen) {
  uint64_t rows = 0;
  for (const TableDef* const table : ProjectedTables()) {
    if (table->on_demand) continue;
    ASSIGN_OR_RETURN(const uint64_t count, snapshot_.CountRows({.table = table}));
    rows += count;
    const auto at = seen.find(table);
    if (count == (at == seen.end() ? 0 : at->second)) continue;
    const size_t run_column = table->ColumnIndex("run_id");
    const auto find_stray = [&](Row row) -> absl::Status {
      const auto* const run_id = std::get_if<std::string_view>(&row[run_column]);
      ASSIGN_OR_RETURN(const StreamVersion version,
                       snapshot_.VersionOf(RunStream(run_id == nullptr ? std::string_view{} : *run_id)));
      if (version.value == 0) {
        on_difference_({.table = table->name, .key = KeyText(*table, row), .detail = std::string(kNoSuchRow)});
      }
      return absl::OkStatus();
    };
    RETURN_IF_ERROR(snapshot_.ReadRows({.table = table, .as_stored = true}, TableSet::kLive, find_stray));
  }
  return rows;
}

}  // namespace annals
