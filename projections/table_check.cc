#include "projections/table_check.h"

#include "projections/row_owner.h"
#include "schemas/sabotage.h"
#include "schemas/status.h"

namespace annals {
namespace {

constexpr std::string_view kNoSuchRow = "the log says there is no such row";

// Whether rows of other tables refer to those of `table`.
bool IsReferredTo(const TableDef& table) {
  return &table == &RunsTable().table() || &table == &WorkstreamsTable().table();
}

}  // namespace

absl::Status TableCheck::CompareStream(std::string_view stream, Rows& rows) {
  found_.clear();
  partings_.clear();
  referred_table_.clear();
  // Those that refer to others come before these: comparing uses up the rows of the fold.
  // A table that cannot be read leaves the others.
  absl::Status status;
  rows.ForEachTable([&](auto& cache) {
    if (!IsReferredTo(cache.type().table())) status.Update(CompareTable(stream, cache, rows));
  });
  status.Update(CompareTable(stream, rows.workstreams, rows));
  status.Update(CompareTable(stream, rows.runs, rows));
  if (found_.empty()) return status;
  status.Update(FindPartings(snapshot_, stream, absl::MakeSpan(partings_)));
  for (Found& found : found_) {
    if (found.parting) found.difference.position = partings_[*found.parting].position;
    on_difference_(found.difference);
  }
  return status;
}

// Most streams make rows of few tables, and many databases have none at all of some.
absl::StatusOr<bool> TableCheck::HasRows(const TableDef& table) {
  if (const auto known = has_rows_.find(&table); known != has_rows_.end()) return known->second;
  bool has_rows = false;
  RETURN_IF_ERROR(snapshot_.ReadRows({.table = &table, .limit = 1, .as_stored = true}, TableSet::kLive, [&](Row) {
    has_rows = true;
    return absl::OkStatus();
  }));
  has_rows_.emplace(&table, has_rows);
  return has_rows;
}

template <class Cache>
absl::Status TableCheck::CompareTable(std::string_view stream, Cache& cache, Rows& rows) {
  const auto& type = cache.type();
  const TableDef& table = type.table();
  std::optional<RowQuery> query = RowsOwnedBy(table, stream);
  if (query) {
    ASSIGN_OR_RETURN(const bool has_rows, HasRows(table));
    if (!has_rows) query.reset();
  }
  if (!query && cache.size() == 0) return absl::OkStatus();
  CellsOf cells(type);
  uint64_t seen = 0;
  const auto compare = [&](Row shown) {
    // A row that says it has two owners is the first one's.
    if (table.owners->size() > 1 && OwnerOf(table, shown) != stream) return absl::OkStatus();
    ++seen;
    RETURN_IF_ERROR(CheckForeignKeys(table, shown, rows));
    if (!cache.TakeOut(shown, [&](const auto& folded) { CompareRow(type, shown, cells(folded)); })) {
      Add(table, shown, std::string(kNoSuchRow), std::nullopt);
    }
    return absl::OkStatus();
  };
  if (query) {
    query->as_stored = true;
    RETURN_IF_ERROR(snapshot_.ReadRows(*query, TableSet::kLive, compare));
    seen_[&table] += seen;
  }
  if (cache.size() == 0) return absl::OkStatus();
  // What the table lacks, or has under another owner.
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
    if (status.ok() && !is_there) {
      Add(table, folded, "the row is missing",
          Parting{.table = &table, .row = RowIdentity(table, type.lookup(), folded)});
    }
  });
  return status;
}

template <class RowStruct>
void TableCheck::CompareRow(const RowType<RowStruct>& type, Row shown, Row folded) {
  for (size_t i = 0; i < shown.size(); ++i) {
    if (shown[i] == folded[i] || IsSabotaged("tables_are_not_compared")) continue;
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
    const std::string_view last = text(key.columns.size() - 1);
    // Neighbours nearly always refer to the same row.
    if (key.table == referred_table_ && last == referred_row_) continue;
    bool is_there = false;
    if (key.columns.size() == 1) {
      ASSIGN_OR_RETURN(const RunRow* const run, rows.Run(last));
      is_there = run != nullptr;
    } else {
      ASSIGN_OR_RETURN(const WorkstreamRow* const workstream, rows.Workstream(text(0), last));
      is_there = workstream != nullptr;
    }
    if (is_there) {
      referred_table_ = key.table;
      referred_row_ = last;
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
  absl::Status status;
  for (const TableDef* const table : ProjectedTables()) {
    if (!table->on_demand) status.Update(CompareRestOf(*table, seen, rows));
  }
  if (!status.ok()) return status;
  return rows;
}

absl::Status TableCheck::CompareRestOf(const TableDef& table, const Counts& seen, uint64_t& rows) {
  ASSIGN_OR_RETURN(const uint64_t count, snapshot_.CountRows({.table = &table}));
  rows += count;
  const auto at = seen.find(&table);
  if (count == (at == seen.end() ? 0 : at->second)) return absl::OkStatus();
  return snapshot_.ReadRows({.table = &table, .as_stored = true}, TableSet::kLive, [&](Row row) -> absl::Status {
    const std::optional<std::string> owner = OwnerOf(table, row);
    StreamVersion version;
    if (owner) {
      ASSIGN_OR_RETURN(version, snapshot_.VersionOf(*owner));
    }
    if (version.value == 0) {
      on_difference_({.table = table.name, .key = KeyText(table, row), .detail = std::string(kNoSuchRow)});
    }
    return absl::OkStatus();
  });
}

}  // namespace annals
