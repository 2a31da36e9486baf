// annals stats: what is in the database, in numbers.
#include <chrono>
#include <filesystem>
#include <memory>
#include <system_error>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/counts.h"
#include "cli/duration.h"
#include "cli/exit_code.h"
#include "cli/fold_progress.h"
#include "cli/log_reader.h"
#include "cli/log_stats.h"
#include "cli/table.h"
#include "eventstore/sqlite/sqlite_storage.h"
#include "projections/tables.h"
#include "schemas/status.h"

namespace annals {
namespace {

constexpr size_t kErrorsShown = 10;

struct FileSizes {
  uint64_t database = 0;
  uint64_t write_ahead_log = 0;
};
FileSizes SizesOf(const std::string& path) {
  const auto size = [](const std::string& name) -> uint64_t {
    std::error_code error;
    const auto bytes = std::filesystem::file_size(name, error);
    return error ? 0 : bytes;
  };
  return {size(path), size(path + "-wal")};
}

struct Stats {
  std::vector<StatusCounts> counts;
  std::vector<ErrorGroup> errors;
  LogStats log;
  std::vector<LogStats::StateTime> times;
  FileSizes sizes;
};

absl::StatusOr<std::unique_ptr<Stats>> Collect(Context& context, const std::optional<std::string>& run) {
  ASSIGN_OR_RETURN(const auto snapshot, context.Read());
  ASSIGN_OR_RETURN(const std::string path, context.DatabasePath());
  auto stats = std::make_unique<Stats>();
  if (run) {
    ASSIGN_OR_RETURN(const uint64_t runs,
                     snapshot->CountRows({.table = &RunsTable().table(), .equals = {{0, std::string_view(*run)}}}));
    if (runs == 0)
      return absl::NotFoundError(fmt::format("there is no run {}; annals run list shows those there are", *run));
  }
  ASSIGN_OR_RETURN(stats->counts, CountByStatus(*snapshot, run));
  ASSIGN_OR_RETURN(stats->errors, GroupErrors(*snapshot, run, ErrorOrder::kMostFrequent, kErrorsShown));
  LogFilter filter;
  filter.run = run;
  ASSIGN_OR_RETURN(const auto reader, LogReader::Open(*snapshot, filter, Position{}, LogReader::Order::kOldestFirst));
  FoldProgressLine progress(context, "stats");
  while (true) {
    ASSIGN_OR_RETURN(const LogReader::Entry* const entry, reader->Next());
    if (entry == nullptr) break;
    stats->log.Add(*entry->record, entry->event);
    if (entry->record->position.value % 4096 == 0)
      progress(entry->record->position.value, snapshot->head().position.value);
  }
  stats->times = stats->log.TimesInState();
  stats->sizes = SizesOf(path);
  return stats;
}

std::string Json(const Stats& stats) {
  JsonWriter out;
  out.BeginObject();
  WriteStatusCounts(stats.counts, out);
  out.Key("events").BeginObject().Key("total").UInt(stats.log.events()).Key("by_type").BeginObject();
  for (const auto& [type, count] : stats.log.by_type()) out.Key(type).UInt(count);
  out.EndObject().EndObject();
  out.Key("refusals").UInt(stats.log.refusals()).Key("overrides").UInt(stats.log.overrides());
  out.Key("time_in_state").BeginArray();
  for (const LogStats::StateTime& time : stats.times) {
    out.BeginObject().Key("machine").String(time.machine).Key("state").String(time.state).Key("count").UInt(time.count);
    out.Key("median_ms").Double(static_cast<double>(time.median_micros) / 1000);
    out.Key("p95_ms").Double(static_cast<double>(time.p95_micros) / 1000).EndObject();
  }
  out.EndArray();
  WriteErrorGroups(stats.errors, out);
  out.Key("files").BeginObject().Key("database_bytes").UInt(stats.sizes.database);
  out.Key("wal_bytes").UInt(stats.sizes.write_ahead_log).EndObject();
  return out.EndObject().Take();
}

void PrintText(const Stats& stats, Context& context) {
  std::ostream& out = context.out();
  const auto duration = [](int64_t micros) { return FormatDuration(std::chrono::microseconds(micros)); };
  out << StatusCountsText(stats.counts, context.colour());
  out << fmt::format("{:<14}{:>8}   {} refused, {} overridden\n", "events", stats.log.events(), stats.log.refusals(),
                     stats.log.overrides());
  const std::string in_wal = stats.sizes.write_ahead_log == 0 ? ""
                                                              : fmt::format("   {} of it in the write-ahead log",
                                                                            FormatBytes(stats.sizes.write_ahead_log));
  out << fmt::format("{:<14}{:>8}{}\n\n", "size", FormatBytes(stats.sizes.database + stats.sizes.write_ahead_log),
                     in_wal);
  Table types({{"EVENT TYPE"}, {"COUNT", Align::kRight}});
  for (const auto& [type, count] : stats.log.by_type()) types.AddRow({{type}, {fmt::format("{}", count)}});
  if (!types.empty()) out << types.Render(context.width(), context.colour());
  Table times({{"MACHINE"}, {"STATE"}, {"STAYS", Align::kRight}, {"MEDIAN", Align::kRight}, {"P95", Align::kRight}});
  for (const LogStats::StateTime& time : stats.times) {
    times.AddRow({{time.machine},
                  {time.state, InkOfState(time.state)},
                  {fmt::format("{}", time.count)},
                  {duration(time.median_micros)},
                  {duration(time.p95_micros)}});
  }
  if (!times.empty())
    out << "\nTime in state, of stays that have ended\n" << times.Render(context.width(), context.colour());
  if (stats.errors.empty()) return;
  out << "\nMost frequent errors\n" << ErrorGroupsText(stats.errors, context.Now(), context.width(), context.colour());
}

}  // namespace

Command StatsCommand() {
  const auto run = std::make_shared<std::optional<std::string>>();
  return {.name = "stats",
          .summary = "Counts, times and sizes",
          .details =
              "Counts by kind and status, events by type, refusals, overrides, how long entities stayed in each state "
              "(median and "
              "95th percentile), the most frequent errors, and file sizes. With --run the same of one run.",
          .example = "annals stats\nannals stats --run r1 --json",
          .arguments = {Option("--run", "RUN", run.get(), "only this run")},
          .run = [run](Context& context) -> absl::StatusOr<int> {
            ASSIGN_OR_RETURN(const std::unique_ptr<Stats> stats, Collect(context, *run));
            if (context.json()) {
              context.out() << Json(*stats) << '\n';
            } else {
              PrintText(*stats, context);
            }
            return kExitDone;
          },
          .reads_as_of = true};
}

}  // namespace annals
