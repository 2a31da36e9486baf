#include "bench/bench.h"

#include <algorithm>
#include <iterator>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bench/groups.h"
#include "bench/session.h"
#include "schemas/message_text.h"
#include "schemas/status.h"

namespace annals::bench {
namespace {

constexpr std::string_view kRaw = "raw";

struct Group {
  std::string_view name;
  std::vector<std::string_view> rows;
  Figures (*measure)(Session& session);
  bool comes_first = false;  // however late it is shown
};

// In the order in which they are shown.
const std::vector<Group>& Groups() {
  static const std::vector<Group> kGroups = {
      {"commands", {"single", "batch_100", "batch"}, MeasureCommands},
      {"apply", {"apply"}, MeasureApply},
      {"size", {"bytes", "growth"}, MeasureSize},
      {"folds", {"fold", "rebuild", "rebuild_time", "verify_1", "verify_2"}, MeasureFolds},
      {"processes", {"as_of", "run_show_at", "run_show", "cli_command"}, MeasureProcesses},
      {"memory", {"apply_memory", "verify_memory", "export_memory"}, MeasureMemory, /*comes_first=*/true},
      {"threads", {"threads_8", "threads_64"}, MeasureThreads},
      {"writers", {"writers_8", "writers_fair", "writers_wait"}, MeasureWriters},
      {"machines", {"machines", "own_machine"}, MeasureMachines},
      {"large_run", {"large_run"}, MeasureLargeRun},
      {kRaw, {"raw_single", "raw_batch_100", "raw_batch", "raw_process"}, MeasureRaw},
  };
  return kGroups;
}

absl::Status UnknownRow(std::string_view name) {
  std::string groups;
  for (const Group& group : Groups()) groups += fmt::format("\n  {:<10} {}", group.name, fmt::join(group.rows, " "));
  return absl::InvalidArgumentError(
      fmt::format("there is no row or group of rows {}; groups and their rows are:{}", Quoted(name), groups));
}

absl::StatusOr<std::set<std::string, std::less<>>> RowsAskedFor(const std::vector<std::string>& names) {
  std::set<std::string, std::less<>> rows;
  for (const Group& group : Groups()) {
    if (names.empty() && group.name != kRaw) rows.insert(group.rows.begin(), group.rows.end());
  }
  for (const std::string& name : names) {
    bool known = false;
    for (const Group& group : Groups()) {
      for (const std::string_view row : group.rows) {
        if (name != row && name != group.name) continue;
        rows.emplace(row);
        known = true;
      }
    }
    if (!known) return UnknownRow(name);
  }
  return rows;
}

}  // namespace

std::vector<std::string_view> GroupNames() {
  std::vector<std::string_view> names;
  for (const Group& group : Groups()) names.push_back(group.name);
  return names;
}

absl::StatusOr<std::vector<Figure>> Run(const Options& options, const std::function<void(std::string_view)>& on_start) {
  ASSIGN_OR_RETURN(auto rows, RowsAskedFor(options.rows));
  Session session(options, on_start, std::move(rows));
  std::vector<std::vector<Figure>> shown(Groups().size());
  for (const bool first : {true, false}) {
    for (size_t i = 0; i < shown.size(); ++i) {
      const Group& group = Groups()[i];
      if (group.comes_first != first) continue;
      if (std::ranges::none_of(group.rows, [&](std::string_view row) { return session.Wants(row); })) continue;
      ASSIGN_OR_RETURN(shown[i], group.measure(session));
    }
  }
  std::vector<Figure> figures;
  for (std::vector<Figure>& group : shown) {
    std::ranges::copy_if(std::make_move_iterator(group.begin()), std::make_move_iterator(group.end()),
                         std::back_inserter(figures), [&](const Figure& figure) { return session.Wants(figure.name); });
  }
  return figures;
}

}  // namespace annals::bench
