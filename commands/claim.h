// Claims: a worker holds a task under an epoch, which goes up by one each time the task is taken. What is said under
// another does not count, so that a worker that lost the task cannot overwrite its successor.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "projections/rows.h"

namespace annals {

// A claim as a command or an event states it.
struct StatedClaim {
  std::string_view worker_id = {};    // empty: none is named
  std::optional<int64_t> epoch = {};  // nothing: none is stated
  bool IsEmpty() const { return worker_id.empty() && !epoch; }
};

// The claim in a command's body.
template <class Body>
StatedClaim ClaimIn(Body body) {
  StatedClaim claim;
  if constexpr (requires { body.getWorkerId(); }) {
    claim.worker_id = std::string_view(body.getWorkerId().begin(), body.getWorkerId().size());
  }
  if (body.hasEpoch()) claim.epoch = body.getEpoch().getValue();
  return claim;
}
// How an event says its epoch, 0 where none is stated, and back. One too large to be an epoch stays one that never was.
uint32_t EpochToKeep(const StatedClaim& claim);
StatedClaim KeptClaim(uint32_t epoch, std::string_view worker_id = {});

// Whatever the task. kInvalidArgument: its epoch is none; kNotFound: there is no such worker.
absl::Status CheckClaim(const StatedClaim& claim, Rows& rows);

// Why it is not the claim of `task` that counts now, or "".
std::string AgainstClaim(const StatedClaim& claim, const TaskRow& task);

// Why what a worker made for a task of the run, a patch or a checkpoint, does not count: it does while the claim under
// which it was made goes on. "": nothing is against it. The task, the claim or both may be left out.
//   kInvalidArgument  an epoch without a task
//   kNotFound         the run has no such task
absl::StatusOr<std::string> AgainstWork(std::string_view task_id, const StatedClaim& claim, std::string_view run_id,
                                        Rows& rows);

}  // namespace annals
