// What is stuck or needs a hand, and the command that would help. Read from the tables of one snapshot, which may be of
// any time; nothing here knows a terminal or a clock. What it costs follows from what is open, not from how long the
// log is or how much has ended.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "eventstore/storage.h"
#include "schemas/command.capnp.h"
#include "schemas/machine.capnp.h"

namespace annals::doctor {

// Something that is looked for.
struct Kind {
  std::string_view name;  // "workstream.editing"
  std::string_view entity_type;
  schema::Severity severity;
  std::chrono::seconds limit;  // what is no older than this is well, unless Limits say otherwise
  std::string_view meaning;    // one line without a full stop
};
// All of them, in the order a person would read them.
std::vector<Kind> Kinds();

// How long each kind of thing may last before it is found.
class Limits {
 public:
  // kInvalidArgument: there is no kind of that name; the message has the nearest right one.
  absl::Status Set(std::string_view kind, std::chrono::seconds limit);
  std::chrono::seconds Of(const Kind& kind) const;

 private:
  std::map<std::string_view, std::chrono::seconds> changed_;
};

// Fills in a command that may be given without asking anybody: it moves neither a run nor a workstream, and the law
// judges it as it does any other.
using Remedy = std::function<void(schema::Command::Builder command)>;

struct Finding {
  Kind kind;
  std::string entity_id;
  std::string run_id;  // the run it is in; of a run, itself
  std::string state;
  Timestamp since;  // from then on its limit ran
  std::string detail;
  std::string help;         // a command for a shell; words in capitals are to be filled in
  Remedy remedy = nullptr;  // nullptr: somebody has to decide
};

struct Question {
  Timestamp now = {};
  Limits limits = {};
  std::optional<std::string> run_id = {};  // only of this run, also where it has ended
  schema::Severity least = schema::Severity::INFO;
  // Also what was left open in runs that have ended: each of them is looked at.
  bool looks_at_ended_runs = false;
  // Whether the snapshot is of now. Leases are kept beside the log and have no past.
  bool knows_leases = true;
};

// The gravest first, of equals the oldest.
//   kNotFound  there is no such run
absl::StatusOr<std::vector<Finding>> Examine(Snapshot& snapshot, const Question& question);

}  // namespace annals::doctor
