// The line in which the writers of all processes wait for SQLite's write lock.
//
// SQLite itself only sleeps and tries again: a writer that commits again and again finds the lock free, and those who
// sleep find it taken. Of eight such processes one had all the commits of a second. Here they sleep in the kernel, in
// the order they came, and whoever gives the lock back wakes the first.
//
// The line only says who tries when. Who writes is for SQLite's lock to say, so nothing is lost by a program that does
// not know of the line, or by one that is killed or stopped in it: nobody sleeps for long without trying again.
#pragma once

#include <chrono>
#include <cstdint>

#include "eventstore/sqlite/connection.h"

namespace annals {

class WriteQueue {
 public:
  // From now on the connection, which has been read from, waits for any lock up to `timeout_ms`; and in Enter() for
  // another 50 ms at most.
  WriteQueue(const Connection& connection, int timeout_ms);
  ~WriteQueue();
  WriteQueue(const WriteQueue&) = delete;
  WriteQueue& operator=(const WriteQueue&) = delete;

  // Before the write lock is asked for: whose turn is over lets the one go first that he woke.
  void Enter();
  // The write lock is taken.
  void NoteTaken();
  // The write lock is free again, or was not got: wakes who is next. Nothing where Enter() was not called.
  void Leave();

 private:
  using Clock = std::chrono::steady_clock;

  static int OnBusy(void* self, int tries);
  // Whether it is worth another try.
  bool WaitToTryAgain(int tries);
  // Sleeps in one of the places of the line, unless the word is no longer `word`. True: somebody woke it.
  bool Sleep(uint32_t word, Clock::time_point until, uint32_t place);
  bool WakeOne(uint32_t place);
  uint32_t* Address();
  uint32_t Word();

  sqlite3* const database_;
  const std::chrono::milliseconds timeout_;
  uint32_t own_word_ = 0;               // to sleep on it is only to sleep: for other locks, or where nothing is shared
  uint32_t* shared_word_ = &own_word_;  // moves with each commit; only read here
  uint32_t seen_ = 0;                   // the word before the last try
  uint32_t word_at_leave_ = 0;
  Clock::time_point deadline_;  // of the wait at hand
  Clock::time_point end_of_turn_;
  bool is_inside_ = false;      // between Enter() and Leave()
  bool owes_turn_ = false;      // the turn is over, and somebody was woken
  bool was_overtaken_ = false;  // somebody else was quicker after it was woken
};

}  // namespace annals
