#include "projections/as_of.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "projections/row_owner.h"
#include "schemas/sabotage.h"
#include "schemas/status.h"

namespace annals {
namespace {

// What `query` asks column `name` to be; empty where it does not.
std::string_view WantedText(const RowQuery& query, std::string_view name) {
  for (const RowQuery::Condition& condition : query.equals) {
    if (query.table->columns[condition.column].name != name) continue;
    if (const auto* const text = std::get_if<std::string_view>(&condition.value)) return *text;
  }
  return {};
}

bool IsProjected(const TableDef& table) {
  return std::ranges::find(ProjectedTables(), &table) != ProjectedTables().end();
}

}  // namespace

absl::StatusOr<std::unique_ptr<AsOfSnapshot>> AsOfSnapshot::Open(std::unique_ptr<Snapshot> base, Position last,
                                                                 std::unique_ptr<RowStore> store,
                                                                 FoldProgress progress) {
  if (IsSabotaged("the_past_is_one_event_late")) ++last.value;
  auto snapshot = std::unique_ptr<AsOfSnapshot>(new AsOfSnapshot(std::move(base), std::move(store), progress));
  Snapshot& whole = *snapshot->base_;
  snapshot->head_ = {.position = last, .recorded_at = {}, .generation = whole.head().generation, .tree = {}};
  ASSIGN_OR_RETURN(const auto cursor, whole.ReadLog({.last = last, .newest_first = true}));
  ASSIGN_OR_RETURN(const RecordView* const newest, cursor->Next());
  if (newest != nullptr) snapshot->head_.recorded_at = newest->recorded_at;
  ASSIGN_OR_RETURN(snapshot->keeps_state_transitions_, whole.HasTable(StateTransitionsTable().table()));
  return snapshot;
}

absl::StatusOr<StreamVersion> AsOfSnapshot::VersionOf(std::string_view stream) {
  ASSIGN_OR_RETURN(const auto cursor, ReadLog({.stream = stream, .newest_first = true}));
  ASSIGN_OR_RETURN(const RecordView* const newest, cursor->Next());
  return newest == nullptr ? StreamVersion{} : newest->version;
}

absl::StatusOr<std::unique_ptr<RecordCursor>> AsOfSnapshot::ReadLog(const LogRange& range) {
  LogRange clipped = range;
  clipped.last = std::min(range.last, head_.position);
  return base_->ReadLog(clipped);
}

absl::Status AsOfSnapshot::ReadRows(const RowQuery& query, TableSet set, absl::FunctionRef<absl::Status(Row)> visit) {
  if (!IsProjected(*query.table)) return base_->ReadRows(query, set, visit);
  RETURN_IF_ERROR(FoldFor(query));
  return store_->ReadRows(query, set, visit);
}

absl::StatusOr<uint64_t> AsOfSnapshot::CountRows(const RowQuery& query) {
  if (!IsProjected(*query.table)) return base_->CountRows(query);
  RETURN_IF_ERROR(FoldFor(query));
  return store_->CountRows(query);
}

absl::Status AsOfSnapshot::FoldFor(const RowQuery& query) {
  if (all_folded_) return absl::OkStatus();
  if (const std::optional<std::string> stream = OwnerNamedBy(query)) return FoldOne(*stream);
  const std::string_view ws_id = WantedText(query, "ws_id");
  if (ws_id.empty()) return FoldAll();
  // No row of workstreams ever goes, so the runs that hold the name now are all that can have held it then.
  const TableDef& workstreams = WorkstreamsTable().table();
  std::vector<std::string> runs;
  RETURN_IF_ERROR(base_->ReadRows({.table = &workstreams, .equals = {{workstreams.ColumnIndex("ws_id"), ws_id}}},
                                  TableSet::kLive, [&](Row row) {
                                    runs.emplace_back(std::get<std::string_view>(row[0]));
                                    return absl::OkStatus();
                                  }));
  for (const std::string& run_id : runs) RETURN_IF_ERROR(FoldOne(RunStream(run_id)));
  return absl::OkStatus();
}

absl::Status AsOfSnapshot::FoldOne(std::string_view stream) {
  if (folded_streams_.contains(stream)) return absl::OkStatus();
  Rows rows;
  rows.keeps_state_transitions = keeps_state_transitions_;
  RETURN_IF_ERROR(FoldStream(*base_, stream, {1}, head_.position, rows).status());
  RETURN_IF_ERROR(rows.Flush(*store_, TableSet::kLive, /*max_bytes=*/SIZE_MAX));
  folded_streams_.emplace(stream);
  return absl::OkStatus();
}

absl::Status AsOfSnapshot::FoldAll() {
  if (all_folded_) return absl::OkStatus();
  Rows rows;
  rows.keeps_state_transitions = keeps_state_transitions_;
  RETURN_IF_ERROR(FoldLog(*base_, {1}, head_.position, rows, progress_).status());
  RETURN_IF_ERROR(rows.Flush(*store_, TableSet::kLive, /*max_bytes=*/SIZE_MAX));
  all_folded_ = true;
  progress_(head_.position.value, head_.position.value);
  return absl::OkStatus();
}

}  // namespace annals
