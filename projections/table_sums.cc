#include "projections/table_sums.h"

#include <algorithm>

#include "eventstore/row_hash.h"
#include "projections/row_difference.h"
#include "schemas/sabotage.h"

namespace annals {

void TableSums::AddFolded(Rows& rows) {
  rows.ForEachTable([&](auto& cache) {
    if (cache.size() == 0) return;
    CellsOf cells(cache.type());
    uint64_t& sum = sums_[&cache.type().table()];
    cache.ForEach([&](const auto& folded) { sum += HashOfRow(cells(folded)); });
  });
}

absl::Status TableSums::TakeShown(Snapshot& snapshot, const TableDef& table) {
  if (table.on_demand) return absl::OkStatus();  // a row of which stands for an event: TransitionCheck
  const absl::StatusOr<uint64_t> shown = snapshot.SumRows(table);
  if (shown.ok()) {
    sums_[&table] -= *shown;
  } else if (absl::IsDataLoss(shown.status())) {
    Doubt();
  } else {
    return shown.status();
  }
  return absl::OkStatus();
}

void TableSums::Add(const TableSums& other) {
  for (const auto& [table, sum] : other.sums_) sums_[table] += sum;
  is_doubtful_ = is_doubtful_ || other.is_doubtful_;
}

bool TableSums::Agree() const {
  if (IsSabotaged("sums_of_tables_agree")) return true;
  return !is_doubtful_ && std::ranges::all_of(sums_, [](const auto& sum) { return sum.second == 0; });
}

}  // namespace annals
