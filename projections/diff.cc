#include "projections/diff.h"

#include <algorithm>
#include <functional>
#include <map>
#include <vector>

#include <absl/container/btree_set.h>

#include "schemas/status.h"

namespace annals {
namespace {

// The cells of each row of a table, by its primary key in order. They view the rows in `cache`.
template <class Cache>
std::map<std::vector<Value>, std::vector<Value>> CellsByKey(Cache& cache) {
  const TableDef& table = cache.type().table();
  std::map<std::vector<Value>, std::vector<Value>> rows;
  cache.ForEach([&](const auto& row) {
    std::vector<Value> cells(table.columns.size());
    cache.type().ToValues(row, absl::MakeSpan(cells));
    std::vector<Value> key(cells.begin(), cells.begin() + static_cast<std::ptrdiff_t>(table.key_columns));
    rows.emplace(std::move(key), std::move(cells));
  });
  return rows;
}

template <class Cache>
absl::Status CompareTable(Cache& before, Cache& after, absl::FunctionRef<absl::Status(const RowChange&)> visit) {
  const TableDef* const table = &before.type().table();
  const auto olds = CellsByKey(before);
  const auto news = CellsByKey(after);
  auto old_row = olds.begin();
  auto new_row = news.begin();
  while (old_row != olds.end() || new_row != news.end()) {
    const bool is_gone = new_row == news.end() || (old_row != olds.end() && old_row->first < new_row->first);
    const bool is_added = old_row == olds.end() || (new_row != news.end() && new_row->first < old_row->first);
    RowChange change{.table = table, .before = {}, .after = {}};
    if (!is_added) change.before = (old_row++)->second;
    if (!is_gone) change.after = (new_row++)->second;
    if (is_gone || is_added || !std::ranges::equal(*change.before, *change.after)) RETURN_IF_ERROR(visit(change));
  }
  return absl::OkStatus();
}

absl::Status DiffStream(Snapshot& snapshot, std::string_view stream, Position from, Position to,
                        absl::FunctionRef<absl::Status(const RowChange&)> visit) {
  Rows before, after;
  RETURN_IF_ERROR(FoldStream(snapshot, stream, {1}, from, before).status());
  RETURN_IF_ERROR(FoldStream(snapshot, stream, {1}, to, after).status());
  absl::Status status;
  Rows::ForEachPair(before, after, [&](auto& left, auto& right) {
    if (status.ok()) status = CompareTable(left, right, visit);
  });
  return status;
}

}  // namespace

absl::Status Diff(Snapshot& snapshot, Position from, Position to, const std::optional<std::string>& run_id,
                  absl::FunctionRef<absl::Status(const RowChange&)> visit, FoldProgress progress) {
  if (run_id) return DiffStream(snapshot, RunStream(*run_id), from, to, visit);
  const auto [first, last] = std::minmax(from, to);
  ASSIGN_OR_RETURN(const auto cursor, snapshot.ReadLog({.first = {first.value + 1}, .last = last, .for_fold = true}));
  absl::btree_set<std::string, std::less<>> seen;
  std::vector<std::string> streams;
  while (true) {
    ASSIGN_OR_RETURN(const RecordView* const record, cursor->Next());
    if (record == nullptr) break;
    if (!MakesRows(record->stream) || seen.contains(record->stream)) continue;
    streams.push_back(*seen.emplace(record->stream).first);
  }
  for (size_t i = 0; i < streams.size(); ++i) {
    RETURN_IF_ERROR(DiffStream(snapshot, streams[i], from, to, visit));
    progress(i + 1, streams.size());
  }
  return absl::OkStatus();
}

}  // namespace annals
