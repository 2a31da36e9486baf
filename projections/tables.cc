#include "projections/tables.h"

#include "projections/entity_tables.h"
#include "projections/machine_states.h"
#include "schemas/machine.capnp.h"

namespace annals {

const RowType<RunRow>& RunsTable() {
  static const RowType<RunRow> type(
      {.name = "runs", .meaning = "One row per run.", .columns = {}, .key_columns = 1, .indexes = {{1}}},
      {{"run_id", &RunRow::run_id, "the run"},
       {"status", &RunRow::status, "state of the run machine", StatesOf(*schema::RUN_MACHINE)},
       {"created_at", &RunRow::created_at, "when it was created"},
       {"updated_at", &RunRow::updated_at, "when an event last changed this row"},
       {"started_at", &RunRow::started_at, "when it first ran"},
       {"completed_at", &RunRow::completed_at, "when it reached a terminal state"},
       {"paused_from", &RunRow::paused_from, "the state it was paused in, while it is paused"},
       {"metadata_json", &RunRow::metadata_json, "what the creator stated"},
       {"ws_total", &RunRow::ws_total, "its workstreams"},
       {"ws_done", &RunRow::ws_done, "of these, done"},
       {"ws_failed", &RunRow::ws_failed, "of these, failed"},
       {"ws_terminal", &RunRow::ws_terminal, "of these, in a terminal state"},
       {"ws_critical_failed", &RunRow::ws_critical_failed, "of these, critical and failed"}});
  return type;
}

const RowType<WorkstreamRow>& WorkstreamsTable() {
  static const RowType<WorkstreamRow> type(
      {.name = "workstreams",
       .meaning = "One row per workstream of a run; the same ws_id may stand in other runs.",
       .columns = {},
       .key_columns = 2,
       .indexes = {{1}},
       .foreign_keys = {{{0}, "runs", {"run_id"}}}},
      {{"run_id", &WorkstreamRow::run_id, "the run it is in"},
       {"ws_id", &WorkstreamRow::ws_id, "its name within the run"},
       {"status", &WorkstreamRow::status, "state of the workstream machine", StatesOf(*schema::WORKSTREAM_MACHINE)},
       {"depends_on", &WorkstreamRow::depends_on, "JSON array of the ws_ids it needs done first"},
       {"is_critical", &WorkstreamRow::is_critical, "1: if it fails, the run may only fail"},
       {"paused_from", &WorkstreamRow::paused_from, "the state it was paused in, while it is paused"},
       {"machine_version", &WorkstreamRow::machine_version, "version of the machine it was created under"},
       {"created_at", &WorkstreamRow::created_at, "when it was created"},
       {"updated_at", &WorkstreamRow::updated_at, "when an event last changed this row"},
       {"completed_at", &WorkstreamRow::completed_at, "when it reached a terminal state"},
       {"metadata_json", &WorkstreamRow::metadata_json, "what the creator stated"},
       {"patches_quarantined", &WorkstreamRow::patches_quarantined, "its patches that are quarantined"}});
  return type;
}

const RowType<DependencyRow>& DependenciesTable() {
  static const RowType<DependencyRow> type(
      {.name = "dependencies",
       .meaning = "One row per edge of depends_on, to be walked both ways.",
       .columns = {},
       .key_columns = 3,
       .indexes = {{0, 2}},
       .foreign_keys = {{{0, 1}, "workstreams", {"run_id", "ws_id"}}, {{0, 2}, "workstreams", {"run_id", "ws_id"}}}},
      {{"run_id", &DependencyRow::run_id, "the run of both"},
       {"ws_id", &DependencyRow::ws_id, "the workstream that waits"},
       {"needs", &DependencyRow::needs, "the workstream it waits for"}});
  return type;
}

const RowType<StepAttemptRow>& StepAttemptsTable() {
  static const RowType<StepAttemptRow> type(
      {.name = "step_attempts",
       .meaning = "One row per attempt at a step of a workstream.",
       .columns = {},
       .key_columns = 1,
       .indexes = {{1, 2, 3}},
       .constant_columns = {1, 2, 3},
       .foreign_keys = {{{1, 2}, "workstreams", {"run_id", "ws_id"}}}},
      {{"id", &StepAttemptRow::id, "position of the event that made the row"},
       {"run_id", &StepAttemptRow::run_id, "the run"},
       {"ws_id", &StepAttemptRow::ws_id, "the workstream"},
       {"step_name", &StepAttemptRow::step_name, "edit, static, fix, runtime or the user's own"},
       {"attempt", &StepAttemptRow::attempt, "1, 2, … per workstream and step"},
       {"status", &StepAttemptRow::status, "how it stands", {"in_progress", "success", "failure", "skipped"}},
       {"started_at", &StepAttemptRow::started_at, "when it started"},
       {"completed_at", &StepAttemptRow::completed_at, "when it ended"},
       {"exit_code", &StepAttemptRow::exit_code, "of the command that was run, if one was"},
       {"result_json", &StepAttemptRow::result_json, "what the tool or agent reported"}});
  return type;
}

const RowType<ErrorRow>& ErrorsTable() {
  static const RowType<ErrorRow> type(
      {.name = "errors",
       .meaning = "One row per (run_id, ws_id, step_name, signature): a repeat adds 1 to count and moves last_seen_at.",
       .columns = {},
       .key_columns = 1,
       .indexes = {{1, 2, 5}},
       .constant_columns = {1, 2, 5},
       .foreign_keys = {{{1, 2}, "workstreams", {"run_id", "ws_id"}}}},
      {{"id", &ErrorRow::id, "position of the event that made the row"},
       {"run_id", &ErrorRow::run_id, "the run"},
       {"ws_id", &ErrorRow::ws_id, "the workstream"},
       {"step_name", &ErrorRow::step_name, "the step it happened in"},
       {"error_code", &ErrorRow::error_code, "the tool's own code"},
       {"signature", &ErrorRow::signature, "what makes two errors the same"},
       {"message", &ErrorRow::message, "as first reported"},
       {"context_json", &ErrorRow::context_json, "as first reported"},
       {"count", &ErrorRow::count, "how often it was reported"},
       {"first_seen_at", &ErrorRow::first_seen_at, "when it was first reported"},
       {"last_seen_at", &ErrorRow::last_seen_at, "when it was last reported"}},
      {1, 2, 3, 5});
  return type;
}

const RowType<StateTransitionRow>& StateTransitionsTable() {
  static const RowType<StateTransitionRow> type(
      {.name = "state_transitions",
       .meaning =
           "One row per transition asked for. Absent until annals rebuild state_transitions, kept up from then on.",
       .columns = {},
       .key_columns = 1,
       .indexes = {{1, 2}},
       .on_demand = true},
      {{"position", &StateTransitionRow::position, "of the event"},
       {"entity_type", &StateTransitionRow::entity_type, "the machine: run, workstream, …"},
       {"entity_id", &StateTransitionRow::entity_id, "which of them"},
       {"run_id", &StateTransitionRow::run_id, "the run it belongs to"},
       {"from_state", &StateTransitionRow::from_state, "the state before"},
       {"to_state", &StateTransitionRow::to_state, "the state after, or asked for"},
       {"trigger", &StateTransitionRow::trigger, "the edge's trigger"},
       {"reason", &StateTransitionRow::reason, "as stated by the caller; of a refusal, why"},
       {"operator", &StateTransitionRow::operator_name, "who overrode the law"},
       {"severity", &StateTransitionRow::severity, "of the edge", {"info", "warning", "error", "critical"}},
       {"transitioned_at", &StateTransitionRow::transitioned_at, "when"},
       {"kind", &StateTransitionRow::kind, "what the law said", {"lawful", "refused", "override"}}});
  return type;
}

const std::vector<const TableDef*>& ProjectedTables() {
  static const std::vector<const TableDef*> tables = {&RunsTable().table(),
                                                      &WorkstreamsTable().table(),
                                                      &DependenciesTable().table(),
                                                      &StepAttemptsTable().table(),
                                                      &ErrorsTable().table(),
                                                      &TasksTable().table(),
                                                      &EntityDependenciesTable().table(),
                                                      &WorkersTable().table(),
                                                      &PatchesTable().table(),
                                                      &TestGatesTable().table(),
                                                      &CircuitBreakersTable().table(),
                                                      &RequestsTable().table(),
                                                      &CheckpointsTable().table(),
                                                      &MachinesTable().table(),
                                                      &EntitiesTable().table(),
                                                      &StateTransitionsTable().table()};
  return tables;
}

std::vector<std::string> ProjectedTableNames() {
  std::vector<std::string> names;
  for (const TableDef* const table : ProjectedTables()) names.push_back(table->name);
  return names;
}

const TableDef* FindProjectedTable(std::string_view name) {
  for (const TableDef* const table : ProjectedTables()) {
    if (table->name == name) return table;
  }
  return nullptr;
}

}  // namespace annals
