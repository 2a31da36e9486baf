// Runs that nobody moves on.
#include <fmt/format.h>

#include "commands/doctor_kinds.h"
#include "commands/machine.h"
#include "commands/transition.h"
#include "schemas/status.h"

namespace annals::doctor {
namespace {

bool HasOnlyEnded(const RunRow& run) {
  return run.ws_total > 0 && run.ws_terminal == run.ws_total;
}

// When anything was last recorded of the run.
absl::StatusOr<Timestamp> LastHeardOf(const Ward& ward, const RunRow& run) {
  const std::string stream = fmt::format("run/{}", run.run_id);
  ASSIGN_OR_RETURN(const auto cursor, ward.snapshot.ReadLog({.stream = stream, .newest_first = true}));
  ASSIGN_OR_RETURN(const RecordView* const record, cursor->Next());
  return record == nullptr ? run.updated_at : record->recorded_at;
}

absl::StatusOr<bool> MayGoTo(const Ward& ward, const RunRow& run, std::string_view to) {
  ASSIGN_OR_RETURN(
      const std::string against,
      AgainstMove({.machine = RunMachine(), .entity = run.run_id, .from = run.status, .to = to, .trigger = {}},
                  {.rows = ward.rows, .now = ward.now, .run = &run}));
  return against.empty();
}

std::string MoveLine(const RunRow& run, std::string_view to) {
  return fmt::format("annals run transition {} {}", run.run_id, to);
}

}  // namespace

Seen LookAtQuietRun(const Ward& ward, const RunRow& run) {
  // Of these there is more to say: run.can_end and run.critical_failed.
  if ((run.status == "running" && HasOnlyEnded(run)) || run.ws_critical_failed > 0) return std::nullopt;
  ASSIGN_OR_RETURN(const Timestamp since, LastHeardOf(ward, run));
  std::string detail = fmt::format("nothing was recorded of it since; open workstreams: {} of {}",
                                   run.ws_total - run.ws_terminal, run.ws_total);
  if (run.status == "running") return Sign{since, std::move(detail), fmt::format("annals why run {}", run.run_id)};
  return Sign{since, std::move(detail), MoveLine(run, "running")};
}

Seen LookAtRunThatMayEnd(const Ward& ward, const RunRow& run) {
  if (!HasOnlyEnded(run) || run.ws_critical_failed > 0) return std::nullopt;
  for (const std::string_view end : {"completed", "partial"}) {
    ASSIGN_OR_RETURN(const bool may_go, MayGoTo(ward, run, end));
    if (!may_go) continue;
    return Sign{run.updated_at, fmt::format("every workstream has ended; done: {} of {}", run.ws_done, run.ws_total),
                MoveLine(run, end)};
  }
  return Sign{run.updated_at, "every workstream has ended, none is done",
              fmt::format("{} --reason 'no workstream is done'", MoveLine(run, "failed"))};
}

Seen LookAtRunThatMustFail(const Ward& ward, const RunRow& run) {
  if (run.ws_critical_failed == 0) return std::nullopt;
  const TableDef& table = WorkstreamsTable().table();
  const RowQuery critical{.table = &table,
                          .equals = {{table.ColumnIndex("run_id"), std::string_view(run.run_id)},
                                     {table.ColumnIndex("status"), std::string_view("failed")},
                                     {table.ColumnIndex("is_critical"), int64_t{1}}},
                          .limit = 1};
  WorkstreamRow failed;
  RETURN_IF_ERROR(ward.snapshot.ReadRows(critical, TableSet::kLive, [&](Row row) {
    failed = WorkstreamsTable().FromValues(row);
    return absl::OkStatus();
  }));
  return Sign{failed.updated_at, fmt::format("the critical workstream {} failed; the run can only fail", failed.ws_id),
              fmt::format("{} --reason 'the critical workstream {} failed'", MoveLine(run, "failed"), failed.ws_id)};
}

}  // namespace annals::doctor
