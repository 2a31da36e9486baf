// Holds back the signals that ask a process to stop or to take notice, so that they can be passed on to a child.
//
// `annals step exec` makes one before it records the start and keeps it until the finish is recorded: a SIGTERM then
// ends the command, not the record of it.
#pragma once

#include <signal.h>

#include <memory>
#include <optional>

#include <absl/status/statusor.h>

namespace annals {

// From Start() to destruction: SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2 and SIGWINCH wait in fd() instead of
// acting, SIGCHLD makes fd() readable, SIGPIPE is ignored. A signal that was ignored when we were started (nohup does
// that to SIGHUP, a shell's & to SIGINT) stays ignored, here and in the child. Signals that nobody took by the end are
// dropped: they were meant for work that is over.
// Threads: one at a time per process, made and destroyed on the same thread, before other threads are started (they
// inherit the blocked signals; one that does not would take a signal and die of it).
class SignalRelay {
 public:
  struct Arrival {
    int number = 0;
    bool from_terminal = false;  // the kernel sent it (Ctrl-C, hang-up, new size): the whole foreground group got it
  };

  // kUnavailable: out of file descriptors or memory.
  static absl::StatusOr<std::unique_ptr<SignalRelay>> Start();
  ~SignalRelay();
  SignalRelay(const SignalRelay&) = delete;
  SignalRelay& operator=(const SignalRelay&) = delete;

  // Readable, for poll(), while Next() has something.
  int fd() const { return fd_; }

  // The next signal that came, SIGCHLD among them, or nothing. Never waits.
  std::optional<Arrival> Next();

 private:
  SignalRelay() = default;

  int fd_ = -1;
  sigset_t mask_before_;
  struct sigaction pipe_before_;
  struct sigaction child_before_;
};

}  // namespace annals
