// One line on the terminal that says how far long work is, and that is gone when it ends.
//
//   apply  [#########-----------]  45 %  450000/1000000  81818/s  5.500 s  ETA 6.722 s
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "cli/monotonic_clock.h"
#include "cli/terminal.h"

namespace annals {

enum class Visibility { kHidden, kShown };

// Shown only where a person looks: stderr is a terminal that can erase a line, and --json is off.
Visibility ProgressVisibility(bool stderr_is_terminal, bool json, const Environment& environment);

// Draws when Update() is called, after the first second and then at most ten times per second; no thread of its own.
// Threads: one thread at a time.
class ProgressLine {
 public:
  struct Options {
    std::string label;              // "apply"
    std::optional<uint64_t> total;  // nothing when it is not known: then no bar, percent and ETA
    size_t width = 80;              // of the terminal; what does not fit is left out, the least telling first
    Visibility visibility = Visibility::kHidden;
    MonotonicClock clock;
    std::function<void(std::string_view)> write;  // to stderr
  };

  explicit ProgressLine(Options options);
  ~ProgressLine() { Erase(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  // `done` units of the work are done. Cheap enough to be called for each.
  void Update(uint64_t done);

  // Takes the line away, so that something else can be printed; the next Update() may draw it again.
  void Erase();

 private:
  std::string Text(uint64_t done, MonotonicTime now) const;

  Options options_;
  MonotonicTime started_at_;
  MonotonicTime next_draw_at_;
  bool is_drawn_ = false;
};

}  // namespace annals
