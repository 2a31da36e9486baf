// The last part of what a command printed, kept in bounded memory however much it prints.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace annals {

struct OutputText {
  std::string text;          // valid UTF-8 without NUL, so that it can go into JSON
  uint64_t total_bytes = 0;  // how much was printed in all
  bool truncated = false;    // `text` is not all of it
};

// Threads: one thread at a time.
class OutputTail {
 public:
  explicit OutputTail(size_t limit_bytes);

  void Append(std::string_view bytes);

  // What was appended last, at most `limit_bytes` of it. Begins with a whole character. Bytes that are not UTF-8, and
  // NUL, are replaced by U+FFFD; that makes text longer, so that binary output is cut earlier to keep the limit.
  OutputText Text() const;

 private:
  size_t limit_bytes_;
  uint64_t total_bytes_ = 0;
  std::string bytes_;  // between one and two limits long once full: dropping in big steps makes a byte cost O(1)
};

}  // namespace annals
