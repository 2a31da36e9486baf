// The log as `annals log --json` prints it, read without the engine.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace annals::judge {

struct Event {
  uint64_t position = 0;
  std::string stream;
  uint64_t version = 0;
  std::string type;
  std::string ws;
  std::string key;
  std::string from, to;  // of a move, done or refused
};

// The first field of that name in an object that is one line: a number as it stands, a text without its quotes, nothing
// where it is null or not there. Of use for ids and words, which hold nothing that JSON would escape.
std::string Field(std::string_view line, std::string_view name);

// An event a line. What is null or not there is empty.
std::vector<Event> ReadLog(std::string_view json_lines);

}  // namespace annals::judge
