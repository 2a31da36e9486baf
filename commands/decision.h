// What deciders are given and what they answer.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>
#include <capnp/message.h>

#include "eventstore/types.h"
#include "projections/rows.h"
#include "schemas/command.capnp.h"
#include "schemas/event.capnp.h"

namespace annals {

// "The law says no", with the reason and what would be legal. An answer, not an error.
struct Refusal {
  std::string machine;
  std::string entity;
  std::string from;  // empty: the entity does not exist yet
  std::string to;    // empty: it was to be made, and exists already, or was not to be moved
  std::string trigger;
  std::string why;
  std::vector<std::string> legal;
  std::string ws_id = {};  // the workstream it is about, where it is about one
};

// An event decided on, without its place in the log. The engine adds time, actor, command and content.
struct EventDraft {
  schema::Event::Builder event{nullptr};
  // Content, viewing the command. What tools and agents produce is kept beside the log; what an operator states stands
  // in the event where it is short.
  enum class Origin { kStated, kProduced };
  std::string_view json;
  std::string_view text;
  Origin origin = Origin::kStated;
  std::string owned_text;  // for a text that stands in no command; `text` then views it
  std::string stream;      // empty: the one that the command is about
  Position cause;          // the event that led to this one; 0: a caller did
};

// The drafts of one decision, in order. Keeps its memory between decisions.
class Drafts {
 public:
  Drafts();
  ~Drafts();
  // A draft about workstream `ws_id` (empty: none). Valid until Clear.
  EventDraft& Add(std::string_view ws_id);
  EventDraft& operator[](size_t index);
  size_t size() const { return used_; }
  void Clear() { used_ = 0; }
  // Takes the last one back.
  void Drop() { --used_; }

 private:
  struct Slot;
  std::vector<std::unique_ptr<Slot>> slots_;
  size_t used_ = 0;
};

class MachineShelf;

// What a decider is given.
struct DecisionInput {
  schema::Command::Reader command;
  std::string_view run_id;  // the run it is about; empty: of no run
  std::string_view new_id;  // the name that was made for what is created, where the command gives none
  Timestamp now;
  Rows& rows;
  MachineShelf& machines;  // those that users defined
  Drafts& drafts;          // to be filled
};
using Decision = absl::StatusOr<std::optional<Refusal>>;

// Judges one command on rows: fills the drafts, or returns a refusal. Writes no row; knows no clock.
//   kInvalidArgument  the command makes no sense whatever the state
//   kNotFound         it names what does not exist
using Decider = Decision (*)(const DecisionInput& input);

Decision DecideRun(const DecisionInput& input);
Decision DecideWorkstream(const DecisionInput& input);
Decision DecideStep(const DecisionInput& input);
Decision DecideError(const DecisionInput& input);
Decision DecideNote(const DecisionInput& input);
Decision DecideTask(const DecisionInput& input);
Decision DecideWorker(const DecisionInput& input);
Decision DecidePatch(const DecisionInput& input);
Decision DecideTestGate(const DecisionInput& input);
Decision DecideCircuitBreaker(const DecisionInput& input);
Decision DecideRequest(const DecisionInput& input);
Decision DecideCheckpoint(const DecisionInput& input);
Decision DecideMachine(const DecisionInput& input);
Decision DecideUsersEntity(const DecisionInput& input);

// The rows a command is about; kNotFound says what to look at.
absl::StatusOr<const RunRow*> NeedRun(Rows& rows, std::string_view run_id);
absl::StatusOr<const WorkstreamRow*> NeedWorkstream(Rows& rows, std::string_view run_id, std::string_view ws_id);

}  // namespace annals
