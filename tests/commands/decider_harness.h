// Given what happened, when a command comes, then events or a refusal: deciders and folds over rows alone, no store and
// no clock.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/functional/function_ref.h>
#include <absl/status/status.h>

#include "commands/decision.h"
#include "projections/projector.h"
#include "projections/rows.h"

namespace annals::deciders {

// What a decider made of a command: exactly one of the three says something.
struct Outcome {
  // A line per event, in order, such as
  //   "run: pending -> running by start"
  //   "a: ready -> failed by fail, final, error: the reason"
  //   "b: pending -> blocked by dependency_failed, warning, because of event 0: a failed"
  std::vector<std::string> events;
  std::optional<Refusal> refusal;
  absl::Status status;
};

// What happened in run "r1" until now. What is given is folded and not judged: any state can be had at once. The events
// take positions 1, 2, … and times 1 s, 2 s, … after 1970.
class History {
 public:
  History() = default;
  History(const History&) = delete;
  History& operator=(const History&) = delete;

  // The run, moved at once to `status`.
  History& Run(std::string_view status);
  History& Workstream(std::string_view ws_id, std::string_view status, const std::vector<std::string>& depends_on = {});
  History& CriticalWorkstream(std::string_view ws_id, std::string_view status);
  History& PausedWorkstream(std::string_view ws_id, std::string_view paused_from);
  // An attempt that is open; its id is position().
  History& Attempt(std::string_view ws_id, std::string_view step_name);

  // Judges `command`, with all that follows from it, and changes nothing.
  Outcome When(std::string_view command);
  // Judges it, which must be granted, and folds what it led to.
  History& After(std::string_view command);

  uint64_t position() const { return position_; }
  Rows& rows() { return rows_; }
  const RunRow& run() { return **rows_.Run("r1"); }
  const WorkstreamRow& workstream(std::string_view ws_id) { return **rows_.Workstream("r1", ws_id); }

 private:
  void Happened(std::string_view ws_id, absl::FunctionRef<void(schema::Event::Body::Builder)> fill);
  void Moved(std::string_view machine, std::string_view ws_id, std::string_view from, std::string_view to);
  Outcome Judge(std::string_view command, Rows& rows, absl::FunctionRef<void(const FoldedEvent&)> keep);
  void Keep(const FoldedEvent& event);

  struct Kept {
    std::string stream, event, json, text;
  };
  std::vector<Kept> kept_;
  Rows rows_;
  uint64_t position_ = 0;
};

}  // namespace annals::deciders
