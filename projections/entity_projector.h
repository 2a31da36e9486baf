// What the projectors of the machines beyond run and workstream have in common.
#pragma once

#include <string>
#include <string_view>

#include <capnp/list.h>

#include "projections/projector.h"

namespace annals {

// "" as NULL.
inline std::optional<std::string> TextOrNull(std::string_view text) {
  if (text.empty()) return std::nullopt;
  return std::string(text);
}

// A column that holds a JSON array of texts.
std::string JsonArrayOf(capnp::List<capnp::Text>::Reader texts);

// That an entity of the event's run waits for others of it: a row for each.
void AddDependencies(const FoldedEvent& event, std::string_view entity_type, std::string_view entity_id,
                     std::string_view needs_type, capnp::List<capnp::Text>::Reader needs, Rows& rows);

// What every created row begins with.
template <class RowStruct>
void BeginRow(const FoldedEvent& event, RowStruct& row) {
  const auto created = event.event.getBody().getCreated();
  row.status = View(created.getInitial());
  row.machine_version = View(created.getMachineVersion());
  row.created_at = row.updated_at = event.time();
  if (!event.json.empty()) row.metadata_json = event.json;
}

// What every move changes.
template <class RowStruct>
void MoveRow(const FoldedEvent& event, RowStruct& row) {
  const auto moved = event.moved;
  row.status = View(moved.getTo());
  row.updated_at = event.time();
  if constexpr (requires { row.completed_at; }) {
    if (moved.getFinal()) row.completed_at = event.time();
  }
}

// The row of `entity`, which an earlier event made, to be changed.
template <class RowStruct>
absl::StatusOr<RowStruct*> RowToChange(const FoldedEvent& event, RowCache<RowStruct>& rows,
                                       std::initializer_list<Value> key, std::string_view entity) {
  ASSIGN_OR_RETURN(RowStruct* const row, rows.FindToChange(key));
  if (row == nullptr) return MissingRow(event, rows.type().table().name, entity);
  return row;
}

// One per machine; user-defined machines share the last. Called with created, transitioned and amended events of
// theirs.
absl::Status ApplyToTasks(const FoldedEvent& event, Rows& rows);
absl::Status ApplyToWorkers(const FoldedEvent& event, Rows& rows);
absl::Status ApplyToPatches(const FoldedEvent& event, Rows& rows);
absl::Status ApplyToTestGates(const FoldedEvent& event, Rows& rows);
absl::Status ApplyToCircuitBreakers(const FoldedEvent& event, Rows& rows);
absl::Status ApplyToRequests(const FoldedEvent& event, Rows& rows);
absl::Status ApplyToUsersEntities(const FoldedEvent& event, Rows& rows);

}  // namespace annals
