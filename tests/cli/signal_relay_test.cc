#include "cli/signal_relay.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "cli/child_process.h"

namespace annals {
namespace {

using std::chrono::milliseconds;

// Asks until `is_so`; gives up after half a minute.
bool WaitUntil(const std::function<bool()>& is_so) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(milliseconds(5));
  }
  return true;
}

// A file by which a script says how far it is. Goes with its owner.
class MarkFile {
 public:
  explicit MarkFile(const std::string& name)
      : path_(testing::TempDir() + "annals_signal_relay_" + std::to_string(getpid()) + "_" + name) {
    unlink(path_.c_str());
  }
  ~MarkFile() { unlink(path_.c_str()); }
  MarkFile(const MarkFile&) = delete;
  MarkFile& operator=(const MarkFile&) = delete;
  const std::string& path() const { return path_; }
  bool WaitUntilThere() const {
    return WaitUntil([this] { return access(path_.c_str(), F_OK) == 0; });
  }

 private:
  std::string path_;
};

// Another process that runs `script` under RunChild, as `annals step exec` does, and ends with its code. What the
// script prints can be read here.
class Wrapper {
 public:
  explicit Wrapper(
      const std::string& script, const std::function<void()>& prepare = [] {}) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    pid_ = fork();
    if (pid_ == 0) {
      close(ends[0]);
      prepare();
      _exit(Serve(script, ends[1]));
    }
    close(ends[1]);
    output_fd_ = ends[0];
  }
  ~Wrapper() { close(output_fd_); }

  // Reads until `text` has come; gives up after ten seconds.
  bool WaitFor(const std::string& text) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (output_.find(text) == std::string::npos) {
      pollfd state{.fd = output_fd_, .events = POLLIN, .revents = 0};
      char buffer[4096];
      if (std::chrono::steady_clock::now() > end || poll(&state, 1, 1000) < 0) return false;
      if (state.revents == 0) continue;
      const ssize_t got = read(output_fd_, buffer, sizeof(buffer));
      if (got <= 0) return false;
      output_.append(buffer, static_cast<size_t>(got));
    }
    return true;
  }

  int Wait() {
    int status = 0;
    EXPECT_EQ(waitpid(pid_, &status, 0), pid_);
    EXPECT_TRUE(WIFEXITED(status)) << "the wrapper died of signal " << WTERMSIG(status);
    return WEXITSTATUS(status);
  }

  pid_t pid() const { return pid_; }
  const std::string& output() const { return output_; }

 private:
  static int Serve(const std::string& script, int out) {
    auto signals = SignalRelay::Start();
    if (!signals.ok()) return 125;
    ChildCommand command;
    command.argv = {"sh", "-c", script};
    command.out_fd = out;
    command.err_fd = out;
    const auto result = RunChild(command, **signals);
    return result.ok() ? result->exit_code : 125;
  }

  pid_t pid_ = -1;
  int output_fd_ = -1;
  std::string output_;
};

struct RelayCase {
  const char* name;
  int number;
  const char* shell_name;
};

constexpr RelayCase kRelayed[] = {
    {"Hangup", SIGHUP, "HUP"},      {"Interrupt", SIGINT, "INT"}, {"Quit", SIGQUIT, "QUIT"},
    {"Terminate", SIGTERM, "TERM"}, {"User1", SIGUSR1, "USR1"},   {"User2", SIGUSR2, "USR2"},
    {"Window", SIGWINCH, "WINCH"},
};

class RelayTest : public testing::TestWithParam<RelayCase> {};

TEST_P(RelayTest, ReachesTheChildWhichDecides) {
  const std::string name = GetParam().shell_name;
  Wrapper wrapper("trap 'echo got; exit 7' " + name + "; echo ready; while :; do sleep 0.02; done",
                  [] { signal(SIGINT, SIG_DFL), signal(SIGQUIT, SIG_DFL), signal(SIGHUP, SIG_DFL); });
  ASSERT_TRUE(wrapper.WaitFor("ready\n"));
  ASSERT_EQ(kill(wrapper.pid(), GetParam().number), 0);
  EXPECT_TRUE(wrapper.WaitFor("got\n")) << wrapper.output();
  EXPECT_EQ(wrapper.Wait(), 7);
}

