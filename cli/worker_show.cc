#include "cli/worker_show.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/context.h"
#include "cli/duration.h"
#include "cli/exit_code.h"
#include "cli/row_json.h"
#include "cli/show.h"
#include "commands/missing_entity.h"
#include "projections/entity_tables.h"
#include "schemas/json_writer.h"
#include "schemas/status.h"

namespace annals {
namespace {

constexpr int64_t kSecond = 1'000'000;

// When it was last heard of, and until when that holds.
struct Lease {
  Timestamp renewed_at, expires_at;
};

// Less than nothing once it ran out. A clock that went back counts as one that ran far enough.
int64_t MicrosLeft(const Lease& lease, Timestamp now) {
  return now < lease.renewed_at ? 0 : lease.expires_at.micros - now.micros;
}

// Leases stand beside the log and have no past: none with --at.
absl::StatusOr<std::optional<Lease>> LeaseOf(Context& context, Snapshot& snapshot, std::string_view worker_id) {
  std::optional<Lease> lease;
  if (context.options().at) return lease;
  const TableDef& table = LeasesTable();
  RETURN_IF_ERROR(snapshot.ReadRows({.table = &table, .equals = {{0, worker_id}}}, TableSet::kLive, [&](Row row) {
    lease = Lease{std::get<Timestamp>(row[table.ColumnIndex("renewed_at")]),
                  std::get<Timestamp>(row[table.ColumnIndex("expires_at")])};
    return absl::OkStatus();
  }));
  return lease;
}

absl::StatusOr<std::vector<TaskRow>> TasksOf(Snapshot& snapshot, std::string_view worker_id) {
  const TableDef& table = TasksTable().table();
  const RowQuery query{.table = &table, .equals = {{table.ColumnIndex("worker_id"), worker_id}}};
  std::vector<TaskRow> tasks;
  RETURN_IF_ERROR(snapshot.ReadRows(query, TableSet::kLive, [&](Row row) {
    tasks.push_back(TasksTable().FromValues(row));
    return absl::OkStatus();
  }));
  return tasks;
}

std::vector<ShownLine> LinesOf(const std::optional<Lease>& lease, const std::vector<TaskRow>& tasks, bool is_of_now,
                               Timestamp now) {
  std::vector<ShownLine> lines;
  if (lease) {
    const int64_t left = MicrosLeft(*lease, now);
    const std::string span = FormatDuration(std::chrono::microseconds(left < 0 ? -left : left));
    lines.emplace_back("lease_renewed_at", Cell{FormatTimestamp(lease->renewed_at)});
    lines.emplace_back("lease_expires_at", Cell{FormatTimestamp(lease->expires_at)});
    const std::string ran_out = now < lease->renewed_at ? "ran out: the clock went back" : "ran out " + span + " ago";
    lines.emplace_back("lease", left > 0 ? Cell{span + " left", Ink::kGreen} : Cell{ran_out, Ink::kRed});
  } else {
    lines.emplace_back("lease", Cell{is_of_now ? "none; no heartbeat yet" : "not known of the past"});
  }
  std::vector<std::string> claims;
  for (const TaskRow& task : tasks) {
    claims.push_back(fmt::format("{}/{} ({}, claim {})", task.run_id, task.task_id, task.status, task.epoch));
  }
  lines.emplace_back("holds", Cell{claims.empty() ? "no task" : fmt::format("{}", fmt::join(claims, ", "))});
  return lines;
}

std::string JsonOf(Row row, const std::optional<Lease>& lease, const std::vector<TaskRow>& tasks, Timestamp now) {
  JsonWriter out;
  out.BeginObject();
  WriteRow(WorkersTable().table(), row, out);
  out.Key("lease");
  if (lease) {
    // Less than nothing of one that ran out.
    out.BeginObject().Key("renewed_at").String(FormatTimestamp(lease->renewed_at));
    out.Key("expires_at").String(FormatTimestamp(lease->expires_at));
    out.Key("seconds_left").Int(MicrosLeft(*lease, now) / kSecond).EndObject();
  } else {
    out.Null();
  }
  out.Key("claims").BeginArray();
  for (const TaskRow& task : tasks) {
    out.BeginObject().Key("run_id").String(task.run_id).Key("task_id").String(task.task_id);
    out.Key("status").String(task.status).Key("epoch").Int(task.epoch).EndObject();
  }
  return out.EndArray().EndObject().Take();
}

absl::StatusOr<int> Show(Context& context, const std::string& id) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, context.Read());
  const TableDef& table = WorkersTable().table();
  const Value key[] = {std::string_view(id)};
  ASSIGN_OR_RETURN(const std::vector<OwnedRow> rows,
                   ReadAllRows(*snapshot, {.table = &table, .equals = {{0, key[0]}}}));
  ASSIGN_OR_RETURN(const std::optional<Lease> lease, LeaseOf(context, *snapshot, id));
  ASSIGN_OR_RETURN(const std::vector<TaskRow> tasks, TasksOf(*snapshot, id));
  if (context.json() && !rows.empty()) {
    context.out() << JsonOf(rows.front().row(), lease, tasks, context.Now()) << '\n';
    return kExitDone;
  }
  return PrintRow(context, *snapshot, table, key, NoSuchEntity(fmt::format("worker {}", id), "annals worker list"),
                  LinesOf(lease, tasks, /*is_of_now=*/!context.options().at, context.Now()));
}

}  // namespace

Command ShowWorkerCommand() {
  const auto id = std::make_shared<std::string>();
  Command command;
  command.name = "show";
  command.summary = "Show one in full, its lease, and the tasks it holds";
  command.details =
      "The lease is renewed by heartbeats and is no history, so with --at nothing is known of it. The claim of a task "
      "is the epoch under which the worker may write to it.";
  command.reads_as_of = true;
  command.example = "annals worker show w1\nannals worker show w1 --json | jq .lease.seconds_left";
  command.arguments = {Place("WORKER", id.get(), "its name")};
  command.run = [id](Context& context) { return Show(context, *id); };
  return command;
}

}  // namespace annals
