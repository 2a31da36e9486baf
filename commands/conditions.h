// What must hold for an event that is no transition. Deciders ask it of a command; whoever checks a log asks it again
// of the event.
#pragma once

#include <optional>
#include <string_view>

#include <absl/status/statusor.h>
#include <capnp/list.h>

#include "commands/decision.h"

namespace annals {

// Each is a refusal, nothing where there is no objection, or a status as a Decider's.

// A run is created once.
absl::StatusOr<std::optional<Refusal>> JudgeNewRun(std::string_view run_id, Rows& rows);
// A workstream is created once, in an open run, after those it depends on.
absl::StatusOr<std::optional<Refusal>> JudgeNewWorkstream(std::string_view run_id, std::string_view ws_id,
                                                          capnp::List<capnp::Text>::Reader depends_on, Rows& rows);
// In a run that has ended nothing is created, moved or started, not even by an override.
std::optional<Refusal> RefuseInEndedRun(const RunRow& run, std::string_view machine, std::string_view entity,
                                        std::string_view ws_id, std::string_view from, std::string_view to,
                                        std::string_view trigger);
// What `entity` needs, things of `needed_kind`, is named once each, not itself, and not too many.
absl::Status CheckNeeds(std::string_view kind, std::string_view entity, std::string_view field,
                        std::string_view needed_kind, capnp::List<capnp::Text>::Reader needs);
// An attempt starts in an open workstream of an open run,
absl::StatusOr<std::optional<Refusal>> JudgeStart(std::string_view run_id, std::string_view ws_id,
                                                  std::string_view step_name, Rows& rows);
// and ends once.
absl::StatusOr<std::optional<Refusal>> JudgeEnd(int64_t attempt_id, schema::StepStatus status, Rows& rows);
// The one state to which a text of a request comes, and in which it may be changed: there it waits for approval. Empty:
// any.
std::string_view PlaceOf(schema::Document document);
// 2^30 seconds are 34 years.
inline constexpr uint32_t kMaxTaskRetries = 30;
// How long a task waits that is to be tried again: twice as long each time.
int64_t RetryWaitSeconds(const TaskRow& task);
// A note's run and workstream are there, if it names them.
absl::Status CheckNote(std::string_view run_id, std::string_view ws_id, Rows& rows);

}  // namespace annals
