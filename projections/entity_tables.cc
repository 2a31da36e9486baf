#include "projections/entity_tables.h"

#include "projections/machine_states.h"
#include "schemas/command.capnp.h"
#include "schemas/enum_names.h"
#include "schemas/machine.capnp.h"

namespace annals {

const RowType<TaskRow>& TasksTable() {
  static const RowType<TaskRow> type(
      {.name = "tasks",
       .meaning = "One row per task of a workstream.",
       .columns = {},
       .key_columns = 2,
       .indexes = {{0, 2, 3}, {4}, {3}},
       .foreign_keys = {{{0, 2}, "workstreams", {"run_id", "ws_id"}}}},
      {{"run_id", &TaskRow::run_id, "the run it is in"},
       {"task_id", &TaskRow::task_id, "its name within the run"},
       {"ws_id", &TaskRow::ws_id, "the workstream it is part of"},
       {"status", &TaskRow::status, "state of the task machine", StatesOf(*schema::TASK_MACHINE)},
       {"worker_id", &TaskRow::worker_id, "who holds it, while it is running"},
       {"epoch", &TaskRow::epoch, "how often it was taken: the claim that counts now"},
       {"is_critical", &TaskRow::is_critical, "1: if it fails, its workstream fails"},
       {"depends_on", &TaskRow::depends_on, "JSON array of the tasks it needs completed before it is queued"},
       {"gate_dependencies", &TaskRow::gate_dependencies,
        "JSON array of the gates it needs passed before it is queued"},
       {"validation_gates", &TaskRow::validation_gates,
        "JSON array of the gates it needs passed before it is completed"},
       {"retry_count", &TaskRow::retry_count, "how often it was given back to be tried again"},
       {"max_retries", &TaskRow::max_retries, "how often it may be"},
       {"retry_at", &TaskRow::retry_at, "when it may be queued again, while it is retrying"},
       {"timeout_sec", &TaskRow::timeout_sec, "how long it may run"},
       {"last_error", &TaskRow::last_error, "why it failed or was given back last"},
       {"machine_version", &TaskRow::machine_version, "version of the machine it was created under"},
       {"created_at", &TaskRow::created_at, "when it was created"},
       {"updated_at", &TaskRow::updated_at, "when an event last changed this row"},
       {"started_at", &TaskRow::started_at, "when it first ran"},
       {"completed_at", &TaskRow::completed_at, "when it reached a terminal state"},
       {"metadata_json", &TaskRow::metadata_json, "what the creator stated"}});
  return type;
}

const RowType<EntityDependencyRow>& EntityDependenciesTable() {
  static const RowType<EntityDependencyRow> type(
      {.name = "entity_dependencies",
       .meaning = "One row per task or gate that needs another, to be walked both ways.",
       .columns = {},
       .key_columns = 5,
       .indexes = {{0, 3, 4}},
       .foreign_keys = {{{0}, "runs", {"run_id"}}}},
      {{"run_id", &EntityDependencyRow::run_id, "the run of both"},
       {"entity_type", &EntityDependencyRow::entity_type, "of the one that waits", {"task", "test_gate"}},
       {"entity_id", &EntityDependencyRow::entity_id, "the one that waits"},
       {"needs_type", &EntityDependencyRow::needs_type, "of the one it waits for", {"task", "test_gate"}},
       {"needs", &EntityDependencyRow::needs, "the one it waits for"}});
  return type;
}

const RowType<WorkerRow>& WorkersTable() {
  static const RowType<WorkerRow> type(
      {.name = "workers",
       .meaning = "One row per worker.",
       .columns = {},
       .key_columns = 1,
       .indexes = {{1}},
       .owners = std::vector<RowOwner>{{"worker/", {0}}}},
      {{"worker_id", &WorkerRow::worker_id, "the worker"},
       {"status", &WorkerRow::status, "state of the worker machine", StatesOf(*schema::WORKER_MACHINE)},
       {"capabilities", &WorkerRow::capabilities, "JSON array of what it can do"},
       {"affinity", &WorkerRow::affinity, "JSON array of what it should be given first"},
       {"current_load", &WorkerRow::current_load, "how many tasks it holds"},
       {"max_concurrent_tasks", &WorkerRow::max_concurrent_tasks, "how many it may hold"},
       {"heartbeat_sec", &WorkerRow::heartbeat_sec, "how often it promises to be heard of"},
       {"last_heartbeat_at", &WorkerRow::last_heartbeat_at,
        "when it had last been heard of, at its last change of state"},
       {"machine_version", &WorkerRow::machine_version, "version of the machine it was created under"},
       {"created_at", &WorkerRow::created_at, "when it was registered"},
       {"updated_at", &WorkerRow::updated_at, "when an event last changed this row"},
       {"completed_at", &WorkerRow::completed_at, "when it was shut down"},
       {"metadata_json", &WorkerRow::metadata_json, "what the creator stated"}});
  return type;
}

const RowType<PatchRow>& PatchesTable() {
  static const RowType<PatchRow> type(
      {.name = "patches",
       .meaning = "One row per patch: the ledger of changes.",
       .columns = {},
       .key_columns = 2,
       .indexes = {{0, 2, 4}, {4}},
       .foreign_keys = {{{0, 2}, "workstreams", {"run_id", "ws_id"}}}},
      {{"run_id", &PatchRow::run_id, "the run it is in"},
       {"patch_id", &PatchRow::patch_id, "its name within the run"},
       {"ws_id", &PatchRow::ws_id, "the workstream whose change it is"},
       {"task_id", &PatchRow::task_id, "the task that made it"},
       {"status", &PatchRow::status, "state of the patch machine", StatesOf(*schema::PATCH_MACHINE)},
       {"tool", &PatchRow::tool, "by which it would be applied"},
       {"format", &PatchRow::format, "of the diff", EnumNames<schema::PatchFormat>()},
       {"files", &PatchRow::files, "JSON array of the files it changes"},
       {"diff_hash", &PatchRow::diff_hash, "SHA-256 of the diff"},
       {"lines_added", &PatchRow::lines_added, "lines it adds"},
       {"lines_removed", &PatchRow::lines_removed, "lines it removes"},
       {"diff_position", &PatchRow::diff_position, "position of the event that holds the diff"},
       {"format_passed", &PatchRow::format_passed, "1: the diff is in its format"},
       {"format_fault", &PatchRow::format_fault, "where it is not"},
       {"scope_passed", &PatchRow::scope_passed, "1: it changes only what it may"},
       {"constraints_passed", &PatchRow::constraints_passed, "1: it keeps the constraints"},
       {"tests_passed", &PatchRow::tests_passed, "1: the tests passed with it"},
       {"quarantine_reason", &PatchRow::quarantine_reason, "why it was quarantined last"},
       {"rollback_reason", &PatchRow::rollback_reason, "why it was rolled back"},
       {"machine_version", &PatchRow::machine_version, "version of the machine it was created under"},
       {"created_at", &PatchRow::created_at, "when it was proposed"},
       {"updated_at", &PatchRow::updated_at, "when an event last changed this row"},
       {"completed_at", &PatchRow::completed_at, "when it reached a terminal state"},
       {"metadata_json", &PatchRow::metadata_json, "what the creator stated"}});
  return type;
}

const RowType<TestGateRow>& TestGatesTable() {
  static const RowType<TestGateRow> type(
      {.name = "test_gates",
       .meaning = "One row per gate of a run.",
       .columns = {},
       .key_columns = 2,
       .indexes = {{0, 4}, {4}},
       .foreign_keys = {{{0}, "runs", {"run_id"}}}},
      {{"run_id", &TestGateRow::run_id, "the run it is in"},
       {"gate_id", &TestGateRow::gate_id, "its name within the run"},
       {"ws_id", &TestGateRow::ws_id, "the workstream it looks at, if it is one"},
       {"type", &TestGateRow::type, "what it does", {"unit", "lint", "integration", "security"}},
       {"status", &TestGateRow::status, "state of the test_gate machine", StatesOf(*schema::TEST_GATE_MACHINE)},
       {"depends_on", &TestGateRow::depends_on, "JSON array of the gates it needs passed before it is run"},
       {"timeout_sec", &TestGateRow::timeout_sec, "how long it may run"},
       {"exit_code", &TestGateRow::exit_code, "of the command that was run, if one was"},
       {"result_json", &TestGateRow::result_json, "what it reported: the tail of its output, …"},
       {"machine_version", &TestGateRow::machine_version, "version of the machine it was created under"},
       {"created_at", &TestGateRow::created_at, "when it was defined"},
       {"updated_at", &TestGateRow::updated_at, "when an event last changed this row"},
       {"started_at", &TestGateRow::started_at, "when it was run"},
       {"completed_at", &TestGateRow::completed_at, "when it reached a terminal state"},
       {"metadata_json", &TestGateRow::metadata_json, "what the creator stated"}});
  return type;
}

const RowType<CircuitBreakerRow>& CircuitBreakersTable() {
  static const RowType<CircuitBreakerRow> type(
      {.name = "circuit_breakers",
       .meaning = "One row per tool that has a circuit breaker.",
       .columns = {},
       .key_columns = 1,
       .indexes = {{1}},
       .owners = std::vector<RowOwner>{{"breaker/", {0}}}},
      {{"tool", &CircuitBreakerRow::tool, "the tool"},
       {"status", &CircuitBreakerRow::status, "state of the circuit_breaker machine",
        StatesOf(*schema::CIRCUIT_BREAKER_MACHINE)},
       {"failures", &CircuitBreakerRow::failures, "failures in a row"},
       {"successes", &CircuitBreakerRow::successes, "successes in a row, while it is half open"},
       {"failure_threshold", &CircuitBreakerRow::failure_threshold, "so many failures in a row open it"},
       {"cooldown_seconds", &CircuitBreakerRow::cooldown_seconds, "so long it stays open at least"},
       {"success_threshold", &CircuitBreakerRow::success_threshold, "so many successes in a row close it again"},
       {"opened_at", &CircuitBreakerRow::opened_at, "when it was opened, while it is open"},
       {"machine_version", &CircuitBreakerRow::machine_version, "version of the machine it was created under"},
       {"created_at", &CircuitBreakerRow::created_at, "when it was made"},
       {"updated_at", &CircuitBreakerRow::updated_at, "when an event last changed this row"},
       {"metadata_json", &CircuitBreakerRow::metadata_json, "what the creator stated"}});
  return type;
}

const RowType<RequestRow>& RequestsTable() {
  static const RowType<RequestRow> type(
      {.name = "requests",
       .meaning = "One row per request of a person.",
       .columns = {},
       .key_columns = 1,
       .indexes = {{1}},
       .owners = std::vector<RowOwner>{{"request/", {0}}}},
      {{"request_id", &RequestRow::request_id, "the request"},
       {"status", &RequestRow::status, "state of the request machine", StatesOf(*schema::REQUEST_MACHINE)},
       {"run_id", &RequestRow::run_id, "the run that does the work"},
       {"request", &RequestRow::request, "what is asked for"},
       {"plan", &RequestRow::plan, "how it shall be done"},
       {"plan_scope_json", &RequestRow::plan_scope_json, "what the plan is about, approved with it"},
       {"plan_digest", &RequestRow::plan_digest, "of the plan as it is shown: an approval names it"},
       {"plan_approved_by", &RequestRow::plan_approved_by, "who approved it"},
       {"plan_approved_at", &RequestRow::plan_approved_at, "when"},
       {"plan_authority", &RequestRow::plan_authority, "by which authority"},
       {"plan_rejected_by", &RequestRow::plan_rejected_by, "who last rejected a plan"},
       {"plan_rejected_at", &RequestRow::plan_rejected_at, "when"},
       {"plan_rejected_reason", &RequestRow::plan_rejected_reason, "why"},
       {"implementation", &RequestRow::implementation, "what was made"},
       {"implementation_scope_json", &RequestRow::implementation_scope_json, "what it is about, approved with it"},
       {"patches", &RequestRow::patches,
        "JSON array of the patches of what was shown last, as <patch>=<hash of the diff>, approved with it"},
       {"implementation_digest", &RequestRow::implementation_digest, "of what is shown: an approval names it"},
       {"implementation_approved_by", &RequestRow::implementation_approved_by, "who approved it"},
       {"implementation_approved_at", &RequestRow::implementation_approved_at, "when"},
       {"implementation_authority", &RequestRow::implementation_authority, "by which authority"},
       {"implementation_rejected_by", &RequestRow::implementation_rejected_by, "who last rejected one"},
       {"implementation_rejected_at", &RequestRow::implementation_rejected_at, "when"},
       {"implementation_rejected_reason", &RequestRow::implementation_rejected_reason, "why"},
       {"review", &RequestRow::review, "what the review said"},
       {"verification_result", &RequestRow::verification_result, "what trying it showed"},
       {"error_details", &RequestRow::error_details, "why it failed"},
       {"retry_count", &RequestRow::retry_count, "how often it was reworked"},
       {"machine_version", &RequestRow::machine_version, "version of the machine it was created under"},
       {"created_at", &RequestRow::created_at, "when it was made"},
       {"updated_at", &RequestRow::updated_at, "when an event last changed this row"},
       {"completed_at", &RequestRow::completed_at, "when it reached a terminal state"},
       {"metadata_json", &RequestRow::metadata_json, "what the creator stated"}});
  return type;
}

const RowType<CheckpointRow>& CheckpointsTable() {
  static const RowType<CheckpointRow> type(
      {.name = "checkpoints",
       .meaning = "One row per checkpoint of a request or a workstream; the newest is where its work resumes.",
       .columns = {},
       .key_columns = 1,
       .indexes = {{1}, {2, 3}},
       .owners = std::vector<RowOwner>{{"request/", {1}}, {"run/", {2}}}},
      {{"id", &CheckpointRow::id, "position of the event that made the row"},
       {"request_id", &CheckpointRow::request_id, "the request, where it is one's"},
       {"run_id", &CheckpointRow::run_id, "the run of the workstream, where it is one's"},
       {"ws_id", &CheckpointRow::ws_id, "the workstream"},
       {"name", &CheckpointRow::name, "what it is called"},
       {"data_json", &CheckpointRow::data_json, "what is needed to go on from here"},
       {"saved_at", &CheckpointRow::saved_at, "when"}});
  return type;
}

const RowType<MachineRow>& MachinesTable() {
  static const RowType<MachineRow> type(
      {.name = "machines",
       .meaning = "One row per version of a machine that somebody defined.",
       .columns = {},
       .key_columns = 2,
       .indexes = {{0, 3}},
       .owners = std::vector<RowOwner>{{"machine/", {0}}}},
      {{"name", &MachineRow::name, "the machine"},
       {"version", &MachineRow::version, "hash of its definition"},
       {"definition_json", &MachineRow::definition_json, "states and edges"},
       {"position", &MachineRow::position, "of the event that defined it last: new entities follow the newest"},
       {"defined_at", &MachineRow::defined_at, "when"}});
  return type;
}

const RowType<EntityRow>& EntitiesTable() {
  static const RowType<EntityRow> type(
      {.name = "entities",
       .meaning = "One row per entity of a machine that somebody defined.",
       .columns = {},
       .key_columns = 2,
       .indexes = {{0, 3}},
       .owners = std::vector<RowOwner>{{"entity/", {0, 1}}}},
      {{"machine", &EntityRow::machine, "the machine it follows"},
       {"entity_id", &EntityRow::entity_id, "its name within the machine"},
       {"machine_version", &EntityRow::machine_version, "version of the machine it was created under, and follows"},
       {"status", &EntityRow::status, "state of that machine"},
       {"created_at", &EntityRow::created_at, "when it was created"},
       {"updated_at", &EntityRow::updated_at, "when an event last changed this row"},
       {"completed_at", &EntityRow::completed_at, "when it reached a terminal state"},
       {"metadata_json", &EntityRow::metadata_json, "what the creator stated"}});
  return type;
}

}  // namespace annals
