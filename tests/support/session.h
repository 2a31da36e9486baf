// An engine with a simulated clock and seeded chance, that takes its commands as JSON.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "commands/engine.h"
#include "eventstore/sources.h"

namespace annals::support {

// An answer on one line; two answers that differ in anything have different lines.
std::string LineOf(const Answer& answer);

class Session {
 public:
  static constexpr size_t kCacheBytes = size_t{1} << 20;
  // Ten commands before noon of the first day of 2026, UTC.
  static constexpr Timestamp kStart = {1'767'268'799'990'000};

  explicit Session(Storage& storage, uint64_t seed = 1) : random_(seed) { Restart(storage); }

  // Goes on with a new engine, as another process would; the clock and the chance go on too.
  void Restart(Storage& storage, size_t cache_bytes = kCacheBytes);

  // All in one commit; an answer each. Throws when the call itself fails.
  std::vector<Answer> ExecuteAll(const std::vector<std::string>& commands);
  Answer Execute(const std::string& command);
  // The same, of which one kind of answer is expected; throws when it is another.
  Receipt Accept(const std::string& command);
  Refused Refuse(const std::string& command);
  absl::Status Fail(const std::string& command);
  Preview Foresee(const std::string& command);

  Engine& engine() { return *engine_; }
  SimulatedClock& clock() { return clock_; }

 private:
  template <class Kind>
  Kind Expect(const std::string& command);

  SimulatedClock clock_{kStart};
  SeededRandom random_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace annals::support
