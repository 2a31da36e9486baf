#include "commands/claim.h"

#include <algorithm>

#include <fmt/format.h>

#include "commands/entity_law.h"
#include "schemas/sabotage.h"
#include "schemas/status.h"

namespace annals {

absl::Status CheckClaim(const StatedClaim& claim, Rows& rows) {
  if (claim.epoch && *claim.epoch <= 0) {
    return absl::InvalidArgumentError(
        fmt::format("epoch is {}; epochs count from 1: say the one under which the task was taken", *claim.epoch));
  }
  if (claim.worker_id.empty()) return absl::OkStatus();
  return NeedNamed(kWorkerLaw, {}, claim.worker_id, rows).status();
}

uint32_t EpochToKeep(const StatedClaim& claim) {
  return static_cast<uint32_t>(std::min<int64_t>(claim.epoch.value_or(0), UINT32_MAX - 1));
}

StatedClaim KeptClaim(uint32_t epoch, std::string_view worker_id) {
  StatedClaim claim{.worker_id = worker_id};
  if (epoch > 0) claim.epoch = epoch;
  return claim;
}

std::string AgainstClaim(const StatedClaim& claim, const TaskRow& task) {
  if (claim.IsEmpty() || IsSabotaged("old_claims_count")) return "";
  const std::string holder = task.worker_id
                                 ? fmt::format("worker {} holds it, under epoch {}", *task.worker_id, task.epoch)
                             : task.epoch > 0 ? fmt::format("nobody holds it, and its epoch is {}", task.epoch)
                                              : "it was never taken";
  if (claim.epoch && *claim.epoch != task.epoch) {
    return fmt::format("the claim of epoch {} does not count: {}", *claim.epoch, holder);
  }
  if (task.worker_id) {
    if (claim.worker_id.empty() || claim.worker_id == *task.worker_id) return "";
    return fmt::format("worker {} has no claim: {}", claim.worker_id, holder);
  }
  if (claim.epoch) return "";
  return fmt::format("worker {} does not say under which epoch: {}", claim.worker_id, holder);
}

absl::StatusOr<std::string> AgainstWork(std::string_view task_id, const StatedClaim& claim, std::string_view run_id,
                                        Rows& rows) {
  if (task_id.empty()) {
    if (claim.IsEmpty()) return "";
    return absl::InvalidArgumentError("an epoch is given, but not of which task; give the task too");
  }
  ASSIGN_OR_RETURN(const GuardInput named, NeedNamed(kTaskLaw, run_id, task_id, rows));
  if (claim.IsEmpty()) return "";
  const TaskRow& task = *named.task;
  std::string against = AgainstClaim(claim, task);
  if (against.empty() && task.status != "running" && task.status != "validating") {
    against = fmt::format("the claim of epoch {} is over, as it is {}", task.epoch, task.status);
  }
  return against.empty() ? against : fmt::format("task {}: {}", task_id, against);
}

}  // namespace annals
