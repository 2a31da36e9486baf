#include "cli/child_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "cli/output_pump.h"
#include "schemas/check.h"
#include "schemas/status.h"

extern char** environ;

namespace annals {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;

// The loop looks for the child's end at least this often, in case another thread took the SIGCHLD that tells of it.
constexpr milliseconds kLongestSleep(1000);

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.Release()) {}
  ~FileDescriptor() { Close(); }
  int get() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }
  void Close() {
    if (fd_ >= 0) close(Release());
  }

 private:
  int fd_;
};

struct Pipe {
  FileDescriptor read_end;
  FileDescriptor write_end;
};

// Both ends are moved above 2: with our own stdout closed a pipe could become fd 1, and be overwritten in the child.
absl::StatusOr<Pipe> MakePipe() {
  int low[2];
  if (pipe2(low, O_CLOEXEC) != 0) return absl::UnavailableError(fmt::format("make a pipe: {}", strerror(errno)));
  const FileDescriptor low_read(low[0]);
  const FileDescriptor low_write(low[1]);
  Pipe made{FileDescriptor(fcntl(low[0], F_DUPFD_CLOEXEC, 3)), FileDescriptor(fcntl(low[1], F_DUPFD_CLOEXEC, 3))};
  if (made.read_end.get() < 0 || made.write_end.get() < 0 || fcntl(made.read_end.get(), F_SETFL, O_NONBLOCK) != 0) {
    return absl::UnavailableError(fmt::format("make a pipe: {}", strerror(errno)));
  }
  return made;
}

absl::Status CheckArguments(const std::vector<std::string>& argv) {
  if (argv.empty()) return absl::InvalidArgumentError("run a command: it is empty; name a program after --");
  for (const std::string& argument : argv) {
    if (argument.find('\0') != std::string::npos) {
      return absl::InvalidArgumentError("run a command: an argument holds a NUL byte, which no program can be given");
    }
  }
  return absl::OkStatus();
}

