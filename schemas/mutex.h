// std::mutex with annotations, so that clang's thread-safety analysis finds what is used without its lock.
#pragma once

#include <condition_variable>
#include <mutex>

#include <absl/base/thread_annotations.h>

namespace annals {

class ABSL_LOCKABLE Mutex {
 public:
  void lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); }
  void unlock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }

 private:
  friend class MutexLock;
  std::mutex mutex_;
};

// Holds a Mutex until the scope ends.
class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~MutexLock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

  // Lets go of the mutex until `changed` is notified, or for no reason: ask again what was waited for.
  void Wait(std::condition_variable& changed) {
    std::unique_lock<std::mutex> lock(mutex_.mutex_, std::adopt_lock);
    changed.wait(lock);
    lock.release();
  }

 private:
  Mutex& mutex_;
};

}  // namespace annals
