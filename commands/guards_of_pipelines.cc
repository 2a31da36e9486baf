// Guards of runs and workstreams, and of what is in them.
#include <vector>

#include <fmt/format.h>

#include "commands/guard_functions.h"
#include "schemas/message_text.h"
#include "schemas/status.h"

namespace annals::guards {

absl::StatusOr<std::string> AllWorkstreamsDone(const GuardInput& input) {
  const RunRow& run = *input.run;
  if (run.ws_done == run.ws_total) return "";
  return fmt::format("{} of {} workstreams are done", run.ws_done, run.ws_total);
}

absl::StatusOr<std::string> AllWorkstreamsTerminal(const GuardInput& input) {
  const RunRow& run = *input.run;
  if (run.ws_terminal == run.ws_total) return "";
  return fmt::format("{} of {} workstreams have ended", run.ws_terminal, run.ws_total);
}

absl::StatusOr<std::string> SomeDoneSomeNot(const GuardInput& input) {
  const RunRow& run = *input.run;
  if (run.ws_done > 0 && run.ws_done < run.ws_total) return "";
  return fmt::format("{} of {} workstreams are done; a partial run has at least one done and one not{}", run.ws_done,
                     run.ws_total, run.ws_done == run.ws_total ? ", this one may be completed" : "");
}

absl::StatusOr<std::string> NoCriticalFailed(const GuardInput& input) {
  if (input.run->ws_critical_failed == 0) return "";
  return fmt::format("{} critical workstream(s) failed, so the run may only fail", input.run->ws_critical_failed);
}

absl::StatusOr<std::string> DependenciesDone(const GuardInput& input) {
  std::vector<std::string> waiting;
  for (const std::string_view name : NamesIn(input.workstream->depends_on)) {
    ASSIGN_OR_RETURN(const WorkstreamRow* const needed, input.rows.Workstream(input.run->run_id, name));
    if (needed == nullptr || needed->status != "done") {
      waiting.push_back(fmt::format("{} is {}", name, needed == nullptr ? "gone" : needed->status));
    }
  }
  return waiting.empty() ? "" : fmt::format("it depends on what is not done: {}", ListedBriefly(waiting));
}

absl::StatusOr<std::string> RunIsRunning(const GuardInput& input) {
  if (input.run->status == "running") return "";
  return fmt::format("run {} is {}", input.run->run_id, input.run->status);
}

absl::StatusOr<std::string> WorkstreamIsOpen(const GuardInput& input) {
  const std::string& run_id = input.task != nullptr ? input.task->run_id : input.test_gate->run_id;
  const std::string* ws_id = nullptr;
  if (input.task != nullptr) {
    ws_id = &input.task->ws_id;
  } else if (input.test_gate->ws_id) {
    ws_id = &*input.test_gate->ws_id;
  }
  if (ws_id == nullptr) return "";  // a gate of the run
  ASSIGN_OR_RETURN(const WorkstreamRow* const workstream, input.rows.Workstream(run_id, *ws_id));
  if (workstream == nullptr || !workstream->IsFinal()) return "";
  return fmt::format("workstream {} is {}, and nothing begins in it", *ws_id, workstream->status);
}

absl::StatusOr<std::string> ReturnsToPausedState(const GuardInput& input) {
  const std::string paused_from = input.workstream->paused_from.value_or("");
  if (input.to == paused_from) return "";
  return fmt::format("it was paused in {} and resumes only there", paused_from);
}

absl::StatusOr<std::string> NoPatchQuarantined(const GuardInput& input) {
  const WorkstreamRow& workstream = *input.workstream;
  if (workstream.patches_quarantined == 0) return "";
  ASSIGN_OR_RETURN(const std::vector<std::string> patches,
                   input.rows.QuarantinedPatches(workstream.run_id, workstream.ws_id));
  return patches.size() == 1 ? fmt::format("its patch {} is quarantined", patches[0])
                             : fmt::format("its patches {} are quarantined", ListedBriefly(patches));
}

}  // namespace annals::guards
