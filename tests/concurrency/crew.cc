#include "tests/concurrency/crew.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace annals::concurrency {
namespace {

// How long nothing is heard before those who are stopped go on. Only how soon depends on it, not what is found.
constexpr int kSilenceMs = 20;
// The longest that one is stopped, in words of others.
constexpr int kLongestStop = 40;

}  // namespace

void Post::Say(int number, uint64_t position, int flags, uint64_t detail) const {
  const Word word{member, life, number, flags, position, detail};
  // What is written to a pipe in one piece of this size is not split.
  if (write(pipe, &word, sizeof(word)) != sizeof(word)) throw std::runtime_error("nobody listens any more");
}

pid_t InChild(const std::function<void()>& work) {
  std::fflush(nullptr);  // what is not written yet is not to be written twice
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == -1) throw std::runtime_error("no process can be started");
  if (child != 0) return child;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  try {
    work();
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "%s\n", exception.what());
    _exit(1);
  }
  _exit(0);
}

Crew::Crew(uint64_t seed, int fault_every) : random_(seed), fault_every_(fault_every) {
  if (pipe(pipe_) != 0) throw std::runtime_error("no pipe");
}

Crew::~Crew() {
  EndAll();
  close(pipe_[0]);
  close(pipe_[1]);
}

void Crew::Add(Role role, Work work) {
  members_.push_back({.role = role, .work = std::move(work)});
}

void Crew::Run(const std::function<void(const Word&)>& hear) {
  for (Member& member : members_) Start(member);
  const auto take = [&](const Word& word) {
    members_[static_cast<size_t>(word.member)].has_spoken = true;
    hear(word);
  };
  Word word;
  do {
    if (Hear(word)) {
      take(word);
      Strike();
    } else {
      for (Member& member : members_) Continue(member);
    }
  } while (!Reap());
  EndAll();
  while (Hear(word)) take(word);
}

void Crew::Start(Member& member) {
  const Post post{static_cast<int>(&member - members_.data()), member.life, pipe_[1]};
  member.is_killed = false;
  member.stopped_for = 0;
  member.process = InChild([&] {
    close(pipe_[0]);
    member.work(post);
  });
}

bool Crew::Hear(Word& word) {
  pollfd wanted{pipe_[0], POLLIN, 0};
  return poll(&wanted, 1, kSilenceMs) == 1 && read(pipe_[0], &word, sizeof(word)) == sizeof(word);
}

void Crew::Strike() {
  for (Member& member : members_) {
    if (member.stopped_for > 0 && --member.stopped_for == 0) Continue(member);
  }
  const auto chance = [&](int one_in) { return std::uniform_int_distribution(1, one_in)(random_); };
  if (chance(fault_every_) != 1) return;
  Member& member = members_[static_cast<size_t>(chance(static_cast<int>(members_.size())) - 1)];
  if (member.process == 0) return;
  if (chance(2) == 1) {
    kill(member.process, SIGKILL);
    member.is_killed = true;
  } else if (member.stopped_for == 0) {
    kill(member.process, SIGSTOP);
    member.stopped_for = chance(kLongestStop);
    ++stops_;
  }
}

void Crew::Continue(Member& member) {
  if (member.process != 0) kill(member.process, SIGCONT);
  member.stopped_for = 0;
}

bool Crew::Reap() {
  bool is_done = true;
  for (Member& member : members_) {
    int status = 0;
    if (member.process != 0 && waitpid(member.process, &status, WNOHANG) != 0) {
      member.process = 0;
      if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL && member.is_killed) {
        ++kills_;
        ++member.life;
        Start(member);
      } else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        throw std::runtime_error(fmt::format("member {} in its life {} ended with wait status {}",
                                             &member - members_.data(), member.life, status));
      }
    }
    is_done = is_done && (member.role == Role::kWorker ? member.process == 0 : member.has_spoken);
  }
  return is_done;
}

void Crew::EndAll() {
  for (Member& member : members_) {
    if (member.process == 0) continue;
    kill(member.process, SIGKILL);
    waitpid(member.process, nullptr, 0);
    member.process = 0;
  }
}

}  // namespace annals::concurrency
