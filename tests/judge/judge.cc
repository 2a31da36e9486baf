#include "tests/judge/judge.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "tests/judge/moments.h"
#include "tests/judge/workstreams.h"

namespace annals::judge {
namespace {

std::string StreamOf(const Command& command) {
  return "run/" + command.run;
}
bool IsRefusal(const Event& event) {
  return event.type == "command_refused";
}
std::string Describe(const Event& event) {
  return "event " + std::to_string(event.position) + " (" + event.type + " in " + event.stream + ", key " + event.key +
         ")";
}

// Whether that command can have left that event, by what both say.
bool Fits(const Command& command, const Event& event) {
  if (command.kind == Kind::kLook || event.ws != command.ws) return false;
  if (command.kind == Kind::kMove && event.to != command.to) return false;
  if (IsRefusal(event)) return event.stream == "refused/" + StreamOf(command);
  if (event.stream != StreamOf(command)) return false;
  if (command.kind == Kind::kCreate) return event.type == "workstream_created";
  return event.type == (command.kind == Kind::kMove ? "workstream_transitioned" : command.to);
}

class Case {
 public:
  Case(const std::vector<Attempt>& history, const std::vector<Event>& log, uint64_t before)
      : history_(history), log_(log), before_(before), moments_(log.size()) {}

  std::vector<std::string> Judge() {
    for (const Attempt& attempt : history_) attempts_[attempt.command.key].push_back(&attempt);
    // What follows takes a position for a place in the log.
    if (!CheckNumbers()) return std::move(complaints_);
    moments_.NotAfter(before_, 0);
    commands_.resize(log_.size() + 1);
    for (uint64_t position = before_ + 1; position <= log_.size(); ++position) FindCommand(log_[position - 1]);
    for (const Attempt& attempt : history_) CheckAcknowledged(attempt);
    CheckLaw();
    CheckOrder();
    CheckObservations();
    return std::move(complaints_);
  }

 private:
  void Complain(std::string complaint) { complaints_.push_back(std::move(complaint)); }

  bool CheckNumbers() {
    for (const Event& event : log_) {
      std::vector<uint64_t>& positions = streams_[event.stream];
      positions.push_back(event.position);
      const auto place = static_cast<uint64_t>(&event - log_.data()) + 1;
      if (event.position != place) Complain(Describe(event) + " stands at place " + std::to_string(place));
      if (event.version != positions.size()) {
        Complain(Describe(event) + " has version " + std::to_string(event.version) + ", not " +
                 std::to_string(positions.size()));
      }
    }
    if (log_.size() < before_) Complain("events are gone that were there when the clients began");
    return complaints_.empty();
  }

  // Finds which command an event is of, and which attempts can have made it happen.
  void FindCommand(const Event& event) {
    const auto attempts = attempts_.find(event.key);
    if (attempts == attempts_.end()) return Complain(Describe(event) + " was asked for by nobody");
    const auto [first, is_first] = by_key_.emplace(event.key, event.position);
    if (!is_first) return Complain(Describe(event) + " has the key of event " + std::to_string(first->second));
    const Attempt* doer = nullptr;
    const Attempt* silent = nullptr;  // the first of those of whom it is not known
    bool fits = false;
    for (const Attempt* const attempt : attempts->second) {
      if (!Fits(attempt->command, event)) continue;
      fits = true;
      if (!attempt->answer) {
        if (silent == nullptr || attempt->called_ns < silent->called_ns) silent = attempt;
      } else if (attempt->answer->position == event.position && !attempt->answer->repeat) {
        if (doer != nullptr) Complain(Describe(event) + " was done first by two: " + Describe(*attempt));
        doer = attempt;
      }
    }
    if (!fits) return Complain(Describe(event) + " is not what was asked for with that key");
    if (doer == nullptr) doer = silent;
    if (doer == nullptr) {
      return Complain(Describe(event) + " was done by nobody: all who asked for it have another answer");
    }
    commands_[event.position] = &doer->command;
    moments_.NotBefore(event.position, doer->called_ns);
  }

  void CheckAcknowledged(const Attempt& attempt) {
    if (!attempt.answer) return;
    const Answer& answer = *attempt.answer;
    if (answer.result != Result::kDone && answer.result != Result::kRefused) return;
    const std::string what = Describe(attempt);
    if (answer.position <= before_ || answer.position > log_.size()) {
      return Complain(what + " was acknowledged at " + std::to_string(answer.position) + ", where the log has nothing");
    }
    const Event& event = log_[answer.position - 1];
    if (event.key != attempt.command.key) {
      return Complain(what + " was acknowledged where something else stands: " + Describe(event));
    }
    moments_.NotAfter(event.position, answer.returned_ns);
    const Command* const command = commands_[event.position];
    if (command != nullptr && *command != attempt.command) {
      Complain(what + " was given the answer of another command: " + Describe(event));
    }
    if (IsRefusal(event) != (answer.result == Result::kRefused)) {
      return Complain(what + " was answered as what it was not: " + Describe(event));
    }
    if (IsRefusal(event)) return;
    if (event.version != answer.version) {
      Complain(what + " was told version " + std::to_string(answer.version) + ", it is " +
               std::to_string(event.version));
    }
    if (attempt.command.kind == Kind::kMove && answer.state != event.to) {
      Complain(what + " was told state " + answer.state + ", it is " + event.to);
    }
  }

