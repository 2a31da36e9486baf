// The lines of a diff, one after the other, and the first fault in them: what the readers of all formats share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "commands/diff_format.h"

namespace annals {

class DiffText {
 public:
  // Stands at the first line of `diff`, which outlives this.
  explicit DiffText(std::string_view diff) : rest_(diff) { Advance(); }

  bool AtEnd() const { return at_end_; }
  // The line without its end, \n or \r\n; empty at the end.
  std::string_view line() const { return line_; }
  // From 1; at the end the last line's.
  uint64_t number() const { return number_ == 0 ? 1 : number_; }
  bool StartsWith(std::string_view start) const { return line_.starts_with(start); }
  // To the next line. One with a NUL byte is a fault and the end.
  void Advance();

  // Notes a fault of this line, unless there is one already. Always false, to be returned.
  bool Fail(std::string what) { return FailAt(number(), std::move(what)); }
  bool FailAt(uint64_t line, std::string what);
  // A fault of this line, which has no place where it stands.
  bool FailAsStray();
  const std::optional<DiffFault>& fault() const { return fault_; }

 private:
  std::string_view rest_;
  std::string_view line_;
  uint64_t number_ = 0;
  bool at_end_ = false;
  std::optional<DiffFault> fault_;
};

}  // namespace annals
