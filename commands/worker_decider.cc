// Workers: registered, heard of, given tasks, drained.
#include <fmt/format.h>

#include "commands/decision.h"
#include "commands/entity_law.h"
#include "eventstore/event_codec.h"
#include "schemas/status.h"

namespace annals {
namespace {

constexpr uint32_t kUsualTasks = 1;
constexpr uint32_t kUsualHeartbeatSec = 30;
constexpr uint32_t kMaxTasks = 10'000;
constexpr uint32_t kMaxHeartbeatSec = 86'400;

absl::Status Begin(const DecisionInput& input, schema::Created::Builder created, EventDraft&) {
  const auto body = input.command.getBody().getCreateWorker();
  auto spec = created.initWorker();
  if (body.hasCapabilities()) spec.setCapabilities(body.getCapabilities());
  if (body.hasAffinity()) spec.setAffinity(body.getAffinity());
  ASSIGN_OR_RETURN(const uint32_t tasks, CountOr(body.hasMaxConcurrentTasks(), body.getMaxConcurrentTasks(),
                                                 kUsualTasks, kMaxTasks, "max_concurrent_tasks"));
  ASSIGN_OR_RETURN(const uint32_t heartbeat, CountOr(body.hasHeartbeatSec(), body.getHeartbeatSec(), kUsualHeartbeatSec,
                                                     kMaxHeartbeatSec, "heartbeat_sec"));
  if (tasks == 0) return absl::InvalidArgumentError("max_concurrent_tasks is 0; a worker may hold at least one task");
  if (heartbeat == 0) return absl::InvalidArgumentError("heartbeat_sec is 0; say how many seconds lie between two");
  spec.setMaxConcurrentTasks(tasks);
  spec.setHeartbeatSec(heartbeat);
  return absl::OkStatus();
}

absl::StatusOr<std::string> Carry(const DecisionInput& input, bool, const GuardInput& seen, std::string_view,
                                  schema::Transitioned::Builder moved, EventDraft&) {
  ASSIGN_OR_RETURN(const std::optional<Timestamp> heard_of, input.rows.LeaseOf(seen.worker->worker_id));
  if (!heard_of) return "";
  auto move = moved.hasWorker() ? moved.getWorker() : moved.initWorker();
  if (move.getLastHeartbeat() == 0) move.setLastHeartbeat(heard_of->micros);
  return "";
}

Decision Create(const DecisionInput& input) {
  const auto body = input.command.getBody().getCreateWorker();
  const Machine& machine = WorkerMachine();
  const std::string_view status = body.hasStatus() ? View(body.getStatus()) : machine.initial();
  if (status != machine.initial() && status != "idle") {
    return absl::InvalidArgumentError(
        fmt::format("worker {}: status {} is not one a worker can begin in; leave it out, or say initializing or idle",
                    View(body.getWorkerId()), status));
  }
  ASSIGN_OR_RETURN(auto refusal, CreateEntity(kWorkerLaw, EntityCommandOf(body, body.getWorkerId()), input));
  if (refusal || status == machine.initial()) return refusal;
  WorkerRow created;
  created.worker_id = View(body.getWorkerId());
  Entity worker{.law = &kWorkerLaw,
                .machine = machine,
                .id = created.worker_id,
                .state = {.status = machine.initial()},
                .stream = std::string(kWorkerLaw.stream_prefix) + created.worker_id,
                .seen = {.rows = input.rows, .now = input.now, .worker = &created}};
  return MoveEntity(worker, {.id = created.worker_id, .to = status}, input, /*by_engine=*/true);
}

}  // namespace

const EntityLaw kWorkerLaw = {.machine = WorkerMachine,
                              .stream_prefix = "worker/",
                              .list_command = "annals worker list",
                              .find = FindEntity<&Rows::workers, &GuardInput::worker>,
                              .begin = Begin,
                              .carry = Carry};

Decision DecideWorker(const DecisionInput& input) {
  const auto body = input.command.getBody();
  if (body.isCreateWorker()) return Create(input);
  if (body.isTransitionWorker()) {
    const auto move = body.getTransitionWorker();
    return MoveEntity(kWorkerLaw, EntityCommandOf(move, move.getWorkerId()), input);
  }
  // A heartbeat is no event; only being heard of again after having been given up is.
  ASSIGN_OR_RETURN(Entity worker, NeedEntity(kWorkerLaw, {.id = View(body.getHeartbeatWorker().getWorkerId())}, input));
  if (worker.machine.IsTerminal(worker.state.status)) {
    return RefuseTransition({.machine = worker.machine,
                             .entity = worker.id,
                             .from = worker.state.status,
                             .to = worker.state.status,
                             .trigger = "heartbeat"},
                            fmt::format("it is {}, and nobody hears of it any more", worker.state.status));
  }
  if (worker.state.status != "unresponsive") return std::nullopt;
  // Its lease says so only afterwards.
  const auto hear = [&](schema::Transitioned::Builder moved) { moved.initWorker().setLastHeartbeat(input.now.micros); };
  const EntityCommand recover{
      .id = worker.id, .to = "idle", .trigger = "recover", .reason = "it was heard of again", .fill = hear};
  return MoveEntity(worker, recover, input, /*by_engine=*/true);
}

}  // namespace annals
