// Commands of many threads, committed together. Making a commit durable takes most of the time of a single command;
// those that arrive at about the same time share one.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "commands/answer.h"
#include "commands/engine.h"
#include "schemas/command.capnp.h"
#include "schemas/mutex.h"

namespace annals {

// A queue in front of an engine. The first to come leads: it takes who waits, and who comes while it judges, into one
// unit, commits, and gives everybody their answers. It needs no thread of its own. A lone caller waits for nobody, but
// for 0.1 ms after a group of several.
//
// Threads: Execute() may be called from any number of them. Nobody else uses the engine or its storage meanwhile; what
// reads has a storage of its own, and so has whoever calls Storage::Sweep() after a redaction.
class GroupCommit {
 public:
  // A command of a group of 8 costs the engine 19.5 us of processor time, of 64 11.0, of 256 8.7. One of 1,024 saves
  // another 17 % and holds the write lock four times as long, which is 2 ms with 256.
  static constexpr size_t kMostCommands = 256;

  // `engine` must outlive this, and this every call. A group has at most so many commands.
  explicit GroupCommit(Engine& engine, size_t most_commands = kMostCommands);
  GroupCommit(const GroupCommit&) = delete;
  GroupCommit& operator=(const GroupCommit&) = delete;

  // Judges and applies one command; returns when it is durable. The order in which calls arrive is their order in the
  // log. An error of the command alone is an Answer and does not disturb its neighbours; an error of the call is told
  // to everybody in the group, of which nothing is kept, as by Engine::Execute(); the next group begins afresh.
  absl::StatusOr<Answer> Execute(schema::Command::Reader command) ABSL_LOCKS_EXCLUDED(mutex_);

  // Calls that no group has taken yet.
  size_t waiting() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // On its caller's stack until it is done.
  struct Call {
    explicit Call(schema::Command::Reader of_caller) : command(of_caller) {}
    const schema::Command::Reader command;
    uint64_t group = 0;  // the one it is in, or expects to be taken into
    bool is_done = false;
    absl::StatusOr<Answer> answer;
  };

  // Waits until `call` is done, or somebody has to lead: then it is true that the caller does.
  bool MustLead(Call& call) ABSL_LOCKS_EXCLUDED(mutex_);
  void Lead() ABSL_LOCKS_EXCLUDED(mutex_);
  // Fills `group` and judges its commands in a unit.
  absl::Status Judge(std::vector<Call*>& group, std::unique_ptr<Unit>& unit);
  // Takes those who wait, as far as there is room.
  void Join(std::vector<Call*>& group) ABSL_LOCKS_EXCLUDED(mutex_);
  // Who comes from now on is in the next group. The number of the one that is closed.
  uint64_t Close() ABSL_LOCKS_EXCLUDED(mutex_);
  // Tells everybody in the group, and lets somebody else lead.
  void Dismiss(uint64_t number, const std::vector<Call*>& group, const absl::Status& status)
      ABSL_LOCKS_EXCLUDED(mutex_);

  Engine& engine_;  // the leader's
  const size_t most_commands_;
  Mutex mutex_;
  // One for groups with an even number, one for the others: there are at most two at a time, one that is being
  // committed and one that gathers, and the end of one does not wake the other.
  std::condition_variable changed_[2];
  std::deque<Call*> queue_ ABSL_GUARDED_BY(mutex_);
  bool is_led_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t open_group_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t last_size_ = 0;  // of the group before; the leader's
};

}  // namespace annals
