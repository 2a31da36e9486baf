#include "commands/conditions.h"

#include <algorithm>

#include <fmt/format.h>

#include "commands/machine.h"
#include "eventstore/event_codec.h"
#include "schemas/status.h"
#include "schemas/step_status.h"

namespace annals {
namespace {

// They all stand in one event, which has to stay small enough to be read.
constexpr size_t kMaxDependencies = 1000;

}  // namespace

std::string_view PlaceOf(schema::Document document) {
  if (document == schema::Document::PLAN) return "plan_awaiting_approval";
  return document == schema::Document::IMPLEMENTATION ? "implementation_awaiting_approval" : "";
}

int64_t RetryWaitSeconds(const TaskRow& task) {
  return int64_t{1} << std::min<int64_t>(task.retry_count + 1, kMaxTaskRetries);
}

absl::Status CheckNeeds(std::string_view kind, std::string_view entity, std::string_view field,
                        std::string_view needed_kind, capnp::List<capnp::Text>::Reader needs) {
  if (needs.size() == 0) return absl::OkStatus();
  if (needs.size() > kMaxDependencies) {
    return absl::InvalidArgumentError(
        fmt::format("{0} {1}: {2} names {3}, the limit is {4}; put one between that depends on some of them", kind,
                    entity, field, needs.size(), kMaxDependencies));
  }
  std::vector<std::string_view> names;
  for (const auto name : needs) names.push_back(View(name));
  if (needed_kind == kind && std::ranges::find(names, entity) != names.end()) {
    return absl::InvalidArgumentError(
        fmt::format("{} {} cannot depend on itself; leave it out of {}", kind, entity, field));
  }
  std::ranges::sort(names);
  if (const auto twice = std::ranges::adjacent_find(names); twice != names.end()) {
    return absl::InvalidArgumentError(
        fmt::format("{} {}: {} names {} twice; name it once", kind, entity, field, *twice));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Refusal>> JudgeNewRun(std::string_view run_id, Rows& rows) {
  ASSIGN_OR_RETURN(const RunRow* const existing, rows.Run(run_id));
  if (existing == nullptr) return std::nullopt;
  return Refusal{.machine = "run",
                 .entity = std::string(run_id),
                 .from = existing->status,
                 .to = {},
                 .trigger = {},
                 .why = fmt::format("run {} already exists", run_id),
                 .legal = {}};
}

absl::StatusOr<std::optional<Refusal>> JudgeNewWorkstream(std::string_view run_id, std::string_view ws_id,
                                                          capnp::List<capnp::Text>::Reader depends_on, Rows& rows) {
  const Machine& machine = WorkstreamMachine();
  ASSIGN_OR_RETURN(const RunRow* const run, NeedRun(rows, run_id));
  RETURN_IF_ERROR(CheckNeeds(machine.name(), ws_id, "depends_on", machine.name(), depends_on));
  if (auto refusal = RefuseInEndedRun(*run, machine.name(), ws_id, ws_id, {}, machine.initial(), {})) return refusal;
  ASSIGN_OR_RETURN(const WorkstreamRow* const existing, rows.Workstream(run_id, ws_id));
  if (existing != nullptr) {
    return Refusal{.machine = "workstream",
                   .entity = std::string(ws_id),
                   .from = existing->status,
                   .to = {},
                   .trigger = {},
                   .why = fmt::format("workstream {} already exists in run {}", ws_id, run_id),
                   .legal = {},
                   .ws_id = std::string(ws_id)};
  }
  for (const auto name : depends_on) {
    ASSIGN_OR_RETURN(const WorkstreamRow* const needed, rows.Workstream(run_id, View(name)));
    if (needed != nullptr) continue;
    return absl::NotFoundError(fmt::format(
        "workstream {} depends on {}, which run {} does not have; create that one first", ws_id, View(name), run_id));
  }
  return std::nullopt;
}

std::optional<Refusal> RefuseInEndedRun(const RunRow& run, std::string_view machine, std::string_view entity,
                                        std::string_view ws_id, std::string_view from, std::string_view to,
                                        std::string_view trigger) {
  if (!run.IsFinal()) return std::nullopt;
  return Refusal{.machine = std::string(machine),
                 .entity = std::string(entity),
                 .from = std::string(from),
                 .to = std::string(to),
                 .trigger = std::string(trigger),
                 .why = fmt::format("run {} is {}; nothing is created, moved or started in a run that has ended",
                                    run.run_id, run.status),
                 .legal = {},
                 .ws_id = std::string(ws_id)};
}

absl::StatusOr<std::optional<Refusal>> JudgeStart(std::string_view run_id, std::string_view ws_id,
                                                  std::string_view step_name, Rows& rows) {
  ASSIGN_OR_RETURN(const RunRow* const run, NeedRun(rows, run_id));
  ASSIGN_OR_RETURN(const WorkstreamRow* const workstream, NeedWorkstream(rows, run_id, ws_id));
  std::string why;
  if (run->IsFinal()) {
    why =
        fmt::format("run {} is {}; nothing is created, moved or started in a run that has ended", run_id, run->status);
  } else if (workstream->IsFinal()) {
    why = fmt::format("workstream {} is {}, which is final; no step starts in it", ws_id, workstream->status);
  } else {
    return std::nullopt;
  }
  return Refusal{.machine = "step",
                 .entity = fmt::format("{}/{}", ws_id, step_name),
                 .from = {},
                 .to = "in_progress",
                 .trigger = {},
                 .why = std::move(why),
                 .legal = {},
                 .ws_id = std::string(ws_id)};
}

absl::StatusOr<std::optional<Refusal>> JudgeEnd(int64_t attempt_id, schema::StepStatus status, Rows& rows) {
  if (status == schema::StepStatus::IN_PROGRESS) {
    return absl::InvalidArgumentError(
        fmt::format("attempt {}: in_progress is no end; say success, failure or skipped", attempt_id));
  }
  ASSIGN_OR_RETURN(const StepAttemptRow* const attempt, rows.step_attempts.Find({attempt_id}));
  if (attempt == nullptr) {
    return absl::NotFoundError(
        fmt::format("there is no attempt {}; annals step list shows those there are", attempt_id));
  }
  if (!attempt->IsFinal()) return std::nullopt;
  return Refusal{.machine = "step",
                 .entity = fmt::format("{}", attempt_id),
                 .from = attempt->status,
                 .to = std::string(StepStatusName(status)),
                 .trigger = {},
                 .why = fmt::format("attempt {} of step {} is finished already, and an attempt finishes once",
                                    attempt->attempt, attempt->step_name),
                 .legal = {},
                 .ws_id = attempt->ws_id};
}

absl::Status CheckNote(std::string_view run_id, std::string_view ws_id, Rows& rows) {
  if (run_id.empty() && !ws_id.empty()) {
    return absl::InvalidArgumentError("the note names a workstream but no run; add run_id");
  }
  if (!ws_id.empty()) return NeedWorkstream(rows, run_id, ws_id).status();
  if (!run_id.empty()) return NeedRun(rows, run_id).status();
  return absl::OkStatus();
}

}  // namespace annals