// 0 and the child's id in `pid`, or the errno of what failed, execve() in the child included.
int Spawn(const std::vector<std::string>& argv, int out, int err, pid_t& pid) {
  std::vector<char*> arguments;
  for (const std::string& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t to_default;
  sigemptyset(&none);
  sigemptyset(&to_default);
  sigaddset(&to_default, SIGPIPE);
  sigaddset(&to_default, SIGCHLD);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &to_default);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  const int failure = posix_spawnp(&pid, arguments[0], &actions, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return failure;
}

ChildResult NotStarted(const std::string& program, int failure) {
  ChildResult result;
  result.exit_code = failure == ENOENT ? kNotFoundExitCode : kNotExecutableExitCode;
  const bool in_path = program.find('/') == std::string::npos;
  std::string_view advice = "look at its permissions";
  if (failure == ENOENT)
    advice = in_path ? "it is not in PATH" : "the file, or the interpreter its #! line names, is missing";
  if (failure == ENOEXEC) advice = "it is no program; a script needs a #! line";
  if (failure == E2BIG) advice = "its arguments and environment are too long";
  result.start_error = fmt::format("run {}: {}; {}", program, strerror(failure), advice);
  return result;
}

// A running child: moves its output and our signals until it is over.
class Supervisor {
 public:
  Supervisor(const ChildCommand& command, pid_t pid, FileDescriptor out, FileDescriptor err, SignalRelay& signals)
      : command_(command),
        pid_(pid),
        signals_(signals),
        tail_(command.tail_bytes),
        out_("stdout", out.Release(), command.out_fd, tail_),
        err_("stderr", err.Release(), command.err_fd, tail_) {}

  ChildResult Run(MonotonicTime started_at) {
    while (!IsOver()) {
      Wait();
      if (!died_at_) Reap();
    }
    out_.CaptureRest();
    err_.CaptureRest();
    result_.duration = duration_cast<microseconds>(*died_at_ - started_at);
    result_.output = tail_.Text();
    result_.pass_through = out_.pass_through().ok() ? err_.pass_through() : out_.pass_through();
    return std::move(result_);
  }

 private:
  bool IsOver() const {
    if (!died_at_) return false;
    if (out_.finished() && err_.finished()) return true;
    const bool owes_nothing = out_.OwesNothing() && err_.OwesNothing();
    if (hurried_at_) return owes_nothing || command_.clock() >= *hurried_at_ + command_.grace;
    return owes_nothing && command_.clock() >= *died_at_ + command_.grace;
  }

  milliseconds LongestWait() const {
    if (!died_at_) return kLongestSleep;
    const MonotonicTime until = hurried_at_.value_or(*died_at_) + command_.grace;
    const milliseconds left = std::chrono::ceil<milliseconds>(until - command_.clock());
    return left.count() > 0 ? std::min(left, kLongestSleep) : kLongestSleep;
  }

  void Wait() {
    std::array<pollfd, 3> wanted = {out_.Wanted(), err_.Wanted(), {signals_.fd(), POLLIN, 0}};
    if (poll(wanted.data(), wanted.size(), static_cast<int>(LongestWait().count())) < 0) {
      CHECK(errno == EINTR);
      return;
    }
    if (wanted[2].revents != 0) PassOnSignals();
    if (wanted[0].revents != 0) out_.Step();
    if (wanted[1].revents != 0) err_.Step();
  }

  void PassOnSignals() {
    while (const std::optional<SignalRelay::Arrival> arrival = signals_.Next()) {
      if (arrival->number == SIGCHLD) continue;
      if (died_at_) {
        if (arrival->number != SIGWINCH && !hurried_at_) hurried_at_ = command_.clock();
        continue;
      }
      // A second Ctrl-C makes many programs quit at once: the child must not get the same one twice.
      const bool has_it_already = arrival->from_terminal && getpgid(pid_) == getpgrp();
      if (!has_it_already) kill(pid_, arrival->number);  // fails only for a child that changed its user: its decision
    }
  }

  void Reap() {
    int status = 0;
    const pid_t reaped = waitpid(pid_, &status, WNOHANG);
    if (reaped == 0) return;
    CHECK(reaped == pid_);
    died_at_ = command_.clock();
    result_.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    result_.exit_code = result_.signal != 0 ? kSignalExitCodeBase + result_.signal : WEXITSTATUS(status);
    out_.NoteDeath();
    err_.NoteDeath();
  }

  const ChildCommand& command_;
  const pid_t pid_;
  SignalRelay& signals_;
  OutputTail tail_;
  OutputPump out_;
  OutputPump err_;
  std::optional<MonotonicTime> died_at_;
  std::optional<MonotonicTime> hurried_at_;  // a signal came after its death
  ChildResult result_;
};

}  // namespace

absl::StatusOr<ChildResult> RunChild(const ChildCommand& command, SignalRelay& signals) {
  RETURN_IF_ERROR(CheckArguments(command.argv));
  ASSIGN_OR_RETURN(Pipe out, MakePipe());
  ASSIGN_OR_RETURN(Pipe err, MakePipe());
  const MonotonicTime started_at = command.clock();
  pid_t pid = 0;
  const int failure = Spawn(command.argv, out.write_end.get(), err.write_end.get(), pid);
  if (failure == EAGAIN || failure == ENOMEM || failure == EMFILE || failure == ENFILE) {
    return absl::UnavailableError(fmt::format("run {}: {}; try again later", command.argv[0], strerror(failure)));
  }
  if (failure != 0) return NotStarted(command.argv[0], failure);
  out.write_end.Close();  // kept open here, they would keep the pipes from ending
  err.write_end.Close();
  Supervisor supervisor(command, pid, std::move(out.read_end), std::move(err.read_end), signals);
  return supervisor.Run(started_at);
}

}  // namespace annals
