#include "commands/doctor.h"

#include <algorithm>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "commands/decision.h"
#include "commands/doctor_kinds.h"
#include "commands/machine.h"
#include "schemas/message_text.h"
#include "schemas/status.h"

namespace annals::doctor {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;

template <class RowStruct>
absl::StatusOr<std::vector<RowStruct>> ReadRowsOf(Snapshot& snapshot, const RowType<RowStruct>& type,
                                                  std::vector<RowQuery::Condition> equals) {
  std::vector<RowStruct> rows;
  RETURN_IF_ERROR(
      snapshot.ReadRows({.table = &type.table(), .equals = std::move(equals)}, TableSet::kLive, [&](Row values) {
        rows.push_back(type.FromValues(values));
        return absl::OkStatus();
      }));
  return rows;
}

class Examination {
 public:
  Examination(Snapshot& snapshot, const Question& question)
      : snapshot_(snapshot), question_(question), now_(question.now) {
    rows_.Attach(&snapshot, TableSet::kLive);
  }

  absl::StatusOr<std::vector<Finding>> Make() {
    if (question_.run_id) {
      ASSIGN_OR_RETURN(const RunRow* const run, NeedRun(rows_, *question_.run_id));
      RETURN_IF_ERROR(LookAtRun(RunRow(*run)));
    } else {
      RETURN_IF_ERROR(LookAtRuns());
    }
    RETURN_IF_ERROR(LookAtAll<TaskLook>(TasksTable(), &TaskRow::task_id));
    RETURN_IF_ERROR(LookAtAll<GateLook>(TestGatesTable(), &TestGateRow::gate_id));
    RETURN_IF_ERROR(LookAtAll<PatchLook>(PatchesTable(), &PatchRow::patch_id));
    RETURN_IF_ERROR(LookAtAll<WorkerLook>(WorkersTable(), &WorkerRow::worker_id));
    RETURN_IF_ERROR(LookAtAll<BreakerLook>(CircuitBreakersTable(), &CircuitBreakerRow::tool));
    RETURN_IF_ERROR(LookAtAll<RequestLook>(RequestsTable(), &RequestRow::request_id));
    std::ranges::sort(findings_, [](const Finding& a, const Finding& b) {
      const auto key = [](const Finding& finding) {
        return std::tie(finding.since, finding.kind.entity_type, finding.run_id, finding.entity_id, finding.kind.name);
      };
      return a.kind.severity != b.kind.severity ? a.kind.severity > b.kind.severity : key(a) < key(b);
    });
    return std::move(findings_);
  }

 private:
  absl::Status LookAtRuns() {
    for (const std::string_view state : RunMachine().states()) {
      if (RunMachine().IsTerminal(state) && !question_.looks_at_ended_runs) continue;
      ASSIGN_OR_RETURN(const std::vector<RunRow> runs,
                       ReadRowsOf(snapshot_, RunsTable(), {{RunsTable().table().ColumnIndex("status"), state}}));
      for (const RunRow& run : runs) RETURN_IF_ERROR(LookAtRun(run));
    }
    return absl::OkStatus();
  }

  absl::Status LookAtRun(const RunRow& run) {
    if (!run.IsFinal()) RETURN_IF_ERROR(Look<RunLook>(run.run_id, run.run_id, run.status, run.created_at, run));
    const TableDef& workstreams = WorkstreamsTable().table();
    for (const std::string_view state : WorkstreamMachine().states()) {
      if (WorkstreamMachine().IsTerminal(state) || run.ws_terminal == run.ws_total) continue;
      ASSIGN_OR_RETURN(const std::vector<WorkstreamRow> open,
                       ReadRowsOf(snapshot_, WorkstreamsTable(),
                                  {{workstreams.ColumnIndex("run_id"), std::string_view(run.run_id)},
                                   {workstreams.ColumnIndex("status"), state}}));
      for (const WorkstreamRow& workstream : open) {
        RETURN_IF_ERROR(Look<WorkstreamLook>(run.run_id, workstream.ws_id, workstream.status, workstream.updated_at,
                                             run, workstream));
      }
      rows_.Clear();  // what was looked up for these
    }
    const TableDef& attempts = StepAttemptsTable().table();
    ASSIGN_OR_RETURN(const std::vector<StepAttemptRow> open,
                     ReadRowsOf(snapshot_, StepAttemptsTable(),
                                {{attempts.ColumnIndex("run_id"), std::string_view(run.run_id)},
                                 {attempts.ColumnIndex("status"), std::string_view("in_progress")}}));
    for (const StepAttemptRow& attempt : open) {
      RETURN_IF_ERROR(Look<AttemptLook>(run.run_id, fmt::format("{}", attempt.id), attempt.status, attempt.started_at,
                                        run, attempt));
    }
    return absl::OkStatus();
  }

