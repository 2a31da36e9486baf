// One pipe of a child's output: from the child to one of our own streams, with a copy into an OutputTail.
#pragma once

#include <poll.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <absl/status/status.h>

#include "cli/output_tail.h"

namespace annals {

// Reads only when everything read before is passed on, so that a slow reader slows the child down. Never blocks on a
// pipe or terminal, so that signals are heard meanwhile, and never sets O_NONBLOCK on our own stream, since other
// processes share it. When writing fails, the error is kept and the rest is only captured. Threads: one thread at a
// time. SIGPIPE must be ignored.
class OutputPump {
 public:
  // Owns `read_fd`, which must be non-blocking. `write_fd` and `tail` stay the caller's; `name` is for messages.
  OutputPump(std::string_view name, int read_fd, int write_fd, OutputTail& tail);
  ~OutputPump();
  OutputPump(const OutputPump&) = delete;
  OutputPump& operator=(const OutputPump&) = delete;

  // What to poll for; its fd is negative, which poll() skips, once all has been read and passed on.
  pollfd Wanted() const;

  // Does one step of what Wanted() asked for, after poll() said that it is possible.
  void Step();

  // The child has died: what the pipe holds now is the last of its own output.
  void NoteDeath();

  bool finished() const { return read_fd_ < 0 && pending_.empty(); }
  bool OwesNothing() const { return finished() || (owed_bytes_ == 0 && pending_.empty()); }

  // Captures what the pipe holds without passing it on.
  void CaptureRest();

  const absl::Status& pass_through() const { return pass_through_; }

 private:
  size_t Read();  // how many bytes came; 0 when there are none now, or at the end, which closes the pipe
  void Write();
  void CloseRead();

  std::string_view name_;
  int read_fd_;
  int write_fd_;
  OutputTail& tail_;
  std::string buffer_;
  std::string_view pending_;  // the part of buffer_ that is not yet written
  uint64_t owed_bytes_ = 0;   // of what was in the pipe when the child died, not yet read
  absl::Status pass_through_;
};

}  // namespace annals
