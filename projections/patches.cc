// patches, and how many of a workstream's are quarantined.
#include "eventstore/patch_statement.h"
#include "projections/entity_projector.h"
#include "schemas/enum_names.h"
#include "schemas/status.h"

namespace annals {
namespace {

void Create(const FoldedEvent& event, Rows& rows) {
  const auto created = event.event.getBody().getCreated();
  const auto spec = created.getPatch();
  PatchRow row;
  BeginRow(event, row);
  row.run_id = event.run_id;
  row.patch_id = View(created.getEntity());
  row.ws_id = event.ws_id;
  row.task_id = TextOrNull(View(spec.getTaskId()));
  row.tool = TextOrNull(View(spec.getTool()));
  row.format = EnumName(spec.getFormat());
  row.files = JsonArrayOf(spec.getFiles());
  row.diff_hash = View(spec.getDiffHash());
  row.lines_added = spec.getLinesAdded();
  row.lines_removed = spec.getLinesRemoved();
  row.diff_position = static_cast<int64_t>(event.position.value);
  row.format_fault = TextOrNull(View(spec.getFormatFault()));
  row.format_passed = !row.format_fault;
  rows.patches.Insert({event.run_id, View(created.getEntity())}, std::move(row));
}

void Move(const FoldedEvent& event, PatchRow& row) {
  const auto moved = event.moved;
  MoveRow(event, row);
  if (row.status == "validating") {
    row.scope_passed.reset();
    row.constraints_passed.reset();
    row.tests_passed.reset();
  }
  const PatchStatement stated = StatementIn(moved, View(moved.getFrom()));
  if (stated.scope_passed) row.scope_passed = stated.scope_passed;
  if (stated.constraints_passed) row.constraints_passed = stated.constraints_passed;
  if (stated.tests_passed) row.tests_passed = stated.tests_passed;
  if (row.status == "quarantined") row.quarantine_reason = TextOrNull(event.text);
  if (row.status == "rolled_back") row.rollback_reason = TextOrNull(event.text);
}

}  // namespace

absl::Status ApplyToPatches(const FoldedEvent& event, Rows& rows) {
  const auto body = event.event.getBody();
  if (body.isCreated()) Create(event, rows);
  if (!body.isTransitioned()) return absl::OkStatus();
  const auto moved = event.moved;
  const std::string_view patch_id = View(moved.getEntity());
  ASSIGN_OR_RETURN(PatchRow* const row, RowToChange(event, rows.patches, {event.run_id, patch_id}, patch_id));
  Move(event, *row);
  const bool was = View(moved.getFrom()) == "quarantined";
  const bool is = View(moved.getTo()) == "quarantined";
  if (was == is) return absl::OkStatus();
  ASSIGN_OR_RETURN(WorkstreamRow* const workstream,
                   RowToChange(event, rows.workstreams, {event.run_id, row->ws_id}, row->ws_id));
  workstream->patches_quarantined += is ? 1 : -1;
  workstream->updated_at = event.time();
  return absl::OkStatus();
}

}  // namespace annals
