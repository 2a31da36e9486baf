// What every measurement uses: time, medians, figures set beside another, and an engine fed with commands.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <capnp/message.h>

#include "bench/bench.h"
#include "commands/engine.h"

namespace annals::bench {

constexpr uint64_t kBatch = 1'000;

double SecondsOf(const std::function<absl::Status()>& work, absl::Status& status);
double Median(std::vector<double> values);
void RemoveDatabase(const std::string& path);

// A figure that stands alone.
void AddTo(std::vector<Figure>& figures, std::string name, std::string what, std::string unit, double value,
           std::optional<double> floor, bool less_is_better = false);

// A figure and what it is set beside, measured in turn, so that a machine whose speed drifts is fair to both.
class Pairs {
 public:
  void Add(double ours, double other);
  // `floor` is of the ratio.
  Figure ToFigure(std::string name, std::string what, std::string unit, double floor,
                  bool less_is_better = false) const;

 private:
  std::vector<double> ours_, others_, ratios_;
};

// Fills an engine with commands; keeps time of the engine alone, not of making the commands.
class Filler {
 public:
  // Fills a fresh command with the next one.
  using Next = std::function<void(schema::Command::Builder)>;

  Filler(Storage& storage, Next next) : engine_(storage, clock_, random_), next_(std::move(next)) {}

  // kInternal where a command was refused: that is no measurement of what was meant.
  absl::StatusOr<double> SecondsFor(uint64_t commits, uint64_t commands_per_commit);
  // In batches of kBatch; the last may be smaller.
  absl::StatusOr<double> SecondsForAll(uint64_t commands);

 private:
  SystemClock clock_;
  SystemRandom random_;
  Engine engine_;
  Next next_;
  std::vector<std::unique_ptr<capnp::MallocMessageBuilder>> messages_;
  std::vector<schema::Command::Reader> commands_;
};

}  // namespace annals::bench
