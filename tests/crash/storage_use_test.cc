// What a command asks of the storage does not grow with the run it is about: nothing walks over all workstreams.
#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/crash/failing_storage.h"
#include "tests/support/commands.h"
#include "tests/support/session.h"
#include "tests/support/store.h"

namespace annals::crash {
namespace {

using namespace annals::support;

constexpr int kDependsOn = 10;

std::string Name(int number) {
  return fmt::format("w{}", number);
}

std::string Create(int number) {
  std::vector<std::string> needs;
  for (int i = std::max(0, number - kDependsOn); i < number; ++i) needs.push_back(Name(i));
  return CreateWorkstream(Name(number), needs);
}

struct Use {
  uint64_t calls = 0;
  uint64_t rows = 0;
  bool operator==(const Use&) const = default;
};
void PrintTo(const Use& use, std::ostream* out) {
  *out << use.calls << " calls, " << use.rows << " rows";
}

// A run of `size` workstreams, each but the first of which needs the ones before it. The first half is done, the rest
// waits.
class LargeRun {
 public:
  explicit LargeRun(int size) : size_(size), session_(store_.storage()) {
    Do({CreateRun("r1", "running")});
    for (int i = 0; i < size; ++i) Do({Create(i)});
    for (int i = 0; i < size / 2; ++i) Finish(i);
    Flush();
    // Nothing is kept between commands, so that all that a command looks at is asked of the storage.
    session_.Restart(counted_, /*cache_bytes=*/0);
  }

  Use Of(const std::string& command) {
    const Use before{plan_.calls(), plan_.rows()};
    session_.Accept(command);
    return {plan_.calls() - before.calls, plan_.rows() - before.rows};
  }

  // Of each kind of command, in an order that is lawful.
  std::vector<std::pair<std::string, Use>> OfEach() {
    const int next = size_ / 2;
    const std::string last = Name(size_ - 1);
    std::vector<std::pair<std::string, std::string>> commands = {
        {"create", Create(size_)},
        {"ready", MoveWorkstream(Name(next), "ready")},
        {"editing", MoveWorkstream(Name(next), "editing")},
        {"step", RecordStep(Name(next), "static", "success")},
        {"error", RecordError(Name(next), "static", "sig")},
        {"static_check", MoveWorkstream(Name(next), "static_check")},
        {"runtime_check", MoveWorkstream(Name(next), "runtime_check")},
        {"done", MoveWorkstream(Name(next), "done")},
        {"create_task", fmt::format(R"({{"command":"create_task","run_id":"r1","task_id":"t","ws_id":"{}"}})", last)},
        {"failed", MoveWorkstream(Name(size_), "failed")},
        {"blocked", MoveWorkstream(Name(size_ - 2), "failed")},
        {"paused", MoveRun("paused")},
    };
    std::vector<std::pair<std::string, Use>> uses;
    for (const auto& [name, command] : commands) uses.emplace_back(name, Of(command));
    return uses;
  }

 private:
  static constexpr size_t kBatch = 500;

  void Do(const std::vector<std::string>& commands) {
    waiting_.insert(waiting_.end(), commands.begin(), commands.end());
    if (waiting_.size() >= kBatch) Flush();
  }
  void Flush() {
    session_.ExecuteAll(waiting_);
    waiting_.clear();
  }
  void Finish(int number) {
    for (const char* const to : {"ready", "editing", "static_check", "runtime_check", "done"}) {
      Do({MoveWorkstream(Name(number), to)});
    }
  }

  int size_;
  Store store_{Backend::kMemory};
  FaultPlan plan_;
  FailingStorage counted_{store_.storage(), plan_};
  Session session_;
  std::vector<std::string> waiting_;
};

TEST(StorageUse, OfACommandDoesNotGrowWithTheRun) {
  const auto small = LargeRun(60).OfEach();
  const auto large = LargeRun(2'000).OfEach();
  ASSERT_EQ(small.size(), large.size());
  for (size_t i = 0; i < small.size(); ++i) EXPECT_EQ(small[i].second, large[i].second) << small[i].first;
}

}  // namespace
}  // namespace annals::crash
