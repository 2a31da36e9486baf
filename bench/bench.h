// Benchmarks a user can run on a disk of their own: each figure with what SQLite alone, or a bare process, does beside
// it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

namespace annals::bench {

struct Options {
  std::string directory;        // databases are made and removed here
  std::string annals_binary;    // the program itself, for figures of whole processes; empty: those are left out
  std::string bare_binary;      // bench/bare_insert; empty: whole processes have nothing to be set beside
  uint64_t commands = 200'000;  // of the large database; at least 20,000
  uint64_t rounds = 5;          // figures are the median of so many, ours and the other's in turn
  uint64_t seed = 1;
  std::vector<std::string> rows = {};  // names of rows or of groups of them; none: all but the group "raw"
};

struct Figure {
  std::string name;  // stable: of the row, which it can be asked for by
  std::string what;  // at most 30 columns, so that a line of the table has 100
  std::string unit;
  double value = 0;              // median
  std::optional<double> beside;  // what the thing compared with reached, median
  std::optional<double> ratio;   // value / beside, median of the rounds
  std::optional<double> floor;   // what Judged() must reach
  bool less_is_better = false;

  // What the floor is of: the ratio where there is one, as that says something of us on any machine; else the value.
  double Judged() const { return ratio.value_or(value); }
  bool ReachesFloor() const { return !floor || (less_is_better ? Judged() <= *floor : Judged() >= *floor); }
};

// The groups that rows can be asked for by.
std::vector<std::string_view> GroupNames();

// The figures in a fixed order, whatever the order of `options.rows`. `on_start` is told what is being measured.
//   kInvalidArgument  there is no row or group of that name; the message lists those there are
absl::StatusOr<std::vector<Figure>> Run(const Options& options, const std::function<void(std::string_view)>& on_start);

}  // namespace annals::bench
