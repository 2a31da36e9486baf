// Tasks that nobody takes, whose worker is lost or whose time is over; gates that do not end.
#include <fmt/format.h>

#include "commands/doctor_kinds.h"
#include "commands/machine.h"
#include "eventstore/event_codec.h"
#include "schemas/status.h"
#include "schemas/time_expression.h"

namespace annals::doctor {
namespace {

std::string MoveLine(const TaskRow& task, std::string_view to) {
  return fmt::format("annals task transition {} {} --run {}", task.task_id, to, task.run_id);
}

// What keeps it from `to`: "" if nothing does.
absl::StatusOr<std::string> Against(const Ward& ward, const RunRow& run, const TaskRow& task, std::string_view to) {
  return AgainstMove({.machine = TaskMachine(), .entity = task.task_id, .from = task.status, .to = to, .trigger = {}},
                     {.rows = ward.rows, .now = ward.now, .run = &run, .task = &task});
}

Remedy TaskMove(const TaskRow& task, std::string_view to, std::string reason) {
  return [run_id = task.run_id, task_id = task.task_id, epoch = task.epoch, to = std::string(to),
          reason = std::move(reason)](schema::Command::Builder command) {
    auto move = command.initBody().initTransitionTask();
    move.setRunId(AsText(run_id));
    move.setTaskId(AsText(task_id));
    move.setTo(AsText(to));
    if (!reason.empty()) move.setReason(AsText(reason));
    // Of the claim that was looked at: whoever took the task since then keeps it.
    if (epoch > 0) move.initEpoch().setValue(epoch);
  };
}

// A running task that is taken away from its worker: to be tried again, where it may be.
Seen TakenAway(const Ward& ward, const RunRow& run, const TaskRow& task, Timestamp since, std::string detail,
               std::string reason) {
  ASSIGN_OR_RETURN(const std::string against, Against(ward, run, task, "retrying"));
  const std::string_view to = against.empty() ? "retrying" : "failed";
  if (!against.empty())
    detail += fmt::format("; it was retried {} times of at most {}", task.retry_count, task.max_retries);
  std::string help = fmt::format("{} --epoch {} --reason '{}'", MoveLine(task, to), task.epoch, reason);
  return Sign{since, std::move(detail), std::move(help), TaskMove(task, to, std::move(reason))};
}

}  // namespace

Seen LookAtPendingTask(const Ward& ward, const RunRow& run, const TaskRow& task) {
  if (run.status != "running") return std::nullopt;
  ASSIGN_OR_RETURN(const std::string against, Against(ward, run, task, "queued"));
  if (against.empty()) return std::nullopt;  // task.needs_met
  return Sign{task.updated_at, against, fmt::format("annals task show {} --run {}", task.task_id, task.run_id)};
}

Seen LookAtTaskWhoseNeedsAreMet(const Ward& ward, const RunRow& run, const TaskRow& task) {
  if (run.status != "running") return std::nullopt;
  ASSIGN_OR_RETURN(const std::string against, Against(ward, run, task, "queued"));
  if (!against.empty()) return std::nullopt;
  return Sign{task.updated_at, "all it depends on is done", MoveLine(task, "queued")};
}

Seen LookAtQueuedTask(const Ward&, const RunRow& run, const TaskRow& task) {
  if (run.status != "running") return std::nullopt;
  return Sign{task.updated_at, "no worker took it", fmt::format("{} --worker WORKER", MoveLine(task, "running"))};
}

Seen LookAtBlockedTask(const Ward&, const RunRow&, const TaskRow& task) {
  return Sign{task.updated_at, "a task or gate it depends on failed",
              fmt::format("{} --reason 'what it needs has failed'", MoveLine(task, "cancelled"))};
}

Seen LookAtTaskOverTime(const Ward& ward, const RunRow& run, const TaskRow& task) {
  // Nothing but its moves changes the row, so it was taken then.
  const Timestamp over = After(task.updated_at, task.timeout_sec);
  if (ward.now < over) return std::nullopt;
  const std::string reason = fmt::format("timed out after {}", FormatSpan(std::chrono::seconds(task.timeout_sec)));
  return TakenAway(ward, run, task, over, fmt::format("it {}; worker {} holds it", reason, task.worker_id.value_or("")),
                   reason);
}

Seen LookAtTaskWithoutWorker(const Ward& ward, const RunRow& run, const TaskRow& task) {
  const std::string worker_id = task.worker_id.value_or("");
  ASSIGN_OR_RETURN(const WorkerRow* const worker, ward.rows.workers.Find({worker_id}));
  if (worker == nullptr) {  // an override let it run
    const std::string reason = "no worker holds it";
    return TakenAway(ward, run, task, task.updated_at, reason, reason);
  }
  if (worker->status == "unresponsive" || worker->status == "shutdown") {
    const std::string reason = fmt::format("its worker {} is {}", worker_id, worker->status);
    return TakenAway(ward, run, task, std::max(worker->updated_at, task.updated_at), reason, reason);
  }
  ASSIGN_OR_RETURN(const std::optional<Timestamp> silent, SilentSince(ward, *worker));
  if (!silent) return std::nullopt;
  const std::string reason = fmt::format("the lease of its worker {} ran out", worker_id);
  return TakenAway(ward, run, task, *silent, reason, reason);
}

Seen LookAtValidatingTask(const Ward& ward, const RunRow& run, const TaskRow& task) {
  ASSIGN_OR_RETURN(const std::string against, Against(ward, run, task, "completed"));
  if (against.empty()) return Sign{task.updated_at, "every gate of it passed", MoveLine(task, "completed")};
  return Sign{task.updated_at, against, fmt::format("annals task show {} --run {}", task.task_id, task.run_id)};
}

Seen LookAtRetry(const Ward& ward, const RunRow& run, const TaskRow& task) {
  ASSIGN_OR_RETURN(const std::string against, Against(ward, run, task, "queued"));
  if (!against.empty()) return std::nullopt;
  return Sign{
      task.retry_at.value_or(task.updated_at),
      fmt::format("the time of its next try has come (retried {} of at most {})", task.retry_count, task.max_retries),
      MoveLine(task, "queued"), TaskMove(task, "queued", {})};
}

Seen LookAtGateOverTime(const Ward& ward, const RunRow&, const TestGateRow& gate) {
  const Timestamp over = After(gate.updated_at, gate.timeout_sec);
  if (ward.now < over) return std::nullopt;
  const std::string reason = fmt::format("timed out after {}", FormatSpan(std::chrono::seconds(gate.timeout_sec)));
  return Sign{
      over, fmt::format("it {}", reason),
      fmt::format("annals gate transition {} failed --run {} --reason '{}'", gate.gate_id, gate.run_id, reason)};
}

Seen LookAtBlockedGate(const Ward&, const RunRow&, const TestGateRow& gate) {
  return Sign{gate.updated_at, "a gate it depends on failed",
              fmt::format("annals gate transition {} pending --run {}", gate.gate_id, gate.run_id)};
}

Seen LookAtPatch(const Ward&, const RunRow&, const PatchRow& patch) {
  if (patch.status == "blocked") {
    return Sign{patch.updated_at, "the circuit breaker of its tool was open",
                fmt::format("annals patch transition {} staged --run {}", patch.patch_id, patch.run_id)};
  }
  // What is no diff would be quarantined again at once.
  return Sign{patch.updated_at,
              fmt::format("workstream {} passes no check while it is: {}", patch.ws_id,
                          patch.quarantine_reason.value_or("no reason is known")),
              fmt::format("annals patch transition {} {} --run {}", patch.patch_id,
                          patch.format_passed ? "validating" : "expired", patch.run_id)};
}

}  // namespace annals::doctor
