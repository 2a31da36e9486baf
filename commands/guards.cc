#include "commands/guards.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "schemas/message_text.h"
#include "schemas/status.h"

namespace annals {
namespace {

// The names in a depends_on column: identifiers in quotes, so nothing in it is escaped.
std::vector<std::string_view> NamesIn(std::string_view json_array) {
  std::vector<std::string_view> names;
  size_t at = 0;
  while ((at = json_array.find('"', at)) != std::string_view::npos) {
    const size_t end = json_array.find('"', at + 1);
    names.push_back(json_array.substr(at + 1, end - at - 1));
    at = end + 1;
  }
  return names;
}

absl::StatusOr<std::string> AllWorkstreamsDone(const GuardInput& input) {
  const RunRow& run = input.run;
  if (run.ws_done == run.ws_total) return "";
  return fmt::format("{} of {} workstreams are done", run.ws_done, run.ws_total);
}

absl::StatusOr<std::string> AllWorkstreamsTerminal(const GuardInput& input) {
  const RunRow& run = input.run;
  if (run.ws_terminal == run.ws_total) return "";
  return fmt::format("{} of {} workstreams have ended", run.ws_terminal, run.ws_total);
}

absl::StatusOr<std::string> SomeDoneSomeNot(const GuardInput& input) {
  const RunRow& run = input.run;
  if (run.ws_done > 0 && run.ws_done < run.ws_total) return "";
  return fmt::format("{} of {} workstreams are done; a partial run has at least one done and one not{}", run.ws_done,
                     run.ws_total, run.ws_done == run.ws_total ? ", this one may be completed" : "");
}

absl::StatusOr<std::string> NoCriticalFailed(const GuardInput& input) {
  if (input.run.ws_critical_failed == 0) return "";
  return fmt::format("{} critical workstream(s) failed, so the run may only fail", input.run.ws_critical_failed);
}

absl::StatusOr<std::string> DependenciesDone(const GuardInput& input) {
  std::vector<std::string> waiting;
  for (const std::string_view name : NamesIn(input.workstream->depends_on)) {
    ASSIGN_OR_RETURN(const WorkstreamRow* const needed, input.rows.Workstream(input.run.run_id, name));
    if (needed == nullptr || needed->status != "done") {
      waiting.push_back(fmt::format("{} is {}", name, needed == nullptr ? "gone" : needed->status));
    }
  }
  return waiting.empty() ? "" : fmt::format("it depends on what is not done: {}", ListedBriefly(waiting));
}

absl::StatusOr<std::string> RunIsRunning(const GuardInput& input) {
  if (input.run.status == "running") return "";
  return fmt::format("run {} is {}", input.run.run_id, input.run.status);
}

absl::StatusOr<std::string> ReturnsToPausedState(const GuardInput& input) {
  const std::string paused_from = input.workstream->paused_from.value_or("");
  if (input.to == paused_from) return "";
  return fmt::format("it was paused in {} and resumes only there", paused_from);
}

constexpr Guard kGuards[] = {
    {"all_workstreams_done", "every workstream of the run is done (none at all is fine)", AllWorkstreamsDone},
    {"all_workstreams_terminal", "every workstream of the run has ended", AllWorkstreamsTerminal},
    {"some_done_some_not", "at least one workstream is done and at least one is not", SomeDoneSomeNot},
    {"no_critical_failed", "no critical workstream of the run failed", NoCriticalFailed},
    {"dependencies_done", "every workstream it depends on is done", DependenciesDone},
    {"run_is_running", "its run is running", RunIsRunning},
    {"returns_to_paused_state", "it goes back to the state it was paused in", ReturnsToPausedState},
};

}  // namespace

bool IsGuard(std::string_view name) {
  return std::ranges::any_of(kGuards, [&](const Guard& guard) { return guard.name == name; });
}

absl::StatusOr<const Guard*> FindGuard(std::string_view name) {
  for (const Guard& guard : kGuards) {
    if (guard.name == name) return &guard;
  }
  std::vector<std::string_view> names;
  for (const Guard& guard : kGuards) names.push_back(guard.name);
  return absl::InvalidArgumentError(fmt::format("{} is no guard; {}", Quoted(name), SuggestName(name, names)));
}

}  // namespace annals
