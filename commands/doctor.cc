#include "commands/doctor.h"

#include <algorithm>
#include <tuple>
#include <type_traits>

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
  Examination(Snapshot& snapshot, const Question& question) : snapshot_(snapshot), question_(question) {
    rows_.Attach(&snapshot, TableSet::kLive);
  }

  absl::StatusOr<std::vector<Finding>> Make() {
    if (question_.run_id) {
      ASSIGN_OR_RETURN(const RunRow* const run, NeedRun(rows_, *question_.run_id));
      RETURN_IF_ERROR(LookAtRun(RunRow(*run)));
    } else {
      RETURN_IF_ERROR(LookAtRuns());
    }
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
    if (!run.IsFinal()) RETURN_IF_ERROR(Look<RunLook>(run, run.run_id, run.status, run.created_at, run));
    const TableDef& workstreams = WorkstreamsTable().table();
    for (const std::string_view state : WorkstreamMachine().states()) {
      if (WorkstreamMachine().IsTerminal(state) || run.ws_terminal == run.ws_total) continue;
      ASSIGN_OR_RETURN(const std::vector<WorkstreamRow> open,
                       ReadRowsOf(snapshot_, WorkstreamsTable(),
                                  {{workstreams.ColumnIndex("run_id"), std::string_view(run.run_id)},
                                   {workstreams.ColumnIndex("status"), state}}));
      for (const WorkstreamRow& workstream : open) {
        RETURN_IF_ERROR(
            Look<WorkstreamLook>(run, workstream.ws_id, workstream.status, workstream.updated_at, run, workstream));
      }
      rows_.Clear();  // what was looked up for these
    }
    const TableDef& attempts = StepAttemptsTable().table();
    ASSIGN_OR_RETURN(const std::vector<StepAttemptRow> open,
                     ReadRowsOf(snapshot_, StepAttemptsTable(),
                                {{attempts.ColumnIndex("run_id"), std::string_view(run.run_id)},
                                 {attempts.ColumnIndex("status"), std::string_view("in_progress")}}));
    for (const StepAttemptRow& attempt : open) {
      RETURN_IF_ERROR(
          Look<AttemptLook>(run, fmt::format("{}", attempt.id), attempt.status, attempt.started_at, run, attempt));
    }
    return absl::OkStatus();
  }

  // Every look of its kind that is taken at what is in `state`. Nothing it could see is older than `not_before`.
  template <class LookFunction, class... Subjects>
  absl::Status Look(const RunRow& run, std::string_view entity_id, std::string_view state, Timestamp not_before,
                    const Subjects&... subjects) {
    for (const KindRow& row : AllKinds()) {
      const auto* const look = std::get_if<LookFunction>(&row.look);
      if (look == nullptr || row.kind.severity < question_.least) continue;
      if ((!row.state.empty() && row.state != state) || !IsOld(row.kind, not_before)) continue;
      ASSIGN_OR_RETURN(std::optional<Sign> sign, (*look)(Ward{snapshot_, rows_}, subjects...));
      if (!sign || !IsOld(row.kind, sign->since)) continue;
      findings_.push_back({.kind = row.kind,
                           .entity_id = std::string(entity_id),
                           .run_id = run.run_id,
                           .state = std::string(state),
                           .since = sign->since,
                           .detail = std::move(sign->detail),
                           .help = std::move(sign->help)});
    }
    return absl::OkStatus();
  }

  bool IsOld(const Kind& kind, Timestamp since) const {
    const int64_t limit = question_.limits.Of(kind).count() * kMicrosPerSecond;
    // What lies ahead, by a clock that went back, is as old as what is now.
    return std::max<int64_t>(question_.now.micros - since.micros, 0) >= limit;
  }

  Snapshot& snapshot_;
  const Question& question_;
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

absl::StatusOr<std::vector<Finding>> Examine(Snapshot& snapshot, const Question& question) {
  return Examination(snapshot, question).Make();
}

}  // namespace annals::doctor
