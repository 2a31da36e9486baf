// The tables of the machines beyond run and workstream (SPEC §6): a struct for the row of each, and its description.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "projections/row_type.h"

namespace annals {

struct TaskRow {
  std::string run_id;
  std::string task_id;
  std::string ws_id;
  std::string status;
  std::optional<std::string> worker_id;
  int64_t epoch = 0;
  bool is_critical = false;
  std::string depends_on;         // JSON array of task_id
  std::string gate_dependencies;  // JSON array of gate_id
  std::string validation_gates;   // JSON array of gate_id
  int64_t retry_count = 0;
  int64_t max_retries = 0;
  std::optional<Timestamp> retry_at;
  int64_t timeout_sec = 0;
  std::optional<std::string> last_error;
  std::string machine_version;
  Timestamp created_at;
  Timestamp updated_at;
  std::optional<Timestamp> started_at;
  std::optional<Timestamp> completed_at;
  std::optional<std::string> metadata_json;
  bool IsFinal() const { return completed_at.has_value(); }
};

// What waits for what inside a run, beyond workstreams: to be walked from what failed.
struct EntityDependencyRow {
  std::string run_id;
  std::string entity_type;
  std::string entity_id;
  std::string needs_type;
  std::string needs;
  static constexpr bool kIsFoundAgain = false;
};

struct WorkerRow {
  std::string worker_id;
  std::string status;
  std::string capabilities;  // JSON array
  std::string affinity;      // JSON array
  int64_t current_load = 0;
  int64_t max_concurrent_tasks = 0;
  int64_t heartbeat_sec = 0;
  std::optional<Timestamp> last_heartbeat_at;
  std::string machine_version;
  Timestamp created_at;
  Timestamp updated_at;
  std::optional<Timestamp> completed_at;
  std::optional<std::string> metadata_json;
  bool IsFinal() const { return completed_at.has_value(); }
};

struct PatchRow {
  std::string run_id;
  std::string patch_id;
  std::string ws_id;
  std::optional<std::string> task_id;
  std::string status;
  std::optional<std::string> tool;
  std::string format;
  std::string files;  // JSON array of paths
  std::string diff_hash;
  int64_t lines_added = 0;
  int64_t lines_removed = 0;
  int64_t diff_position = 0;
  bool format_passed = false;
  std::optional<std::string> format_fault;
  std::optional<bool> scope_passed;
  std::optional<bool> constraints_passed;
  std::optional<bool> tests_passed;
  std::optional<std::string> quarantine_reason;
  std::optional<std::string> rollback_reason;
  std::string machine_version;
  Timestamp created_at;
  Timestamp updated_at;
  std::optional<Timestamp> completed_at;
  std::optional<std::string> metadata_json;
  bool IsFinal() const { return completed_at.has_value(); }
};

struct TestGateRow {
  std::string run_id;
  std::string gate_id;
  std::optional<std::string> ws_id;
  std::string type;
  std::string status;
  std::string depends_on;  // JSON array of gate_id
  int64_t timeout_sec = 0;
  std::optional<int64_t> exit_code;
  std::optional<std::string> result_json;
  std::string machine_version;
  Timestamp created_at;
  Timestamp updated_at;
  std::optional<Timestamp> started_at;
  std::optional<Timestamp> completed_at;
  std::optional<std::string> metadata_json;
  bool IsFinal() const { return completed_at.has_value(); }
};

struct CircuitBreakerRow {
  std::string tool;
  std::string status;
  int64_t failures = 0;
  int64_t successes = 0;
  int64_t failure_threshold = 0;
  int64_t cooldown_seconds = 0;
  int64_t success_threshold = 0;
  std::optional<Timestamp> opened_at;
  std::string machine_version;
  Timestamp created_at;
  Timestamp updated_at;
  std::optional<std::string> metadata_json;
  bool IsFinal() const { return false; }
};

struct RequestRow {
  std::string request_id;
  std::string status;
  std::optional<std::string> run_id;
  std::string request;
  std::optional<std::string> plan;
  std::optional<std::string> plan_scope_json;
  std::optional<std::string> plan_digest;
  std::optional<std::string> plan_approved_by;
  std::optional<Timestamp> plan_approved_at;
  std::optional<std::string> plan_authority;
  std::optional<std::string> plan_rejected_by;
  std::optional<Timestamp> plan_rejected_at;
  std::optional<std::string> plan_rejected_reason;
  std::optional<std::string> implementation;
  std::optional<std::string> implementation_scope_json;
  std::string patches;  // JSON array of "<patch>=<hash of its diff>"
  std::optional<std::string> implementation_digest;
  std::optional<std::string> implementation_approved_by;
  std::optional<Timestamp> implementation_approved_at;
  std::optional<std::string> implementation_authority;
  std::optional<std::string> implementation_rejected_by;
  std::optional<Timestamp> implementation_rejected_at;
  std::optional<std::string> implementation_rejected_reason;
  std::optional<std::string> review;
  std::optional<std::string> verification_result;
  std::optional<std::string> error_details;
  int64_t retry_count = 0;
  std::string machine_version;
  Timestamp created_at;
  Timestamp updated_at;
  std::optional<Timestamp> completed_at;
  std::optional<std::string> metadata_json;
  bool IsFinal() const { return completed_at.has_value(); }
};

struct CheckpointRow {
  int64_t id = 0;
  std::optional<std::string> request_id;
  std::optional<std::string> run_id;
  std::optional<std::string> ws_id;
  std::string name;
  std::optional<std::string> data_json;
  Timestamp saved_at;
  static constexpr bool kIsFoundAgain = false;
};

// A version of a machine that somebody defined.
struct MachineRow {
  std::string name;
  std::string version;
  std::string definition_json;
  int64_t position = 0;
  Timestamp defined_at;
};

// An entity of such a machine.
struct EntityRow {
  std::string machine;
  std::string entity_id;
  std::string machine_version;
  std::string status;
  Timestamp created_at;
  Timestamp updated_at;
  std::optional<Timestamp> completed_at;
  std::optional<std::string> metadata_json;
  bool IsFinal() const { return completed_at.has_value(); }
};

const RowType<TaskRow>& TasksTable();
const RowType<EntityDependencyRow>& EntityDependenciesTable();
const RowType<WorkerRow>& WorkersTable();
const RowType<PatchRow>& PatchesTable();
const RowType<TestGateRow>& TestGatesTable();
const RowType<CircuitBreakerRow>& CircuitBreakersTable();
const RowType<RequestRow>& RequestsTable();
const RowType<CheckpointRow>& CheckpointsTable();
const RowType<MachineRow>& MachinesTable();
const RowType<EntityRow>& EntitiesTable();

}  // namespace annals
