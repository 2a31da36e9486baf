// Runs another program the way a shell would, and keeps what has to be recorded about it.
//
// The program is started from an argument list; no shell reads it. It has our stdin, environment, working directory and
// process group, an empty signal mask and default signal actions (except signals that we were started with as ignored).
// Its stdout and stderr are pipes to us: what comes is passed on unchanged, each to its own stream, as it comes, and
// the last part of both is kept. Nothing is buffered beyond what is on its way: when our reader is slow, the program
// waits for it as it would without us.
#pragma once

#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "cli/monotonic_clock.h"
#include "cli/output_tail.h"
#include "cli/signal_relay.h"

namespace annals {

inline constexpr size_t kOutputTailBytes = 64 * 1024;

// Exit codes that a shell gives a command that it could not start, and to one that a signal ended.
inline constexpr int kNotExecutableExitCode = 126;
inline constexpr int kNotFoundExitCode = 127;
inline constexpr int kSignalExitCodeBase = 128;

struct ChildCommand {
  std::vector<std::string> argv;  // argv[0] is looked up in PATH unless it has a slash; a script needs its #! line
  int out_fd = STDOUT_FILENO;     // where its stdout goes
  int err_fd = STDERR_FILENO;     // where its stderr goes
  size_t tail_bytes = kOutputTailBytes;
  // A process that the program left behind may hold the pipes for ever. What the program itself wrote is always read to
  // the end; what such a process writes only for this long after the program's death.
  std::chrono::milliseconds grace = std::chrono::milliseconds(500);
  MonotonicClock clock = std::chrono::steady_clock::now;
};

struct ChildResult {
  int exit_code = 0;                     // as a shell gives it: the program's own, 126, 127, or 128 + signal
  int signal = 0;                        // the signal that ended it, or 0
  std::chrono::microseconds duration{};  // from before it was started until its end was seen
  OutputText output;                     // the last of stdout and stderr, in the order in which they were read
  std::string start_error;               // not empty: it was never started (exit_code is 126 or 127), and why
  absl::Status pass_through;             // not OK: our own stdout or stderr failed, the rest was only captured
};

// Runs `command` and waits for its end. A signal that `signals` holds is passed on to the child, except one that the
// terminal has already sent to it; so the child decides whether to stop. Once it is dead such a signal ends the wait
// for its output. A program that could not be started is a result, not an error.
//   kInvalidArgument   argv is empty, or an argument holds a NUL
//   kUnavailable       out of processes, memory or file descriptors
// Threads: the one that made `signals`; one run at a time.
absl::StatusOr<ChildResult> RunChild(const ChildCommand& command, SignalRelay& signals);

}  // namespace annals