  // Walks the log with a model of the workstreams.
  void CheckLaw() {
    Workstreams workstreams;
    for (uint64_t position = before_ + 1; position <= log_.size(); ++position) {
      const Command* const command = commands_[position];
      if (command == nullptr) continue;  // was complained of
      const Event& event = log_[position - 1];
      const uint64_t version = VersionAt(StreamOf(*command), position - 1);
      if (command->expected && *command->expected != version) {
        Complain(Describe(event) + " expected version " + std::to_string(*command->expected) + ", it was " +
                 std::to_string(version));
      }
      if (std::string complaint = workstreams.Take(*command, event.from, IsRefusal(event)); !complaint.empty()) {
        Complain(Describe(event) + " " + complaint);
      }
      if (command->kind != Kind::kNote) states_[Name(*command)].emplace(position, workstreams.StateOf(*command));
    }
  }

  void CheckOrder() {
    for (const auto& [earlier, later] : moments_.OutOfOrder()) {
      Complain(Describe(log_[later - 1]) + " had returned before " + Describe(log_[earlier - 1]) + " was called");
    }
  }

  void CheckObservations() {
    std::set<const Attempt*> wrong;
    for (bool changed = true; changed;) {
      changed = false;
      for (const Attempt& attempt : history_) {
        if (!attempt.answer || wrong.contains(&attempt)) continue;
        const Result result = attempt.answer->result;
        if (result == Result::kDone || result == Result::kRefused || result == Result::kLocked) continue;
        const auto seen = moments_.Observe(attempt.called_ns, attempt.answer->returned_ns,
                                           [&](uint64_t position) { return IsRight(attempt, position); });
        if (seen == Moments::Seen::kNever) {
          wrong.insert(&attempt);
          Complain(Describe(attempt) + " was answered '" + Name(result) + "', at no moment of which that was right");
        }
        changed |= seen == Moments::Seen::kMore;
      }
    }
  }

  // Whether that answer is right when the log ends at `position`.
  bool IsRight(const Attempt& attempt, uint64_t position) const {
    const Command& command = attempt.command;
    const Answer& answer = *attempt.answer;
    const uint64_t version = VersionAt(StreamOf(command), position);
    const std::string state = StateAt(command, position);
    if (answer.result == Result::kSeen) {
      return (answer.position == 0 || answer.position == position) &&
             (answer.version == 0 || answer.version == version) && answer.state == state;
    }
    const auto used = by_key_.find(command.key);
    const bool key_is_used = used != by_key_.end() && used->second <= position;
    if (answer.result == Result::kKeyConflict) {
      return key_is_used && (commands_[used->second] == nullptr || *commands_[used->second] != command);
    }
    const bool conflicts = command.expected && *command.expected != version;
    if (key_is_used) return false;  // it would have been answered with what was done with the key
    if (answer.result == Result::kVersionConflict) return conflicts && version == answer.version;
    return command.kind == Kind::kMove && !conflicts && state.empty();
  }

  // Of the workstream that a command is about; nothing when there is none.
  std::string StateAt(const Command& command, uint64_t position) const {
    const auto found = states_.find(Name(command));
    if (found == states_.end()) return "";
    const auto after = found->second.upper_bound(position);
    return after == found->second.begin() ? "" : std::prev(after)->second;
  }

  uint64_t VersionAt(const std::string& stream, uint64_t position) const {
    const auto found = streams_.find(stream);
    if (found == streams_.end()) return 0;
    const std::vector<uint64_t>& positions = found->second;
    return static_cast<uint64_t>(std::ranges::upper_bound(positions, position) - positions.begin());
  }

  static std::pair<std::string, std::string> Name(const Command& command) { return {command.run, command.ws}; }
  static std::string Name(Result result) {
    if (result == Result::kNotFound) return "not found";
    if (result == Result::kSeen) return "so it is";
    return result == Result::kKeyConflict ? "the key is another command's" : "version conflict";
  }

  const std::vector<Attempt>& history_;
  const std::vector<Event>& log_;
  const uint64_t before_;
  Moments moments_;
  std::map<std::string, std::vector<const Attempt*>> attempts_;  // by key
  std::map<std::string, std::vector<uint64_t>> streams_;         // the positions of each
  std::map<std::string, uint64_t> by_key_;                       // where a key had its effect
  std::vector<const Command*> commands_;                         // by position; nullptr: not known
  std::map<std::pair<std::string, std::string>, std::map<uint64_t, std::string>>
      states_;  // of workstreams, by position
  std::vector<std::string> complaints_;
};

}  // namespace

std::vector<std::string> Judge(const std::vector<Attempt>& history, const std::vector<Event>& log, uint64_t before) {
  return Case(history, log, before).Judge();
}

}  // namespace annals::judge
