// A cursor over the tokens of one JSON text: a first pass finds where each begins, the cursor checks what it takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>

#include "schemas/json_fault.h"

namespace annals {

// Every Take… and Read… moves over a token and says whether it was there. On false the caller gives up, and status()
// says why: the first fault of syntax, wherever it is, or else the fault of meaning given to Fail(). Threads: one at a
// time.
class JsonTokens {
 public:
  JsonTokens() = default;
  JsonTokens(const JsonTokens&) = delete;
  JsonTokens& operator=(const JsonTokens&) = delete;

  // Copies `json` and finds its tokens. False: bad UTF-8, a bare control character in a string, an unclosed string, no
  // token at all, or 4 GiB and more.
  bool Load(std::string_view json);

  // The byte that the token at the cursor starts with; '\0' at the end (and for a stray NUL, which no Take… accepts).
  char Peek() const { return text_[*next_]; }
  // Where that byte is, from 0; the size of the text at the end.
  size_t offset() const { return *next_; }
  bool AtEnd() const { return next_ == end_; }

  // Moves over `mark`, one of {}[]:,
  bool Take(char mark) {
    if (Peek() != mark) return false;
    ++next_;
    return true;
  }
  // Moves over a string. `escaped`: what stands between the quotes, unchecked but for UTF-8 and control characters.
  bool TakeString(std::string_view& escaped);
  // Moves over a string and reads its escapes. `text` lives until the next call or Load().
  bool ReadString(std::string_view& text);
  // Moves over a number, whose text is kept as it came.
  bool TakeNumber(std::string_view& number);
  // Moves over `word`: true, false or null.
  bool TakeWord(std::string_view word);

  // Moves over "key": in an object. `key` lives until the next ReadString(), ReadKey() or Load().
  bool ReadKey(std::string_view& key) { return ReadString(key) && Take(':'); }

  // How many elements the array at the cursor has, by its commas: right where the array is well formed. 0: no array.
  size_t CountElements() const;

  // Where the value of the member `key` of the outermost object starts, or npos; a quick look that does not move and
  // leaves faults to the reading proper. A place is what ReadStringAt() takes.
  const uint32_t* FindMember(std::string_view key);
  bool ReadStringAt(const uint32_t* place, std::string_view& text);
  bool IsNullAt(const uint32_t* place) const { return text_[*place] == 'n'; }
  size_t OffsetOf(const uint32_t* place) const { return *place; }

  // Notes a fault of meaning; returns false.
  bool Fail(size_t offset, std::string reason);
  // Notes that the value at the cursor is not `wanted` ("a string"); returns false.
  bool FailType(std::string_view wanted);

  // kInvalidArgument after something returned false: "`tried`: byte 14, /run_id: must be a string, is a number".
  absl::Status status(std::string_view tried) const;

 private:
  bool FindTokens();
  bool EndsScalar(size_t offset) const;

  std::string text_;
  std::vector<uint32_t> places_;  // of the tokens' first bytes, and some of the end of the text
  const uint32_t* next_ = nullptr;
  const uint32_t* end_ = nullptr;
  std::string unescaped_;
  JsonFault fault_;
};

}  // namespace annals
