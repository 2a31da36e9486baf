// What clients of a log saw: each command that one of them gave, and what came of it, as lines of text. Nothing in this
// folder shares code with the engine, so that no fault of the engine can hide itself from the judge.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace annals::judge {

// kLook reads, and leaves no event: how a workstream is and at which version its run.
enum class Kind { kCreate, kMove, kNote, kLook };

// A command. Those that are equal in all of this are the same command.
struct Command {
  std::string key;  // its command id
  Kind kind = Kind::kNote;
  std::string run;
  std::string ws;  // empty: a note
  std::string to;  // the state of a move; the type of a note
  std::optional<uint64_t> expected;
  bool operator==(const Command&) const = default;
};

enum class Result { kDone, kRefused, kVersionConflict, kKeyConflict, kNotFound, kLocked, kSeen };

struct Answer {
  uint64_t returned_ns = 0;
  Result result = Result::kDone;
  // Where it stands what was done or refused; where the log ended that was looked at. 0: not told.
  uint64_t position = 0;
  // Of the run's stream: after what was done; at a version conflict, or a look, the one it had. 0: not told.
  uint64_t version = 0;
  // Of the workstream, after a move or at a look. Empty: there is none.
  std::string state = {};
  bool repeat = false;
};

// One call. Whoever gives the same command once more, since it did not hear what became of it, makes another attempt.
struct Attempt {
  int client = 0;
  uint64_t number = 0;  // of the client's attempts, from 0
  Command command;
  uint64_t called_ns = 0;  // of one clock for all clients, which never goes back
  std::optional<Answer> answer;
};

// "call NS CLIENT NUMBER KEY KIND RUN WS TO EXPECTED" and "return NS CLIENT NUMBER RESULT POSITION VERSION STATE
// REPEAT", with "-" for what is not there, each ended by a newline.
std::string CallLine(const Attempt& attempt);
std::string ReturnLine(const Attempt& attempt);

// Adds what the lines of one process say. The last line may be torn, as a kill leaves it: then it says nothing. Throws
// std::runtime_error at any other line that is none.
void ReadHistory(std::string_view text, std::vector<Attempt>& history);

// "move w1 to ready in run r, expecting version 3, key k (client 1, attempt 7)"
std::string Describe(const Attempt& attempt);

}  // namespace annals::judge
