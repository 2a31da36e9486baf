#include "projections/transition_check.h"

#include "schemas/status.h"

namespace annals {
namespace {

constexpr size_t kPiece = 8192;

}  // namespace

absl::Status TransitionCheck::Meet(const FoldedEvent& event) {
  RETURN_IF_ERROR(ApplyToStateTransitions(event, rows_));
  return Meet(event.position, true);
}

absl::Status TransitionCheck::Skip(Position position) {
  return Meet(position, false);
}

absl::Status TransitionCheck::Meet(Position position, bool is_compared) {
  const auto at = static_cast<int64_t>(position.value);
  met_.emplace_back(at, is_compared);
  return met_.size() < kPiece ? absl::OkStatus() : Compare(at);
}

absl::Status TransitionCheck::Finish() {
  return Compare(INT64_MAX);
}

absl::Status TransitionCheck::Compare(int64_t last) {
  const RowType<StateTransitionRow>& type = StateTransitionsTable();
  auto next = met_.begin();
  // Rows come in the order of positions, at most one for each.
  const RowQuery query{
      .table = &type.table(), .at_least = {{0, first_}}, .limit = last == INT64_MAX ? 0 : kPiece, .as_stored = true};
  const absl::Status status = snapshot_.ReadRows(query, TableSet::kLive, [&](Row shown) {
    const int64_t position = std::get<int64_t>(shown[0]);
    if (position > last) return absl::CancelledError();
    while (next != met_.end() && next->first < position) ++next;
    const bool has_event = next != met_.end() && next->first == position;
    if (has_event ? next->second : strays_ == Strays::kCompared) CompareRow(shown);
    return absl::OkStatus();
  });
  if (!status.ok() && !absl::IsCancelled(status)) return status;
  CellsOf cells(type);
  rows_.state_transitions.ForEach([&](const StateTransitionRow& missing) {
    on_difference_({.table = type.table().name,
                    .key = KeyText(type.table(), cells(missing)),
                    .detail = "the row is missing",
                    .position = Position{static_cast<uint64_t>(missing.position)}});
  });
  rows_.Clear();
  met_.clear();
  first_ = last == INT64_MAX ? last : last + 1;
  return absl::OkStatus();
}

void TransitionCheck::CompareRow(Row shown) {
  const RowType<StateTransitionRow>& type = StateTransitionsTable();
  const TableDef& table = type.table();
  ++seen_;
  const auto row = rows_.state_transitions.TakeOut(shown);
  if (!row) {
    on_difference_({.table = table.name, .key = KeyText(table, shown), .detail = "the log says there is no such row"});
    return;
  }
  CellsOf cells(type);
  const Row folded = cells(*row);
  for (size_t i = 0; i < shown.size(); ++i) {
    if (shown[i] == folded[i]) continue;
    on_difference_({.table = table.name,
                    .key = KeyText(table, shown),
                    .detail = DifferenceText(table.columns[i], shown[i], folded[i]),
                    .position = Position{static_cast<uint64_t>(row->position)}});
  }
}

}  // namespace annals