INSTANTIATE_TEST_SUITE_P(SignalRelay, RelayTest, testing::ValuesIn(kRelayed),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(SignalRelay, AChildThatDiesOfTheSignalGivesItsCode) {
  Wrapper wrapper("echo ready; exec sleep 20");
  ASSERT_TRUE(wrapper.WaitFor("ready\n"));
  kill(wrapper.pid(), SIGTERM);
  EXPECT_EQ(wrapper.Wait(), 143);
}

TEST(SignalRelay, ASignalThatCameBeforeTheChildIsNotLost) {
  Wrapper wrapper("exec sleep 20", [] {
    sigset_t held;
    sigemptyset(&held);
    sigaddset(&held, SIGTERM);
    sigprocmask(SIG_BLOCK, &held, nullptr);
    raise(SIGTERM);
  });
  EXPECT_EQ(wrapper.Wait(), 143);
}

TEST(SignalRelay, WhatNohupIgnoresStaysIgnored) {
  Wrapper wrapper("kill -HUP $$; echo ready; sleep 0.3; exit 6", [] { signal(SIGHUP, SIG_IGN); });
  ASSERT_TRUE(wrapper.WaitFor("ready\n")) << "the child died of its own SIGHUP";
  kill(wrapper.pid(), SIGHUP);
  EXPECT_EQ(wrapper.Wait(), 6);
}

TEST(SignalRelay, DoesNotTakeASignalThatWasIgnored) {
  const auto before = signal(SIGUSR2, SIG_IGN);
  {
    auto relay = SignalRelay::Start();
    ASSERT_TRUE(relay.ok());
    raise(SIGUSR2);
    EXPECT_FALSE((*relay)->Next().has_value());
  }
  signal(SIGUSR2, before);
}

TEST(SignalRelay, AnIgnoredSigchldDoesNotHideTheChildsCode) {
  Wrapper wrapper("exit 9", [] { signal(SIGCHLD, SIG_IGN); });
  EXPECT_EQ(wrapper.Wait(), 9);
}

TEST(SignalRelay, ASignalAfterTheChildsDeathEndsTheWaitForAStuckReader) {
  // Two pipes full of output and a reader that does not read: without a signal the wrapper waits, as any program would.
  const MarkFile dead("dead");
  Wrapper wrapper("head -c 100000 /dev/zero; echo $$ > " + dead.path() + ".new; mv " + dead.path() + ".new " +
                  dead.path());
  ASSERT_TRUE(dead.WaitUntilThere());
  pid_t child = 0;
  std::ifstream(dead.path()) >> child;
  ASSERT_GT(child, 0);
  ASSERT_TRUE(WaitUntil([child] { return kill(child, 0) != 0; })) << "the wrapper did not see its child's end";
  // Longer than the grace: what does not happen can only be given time to happen.
  std::this_thread::sleep_for(milliseconds(700));
  EXPECT_EQ(waitpid(wrapper.pid(), nullptr, WNOHANG), 0) << "it did not wait for its reader";
  kill(wrapper.pid(), SIGTERM);
  EXPECT_EQ(wrapper.Wait(), 0);
}

// A terminal sends Ctrl-C to the whole foreground group: passed on as well, the child would get it twice, and many
// programs quit at once on the second. The wrapper is stopped meanwhile, so that the two could not melt into one.
TEST(SignalRelay, CtrlCReachesTheChildOnce) {
  const int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  ASSERT_GE(master, 0);
  ASSERT_EQ(grantpt(master), 0);
  ASSERT_EQ(unlockpt(master), 0);
  const std::string terminal = ptsname(master);
  const MarkFile interrupted("interrupted");
  Wrapper wrapper("trap 'echo interrupted; touch " + interrupted.path() +
                      "' INT; echo ready; n=0; while [ $n -lt 20 ]; do sleep 0.1; n=$((n+1)); done",
                  [&] {
                    signal(SIGINT, SIG_DFL);
                    setsid();
                    const int slave = open(terminal.c_str(), O_RDWR);
                    if (slave < 0 || ioctl(slave, TIOCSCTTY, 0) != 0) _exit(99);
                  });
  ASSERT_TRUE(wrapper.WaitFor("ready\n"));
  kill(wrapper.pid(), SIGSTOP);
  ASSERT_EQ(write(master, "\x03", 1), 1);
  EXPECT_TRUE(interrupted.WaitUntilThere());
  kill(wrapper.pid(), SIGCONT);
  EXPECT_EQ(wrapper.Wait(), 0);
  wrapper.WaitFor("what never comes: reads to the end");
  EXPECT_EQ(wrapper.output(), "ready\ninterrupted\n");
  close(master);
}

TEST(SignalRelay, LeavesThingsAsTheyWere) {
  sigset_t before;
  sigset_t after;
  struct sigaction pipe_before;
  struct sigaction pipe_after;
  pthread_sigmask(SIG_SETMASK, nullptr, &before);
  sigaction(SIGPIPE, nullptr, &pipe_before);
  {
    auto relay = SignalRelay::Start();
    ASSERT_TRUE(relay.ok());
    raise(SIGTERM);  // nobody takes it: it must not act later
  }
  pthread_sigmask(SIG_SETMASK, nullptr, &after);
  sigaction(SIGPIPE, nullptr, &pipe_after);
  for (const int number : {SIGTERM, SIGINT, SIGCHLD, SIGHUP}) {
    EXPECT_EQ(sigismember(&before, number), sigismember(&after, number));
  }
  EXPECT_EQ(pipe_before.sa_handler, pipe_after.sa_handler);
}

TEST(SignalRelay, TellsWhichSignalCameAndThatNoTerminalSentIt) {
  auto relay = SignalRelay::Start();
  ASSERT_TRUE(relay.ok());
  EXPECT_FALSE((*relay)->Next().has_value());
  raise(SIGUSR1);
  const auto arrival = (*relay)->Next();
  ASSERT_TRUE(arrival.has_value());
  EXPECT_EQ(arrival->number, SIGUSR1);
  EXPECT_FALSE(arrival->from_terminal);
  EXPECT_FALSE((*relay)->Next().has_value());
}

}  // namespace
}  // namespace annals
