// Stories about the machines beyond run and workstream: what happened, then a command, then the events it led to, by
// itself and by what follows from it, or why it was refused.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/support/session.h"
#include "tests/support/store.h"

namespace annals::machines {

// A command as JSON, its values written without quotes round the names: Cmd("create_task", "run_id=r1 task_id=t1"). A
// value that begins with '{', '[', a digit or is true or false stands as it is.
std::string Cmd(std::string_view name, std::string_view fields);

class World {
 public:
  World();

  // Takes each; throws where one is refused.
  World& Given(const std::vector<std::string>& commands);
  // The events of a command, a line each: "task t1: running -> failed by fail, because of 1: gate g1 failed", where 1
  // is the first of them. Throws where it is refused.
  std::vector<std::string> When(const std::string& command);
  std::string WhyRefused(const std::string& command) { return session_.Refuse(command).refusal.why; }
  absl::Status Fault(const std::string& command) { return session_.Fail(command); }
  // One cell of a row, as text.
  std::string Cell(std::string_view table, const std::vector<std::string>& key, std::string_view column);

  void PassSeconds(int64_t seconds);
  support::Session& session() { return session_; }
  Storage& storage() { return store_.storage(); }
  // What verify finds wrong with all that was told: "" when nothing is.
  std::string Faults();

 private:
  support::Store store_{support::Backend::kMemory};
  support::Session session_{store_.storage()};
};

}  // namespace annals::machines