  // What is found by its state, wherever it is.
  template <class LookFunction, class RowStruct>
  absl::Status LookAtAll(const RowType<RowStruct>& type, std::string RowStruct::*id) {
    for (const std::string_view state : StatesOf<LookFunction>()) {
      const TableDef& table = type.table();
      std::vector<RowQuery::Condition> equals = {{table.ColumnIndex("status"), state}};
      if constexpr (requires(RowStruct row) { row.run_id; }) {
        if (question_.run_id) equals.push_back({table.ColumnIndex("run_id"), std::string_view(*question_.run_id)});
      } else {
        if (question_.run_id) continue;  // it is in no run
      }
      ASSIGN_OR_RETURN(const std::vector<RowStruct> found, ReadRowsOf(snapshot_, type, std::move(equals)));
      for (const RowStruct& row : found) {
        if constexpr (requires { std::string_view(row.run_id); }) {
          ASSIGN_OR_RETURN(const RunRow* const run, NeedRun(rows_, row.run_id));
          // Where its run has ended nothing moves it any more.
          if (run->IsFinal()) continue;
          RETURN_IF_ERROR(Look<LookFunction>(row.run_id, row.*id, state, row.created_at, *run, row));
        } else if constexpr (requires { row.run_id; }) {
          RETURN_IF_ERROR(Look<LookFunction>(row.run_id.value_or(""), row.*id, state, row.created_at, row));
        } else {
          RETURN_IF_ERROR(Look<LookFunction>("", row.*id, state, row.created_at, row));
        }
      }
      rows_.Clear();  // what was looked up for these
    }
    return absl::OkStatus();
  }

  // The states that such looks are taken at.
  template <class LookFunction>
  std::set<std::string_view> StatesOf() const {
    std::set<std::string_view> states;
    for (const KindRow& row : AllKinds()) {
      if (!std::holds_alternative<LookFunction>(row.look) || row.kind.severity < question_.least) continue;
      for (const std::string_view state : row.states) {
        if (!state.empty()) states.insert(state);
      }
    }
    return states;
  }

  // Every look of its kind that is taken at what is in `state`. Nothing it could see is older than `not_before`.
  template <class LookFunction, class... Subjects>
  absl::Status Look(std::string_view run_id, std::string_view entity_id, std::string_view state, Timestamp not_before,
                    const Subjects&... subjects) {
    const Ward ward{snapshot_, rows_, now_, question_.knows_leases};
    for (const KindRow& row : AllKinds()) {
      const auto* const look = std::get_if<LookFunction>(&row.look);
      if (look == nullptr || row.kind.severity < question_.least) continue;
      const bool is_meant = row.states.front().empty() || std::ranges::find(row.states, state) != row.states.end();
      if (!is_meant || !IsOld(row.kind, not_before)) continue;
      ASSIGN_OR_RETURN(std::optional<Sign> sign, (*look)(ward, subjects...));
      if (!sign || !IsOld(row.kind, sign->since)) continue;
      findings_.push_back({.kind = row.kind,
                           .entity_id = std::string(entity_id),
                           .run_id = std::string(run_id),
                           .state = std::string(state),
                           .since = sign->since,
                           .detail = std::move(sign->detail),
                           .help = std::move(sign->help),
                           .remedy = std::move(sign->remedy)});
    }
    return absl::OkStatus();
  }

  bool IsOld(const Kind& kind, Timestamp since) const {
    const int64_t limit = question_.limits.Of(kind).count() * kMicrosPerSecond;
    // What lies ahead, by a clock that went back, is as old as what is now.
    return std::max<int64_t>(now_.micros - since.micros, 0) >= limit;
  }

  Snapshot& snapshot_;
  const Question& question_;
  const Timestamp now_;
  Rows rows_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Kind> Kinds() {
  std::vector<Kind> kinds;
  for (const KindRow& row : AllKinds()) kinds.push_back(row.kind);
  return kinds;
}

absl::Status Limits::Set(std::string_view kind, std::chrono::seconds limit) {
  std::vector<std::string_view> names;
  for (const KindRow& row : AllKinds()) {
    if (row.kind.name == kind) {
      changed_[row.kind.name] = limit;
      return absl::OkStatus();
    }
    names.push_back(row.kind.name);
  }
  return absl::InvalidArgumentError(fmt::format("{} is no limit; {}", Quoted(kind), SuggestName(kind, names)));
}

std::chrono::seconds Limits::Of(const Kind& kind) const {
  const auto it = changed_.find(kind.name);
  return it == changed_.end() ? kind.limit : it->second;
}

absl::StatusOr<std::string> AgainstMove(const TransitionRequest& request, const GuardInput& seen) {
  ASSIGN_OR_RETURN(const auto judged, JudgeTransition(request, seen));
  const auto* const refusal = std::get_if<Refusal>(&judged);
  return refusal == nullptr ? "" : refusal->why;
}

absl::StatusOr<std::vector<Finding>> Examine(Snapshot& snapshot, const Question& question) {
  return Examination(snapshot, question).Make();
}

}  // namespace annals::doctor
