// Processes that work on one database and are killed and stopped at random moments, and started again.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

namespace annals::concurrency {

// Nobody gives up waiting for a lock: one that is lost shows as a test that does not end.
inline constexpr int kPatienceMs = 600'000;

// What a member tells the test, in one write to a pipe, each time it got something done.
struct Word {
  int32_t member = 0;
  int32_t life = 0;       // 0 until it is first killed
  int32_t number = 0;     // of the thing, as the member counts
  int32_t flags = 0;      // as the member means them
  uint64_t position = 0;  // in the log
  uint64_t detail = 0;    // as the member means it
};

// What a member sees of the crew, in its own process.
struct Post {
  int member;
  int life;
  int pipe;

  void Say(int number, uint64_t position, int flags = 0, uint64_t detail = 0) const;
};

// Does `work` in a child process, which ends with it: with 0, or with 1 and on stderr what it threw. The child dies
// with its parent. The caller has one thread and no database open, whose locks a child would not have.
pid_t InChild(const std::function<void()>& work);

class Crew {
 public:
  // kWorker: its work comes to an end. kHelper: it goes on until all the workers are done, and has said something.
  enum class Role { kWorker, kHelper };
  using Work = std::function<void(const Post&)>;

  // At each word that is heard, by a chance of one in `fault_every`, somebody is killed with SIGKILL or stopped with
  // SIGSTOP, who goes on some words later, or when nothing is heard any more: he may hold what all others wait for.
  Crew(uint64_t seed, int fault_every);
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  // Members are numbered from 0 in this order. Called anew for each life.
  void Add(Role role, Work work);

  // Until all workers are done. Throws when a member ended in any other way than done or killed by the crew.
  void Run(const std::function<void(const Word&)>& hear);

  int kills() const { return kills_; }
  int stops() const { return stops_; }

 private:
  struct Member {
    Role role;
    Work work;
    pid_t process = 0;  // 0: none is running
    int life = 0;
    bool is_killed = false;
    int stopped_for = 0;  // words; 0: it runs
    bool has_spoken = false;
  };

  void Start(Member& member);
  // Whether there was a word within a moment.
  bool Hear(Word& word);
  void Strike();
  void Continue(Member& member);
  // Starts again who was killed. Whether all that are needed are done.
  bool Reap();
  void EndAll();

  std::vector<Member> members_;
  std::mt19937_64 random_;
  const int fault_every_;
  int pipe_[2] = {-1, -1};
  int kills_ = 0;
  int stops_ = 0;
};

}  // namespace annals::concurrency
