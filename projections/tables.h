// The projected tables (SPEC §4): a struct for the row of each, and its description.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "projections/row_type.h"

namespace annals {

struct RunRow {
  std::string run_id;
  std::string status;
  Timestamp created_at;
  Timestamp updated_at;
  std::optional<Timestamp> started_at;
  std::optional<Timestamp> completed_at;
  std::optional<std::string> paused_from;
  std::optional<std::string> metadata_json;
  int64_t ws_total = 0;
  int64_t ws_done = 0;
  int64_t ws_failed = 0;
  int64_t ws_terminal = 0;
  int64_t ws_critical_failed = 0;
  bool IsFinal() const { return completed_at.has_value(); }
};

struct WorkstreamRow {
  std::string run_id;
  std::string ws_id;
  std::string status;
  std::string depends_on;  // JSON array of ws_id
  bool is_critical = false;
  std::optional<std::string> paused_from;
  std::string machine_version;
  Timestamp created_at;
  Timestamp updated_at;
  std::optional<Timestamp> completed_at;
  std::optional<std::string> metadata_json;
  int64_t patches_quarantined = 0;
  bool IsFinal() const { return completed_at.has_value(); }
};

struct DependencyRow {
  std::string run_id;
  std::string ws_id;
  std::string needs;
  static constexpr bool kIsFoundAgain = false;
};

struct StepAttemptRow {
  int64_t id = 0;
  std::string run_id;
  std::string ws_id;
  std::string step_name;
  int64_t attempt = 0;
  std::string status;
  Timestamp started_at;
  std::optional<Timestamp> completed_at;
  std::optional<int64_t> exit_code;
  std::optional<std::string> result_json;
  bool IsFinal() const { return completed_at.has_value(); }
};

struct ErrorRow {
  int64_t id = 0;
  std::string run_id;
  std::string ws_id;
  std::string step_name;
  std::string error_code;
  std::string signature;
  std::string message;
  std::optional<std::string> context_json;
  int64_t count = 0;
  Timestamp first_seen_at;
  Timestamp last_seen_at;
  bool IsFinal() const { return false; }
};

struct StateTransitionRow {
  int64_t position = 0;
  std::string entity_type;
  std::string entity_id;
  std::optional<std::string> run_id;
  std::optional<std::string> from_state;
  std::optional<std::string> to_state;
  std::optional<std::string> trigger;
  std::optional<std::string> reason;
  std::optional<std::string> operator_name;
  std::string severity;
  Timestamp transitioned_at;
  std::string kind;  // lawful, refused, override
  static constexpr bool kIsFoundAgain = false;
};

const RowType<RunRow>& RunsTable();
const RowType<WorkstreamRow>& WorkstreamsTable();
const RowType<DependencyRow>& DependenciesTable();
const RowType<StepAttemptRow>& StepAttemptsTable();
const RowType<ErrorRow>& ErrorsTable();
const RowType<StateTransitionRow>& StateTransitionsTable();

// All of them, in the order a person would read them.
const std::vector<const TableDef*>& ProjectedTables();
std::vector<std::string> ProjectedTableNames();
// nullptr when there is none of that name.
const TableDef* FindProjectedTable(std::string_view name);

}  // namespace annals
