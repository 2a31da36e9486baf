// What clients of a log saw: each command that one of them gave, and what came of it, as lines of text. Nothing in this
// folder shares code with the engine, so that no fault of the engine can hide itself from the judge.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace annals::judge {

enum class Kind { kCreate, kMove, kNote };

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

enum class Result { kDone, kRefused, kVersionConflict, kKeyConflict, kNotFound, kLocked };

struct Answer {
  uint64_t returned_ns = 0;
  Result result = Result::kDone;
  uint64_t position = 0;   // of what was done or refused
  uint64_t version = 0;    // of the stream: after what was done; at a version conflict the one that it had
  std::string state = {};  // of the workstream after a move
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
