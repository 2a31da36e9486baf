#include <algorithm>
#include <random>
#include <set>

#include <fmt/format.h>

#include "bench/groups.h"
#include "bench/scene.h"
#include "schemas/status.h"

namespace annals::bench {
namespace {

constexpr uint64_t kNeeds = 10;  // dependencies of each

// The commands of a run whose workstreams need `kNeeds` earlier ones each, any of them.
class LargeRun {
 public:
  explicit LargeRun(uint64_t size) : size_(size) {}
  uint64_t commands() const { return size_ * (1 + kLane.size()) + 1; }

  std::string Line(uint64_t number) {
    if (number < size_) return Create(number);
    if (number + 1 == commands()) return R"({"command":"transition_run","run_id":"r","to":"completed"})";
    const uint64_t move = number - size_;
    return fmt::format(R"({{"command":"transition_workstream","run_id":"r","ws_id":"w{}","to":"{}"}})",
                       move / kLane.size(), kLane[move % kLane.size()]);
  }

 private:
  std::string Create(uint64_t number) {
    std::string needs;
    std::set<uint64_t> chosen;
    while (chosen.size() < std::min(number, kNeeds)) chosen.insert(random_() % number);
    for (const uint64_t one : chosen) needs += fmt::format(R"({}"w{}")", needs.empty() ? "" : ",", one);
    return fmt::format(R"({{"command":"create_workstream","run_id":"r","ws_id":"w{}","depends_on":[{}]}})", number,
                       needs);
  }

  uint64_t size_;
  std::mt19937_64 random_{1};
};

absl::StatusOr<double> MicrosecondsPerCommand(Session& session, uint64_t workstreams) {
  ASSIGN_OR_RETURN(const auto scene, Scene::Create(session));
  RETURN_IF_ERROR(scene->Do(kSceneRun));
  LargeRun run(workstreams);
  ASSIGN_OR_RETURN(const double seconds, scene->Do(run.commands(), [&](uint64_t i) { return run.Line(i); }));
  return seconds * 1e6 / static_cast<double>(run.commands());
}

}  // namespace

Figures MeasureLargeRun(Session& session) {
  const uint64_t workstreams = session.options().commands / 2;
  session.on_start()(fmt::format("a run of {} workstreams", workstreams));
  // The large one takes longer than all else: once.
  ASSIGN_OR_RETURN(const double large, MicrosecondsPerCommand(session, workstreams));
  Pairs pairs;
  for (uint64_t round = 0; round < session.options().rounds; ++round) {
    ASSIGN_OR_RETURN(const double small, MicrosecondsPerCommand(session, workstreams / 10));
    pairs.Add(large, small);
  }
  return std::vector{pairs.ToFigure("large_run", "a command in a large run", "us", 1.5, /*less_is_better=*/true)};
}

}  // namespace annals::bench
