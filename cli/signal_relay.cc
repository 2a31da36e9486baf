#include "cli/signal_relay.h"

#include <errno.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <fmt/format.h>

#include <absl/status/status.h>

#include "schemas/check.h"

namespace annals {
namespace {

constexpr int kRelayed[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH};

bool IsIgnored(int signal_number) {
  struct sigaction action;
  CHECK(sigaction(signal_number, nullptr, &action) == 0);
  return action.sa_handler == SIG_IGN;
}

// A blocked signal is queued even when it is ignored, so those that are must not be blocked.
sigset_t SignalsToHold() {
  sigset_t held;
  sigemptyset(&held);
  sigaddset(&held, SIGCHLD);
  for (const int number : kRelayed) {
    if (!IsIgnored(number)) sigaddset(&held, number);
  }
  return held;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SignalRelay>> SignalRelay::Start() {
  const sigset_t held = SignalsToHold();
  const int fd = signalfd(-1, &held, SFD_CLOEXEC | SFD_NONBLOCK);
  if (fd < 0) return absl::UnavailableError(fmt::format("watch for signals: {}", strerror(errno)));
  std::unique_ptr<SignalRelay> relay(new SignalRelay);
  relay->fd_ = fd;
  CHECK(pthread_sigmask(SIG_BLOCK, &held, &relay->mask_before_) == 0);
  struct sigaction action = {};
  action.sa_handler = SIG_IGN;  // a reader of our output that goes away must not end us before the finish is recorded
  CHECK(sigaction(SIGPIPE, &action, &relay->pipe_before_) == 0);
  action.sa_handler = SIG_DFL;  // inherited as ignored, the kernel would throw the child's exit code away
  CHECK(sigaction(SIGCHLD, &action, &relay->child_before_) == 0);
  return relay;
}

SignalRelay::~SignalRelay() {
  while (Next().has_value()) {
  }
  close(fd_);
  sigaction(SIGPIPE, &pipe_before_, nullptr);
  sigaction(SIGCHLD, &child_before_, nullptr);
  pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
}

std::optional<SignalRelay::Arrival> SignalRelay::Next() {
  signalfd_siginfo info;
  ssize_t got = 0;
  do {
    got = read(fd_, &info, sizeof(info));
  } while (got < 0 && errno == EINTR);
  if (got != static_cast<ssize_t>(sizeof(info))) return std::nullopt;
  return Arrival{.number = static_cast<int>(info.ssi_signo), .from_terminal = info.ssi_code == SI_KERNEL};
}

}  // namespace annals
