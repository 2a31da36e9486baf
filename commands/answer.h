// What the engine answers to a command.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <absl/status/status.h>

#include "commands/decision.h"
#include "eventstore/storage.h"

namespace annals {

// Done, and durable once the unit committed. Without events (a heartbeat) both positions are 0. The ids are there where
// the command's entity has them.
struct Receipt {
  Position first_position;
  Position last_position;
  std::string stream;
  StreamVersion version;
  std::string state;    // the entity's after the command; empty where it has none
  bool repeat = false;  // the key had been used before: nothing was appended, this is the first answer
  std::string run_id;
  std::string ws_id;
  std::optional<int64_t> attempt_id;
  // What the command was about, where it is an entity of a machine.
  std::string machine = {};
  std::string entity = {};
  int64_t epoch = 0;  // of the claim that was taken; 0: none was
};

// Refused by the law, and recorded.
struct Refused {
  Refusal refusal;
  Position position;
  bool repeat = false;
  std::string stream = {};  // where it is recorded: "refused/run/…"
};

// What would have happened: nothing was written, not even the refusal.
struct Preview {
  struct Event {
    Position position;
    std::string stream;
    StreamVersion version;
    std::string event_type;
    std::string bytes;
    std::string content;  // kept content, packed; empty when there is none
  };
  std::string stream;
  std::vector<Event> events;
  std::optional<Refusal> refusal;
};

// An error of the command alone (kInvalidArgument, kNotFound, kAborted, kAlreadyExists): nothing was recorded, its
// neighbours are not disturbed.
using Answer = std::variant<Receipt, Refused, Preview, absl::Status>;

// "workstream a from pending to done: refused: …", as a person reads it.
std::string RefusalText(const Refusal& refusal);
// What kept the command from having its effect: its error, kFailedPrecondition with the text of a refusal, or OK.
absl::Status ProblemOf(const Answer& answer);

// Puts an answer together from the events of a command, so that the first and every later answer to it are the same.
class AnswerBuilder {
 public:
  void Add(Position position, std::string_view stream, StreamVersion version, schema::Event::Reader event);
  Answer Take(bool repeat);

 private:
  void AddBody(Position position, schema::Event::Reader event);
  Receipt receipt_;
  std::optional<Refused> refused_;
  bool empty_ = true;
};

}  // namespace annals
