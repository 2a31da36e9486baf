// Tasks that nobody takes, whose worker is lost or whose time is over; gates that do not end.
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "commands/doctor_kinds.h"
#include "commands/guards.h"
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

// Those of `names` (a JSON array) that will never be what is waited for: "gate g1, which is failed".
template <class RowStruct>
absl::Status AddDead(RowCache<RowStruct>& rows, std::string_view kind, std::string_view run_id, std::string_view names,
                     std::string_view wanted, std::vector<std::string>& dead) {
  for (const std::string_view name : NamesIn(names)) {
    ASSIGN_OR_RETURN(const RowStruct* const row, rows.Find({run_id, name}));
    if (row == nullptr || !row->IsFinal() || row->status == wanted) continue;
    dead.push_back(fmt::format("{} {}, which is {}", kind, name, row->status));
  }
  return absl::OkStatus();
}

// What is blocked: by what has ended, or by nothing that has.
Sign Blocked(Timestamp since, const std::vector<std::string>& dead, std::string of_dead, std::string otherwise) {
  if (dead.empty()) return {since, "nothing that it needs has failed", std::move(otherwise)};
  return {since, fmt::format("it needs {}", fmt::join(dead, ", ")), std::move(of_dead)};
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

Seen LookAtQueuedTask(const Ward& ward, const RunRow& run, const TaskRow& task) {
  if (run.status != "running") return std::nullopt;
  ASSIGN_OR_RETURN(const WorkstreamRow* const workstream, ward.rows.Workstream(task.run_id, task.ws_id));
  if (workstream != nullptr && workstream->IsFinal()) {
    return Sign{task.updated_at, fmt::format("its workstream {} is {}", task.ws_id, workstream->status),
                fmt::format("{} --reason 'its workstream has ended'", MoveLine(task, "cancelled"))};
  }
  return Sign{task.updated_at, "no worker took it", fmt::format("{} --worker WORKER", MoveLine(task, "running"))};
}

Seen LookAtBlockedTask(const Ward& ward, const RunRow&, const TaskRow& task) {
  std::vector<std::string> dead;
  RETURN_IF_ERROR(AddDead(ward.rows.tasks, "task", task.run_id, task.depends_on, "completed", dead));
  RETURN_IF_ERROR(AddDead(ward.rows.test_gates, "gate", task.run_id, task.gate_dependencies, "passed", dead));
  RETURN_IF_ERROR(AddDead(ward.rows.test_gates, "gate", task.run_id, task.validation_gates, "passed", dead));
  return Blocked(task.updated_at, dead,
                 fmt::format("{} --reason 'what it needs has failed'", MoveLine(task, "cancelled")),
                 MoveLine(task, "pending"));
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

Seen LookAtBlockedGate(const Ward& ward, const RunRow&, const TestGateRow& gate) {
  std::vector<std::string> dead;
  RETURN_IF_ERROR(AddDead(ward.rows.test_gates, "gate", gate.run_id, gate.depends_on, "passed", dead));
  const auto move = [&](std::string_view to) {
    return fmt::format("annals gate transition {} {} --run {}", gate.gate_id, to, gate.run_id);
  };
  // No edge leads from there to an end.
  return Blocked(gate.updated_at, dead,
                 fmt::format("{} --override --operator NAME --reason 'what it needs has failed'", move("failed")),
                 move("pending"));
}

Seen LookAtPatch(const Ward& ward, const RunRow&, const PatchRow& patch) {
  if (patch.status == "blocked") {
    const std::string tool = patch.tool.value_or("");
    ASSIGN_OR_RETURN(const CircuitBreakerRow* const breaker, ward.rows.circuit_breakers.Find({tool}));
    if (breaker != nullptr && breaker->status == "open") {
      return Sign{patch.updated_at, fmt::format("the circuit breaker of {} is open", tool),
                  fmt::format("annals breaker status {}", tool)};
    }
    return Sign{patch.updated_at, "no circuit breaker holds it up any more",
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
