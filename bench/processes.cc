#include <fmt/format.h>

#include "bench/groups.h"
#include "bench/measure.h"
#include "bench/process.h"
#include "bench/workload.h"
#include "eventstore/sqlite/sqlite_row_store.h"
#include "projections/as_of.h"
#include "projections/tables.h"
#include "schemas/status.h"

namespace annals::bench {
namespace {

constexpr uint64_t kQuestions = 40;

// A run in the middle of the large database, and where it ended.
struct PastRun {
  std::string run_id;
  Position end;
};
PastRun MiddleRun(const Options& options) {
  const uint64_t run = options.commands / 2 / kCommandsPerRun;
  return {.run_id = RunId(options.seed, run), .end = {run * kEventsPerRun}};
}

// What `annals run show RUN --at N` asks, and the workstreams too.
absl::Status AskForThePast(Storage& storage, const PastRun& past) {
  ASSIGN_OR_RETURN(auto snapshot, storage.Read());
  ASSIGN_OR_RETURN(auto store, SqliteRowStore::InMemory(ProjectedTables()));
  const auto no_progress = [](uint64_t, uint64_t) {};
  ASSIGN_OR_RETURN(const auto as_of, AsOfSnapshot::Open(std::move(snapshot), past.end, std::move(store), no_progress));
  uint64_t workstreams = 0;
  std::string status;
  RETURN_IF_ERROR(
      as_of->ReadRows({.table = &WorkstreamsTable().table(), .equals = {{0, past.run_id}}}, TableSet::kLive, [&](Row) {
        ++workstreams;
        return absl::OkStatus();
      }));
  RETURN_IF_ERROR(
      as_of->ReadRows({.table = &RunsTable().table(), .equals = {{0, past.run_id}}}, TableSet::kLive, [&](Row row) {
        status = std::get<std::string_view>(row[1]);
        return absl::OkStatus();
      }));
  if (status == "completed" && workstreams == kWorkstreamsPerRun) return absl::OkStatus();
  return absl::InternalError(fmt::format("measure a run as of position {}: it is {} with {} workstreams",
                                         past.end.value, status, workstreams));
}

absl::StatusOr<double> AskingMilliseconds(Session& session, const std::string& path) {
  ASSIGN_OR_RETURN(const auto storage, session.Open(path, OpenMode::kReadOnly));
  const PastRun past = MiddleRun(session.options());
  std::vector<double> times;
  for (uint64_t i = 0; i < kQuestions; ++i) {
    absl::Status status;
    times.push_back(SecondsOf([&] { return AskForThePast(*storage, past); }, status) * 1000);
    RETURN_IF_ERROR(status);
  }
  return Median(times);
}

}  // namespace

Figures MeasureProcesses(Session& session) {
  const Options& options = session.options();
  ASSIGN_OR_RETURN(const std::string path, session.LargeDatabase());
  session.on_start()("one run as of a point, and whole processes");
  std::vector<Figure> figures;
  if (session.Wants("as_of")) {
    ASSIGN_OR_RETURN(const double milliseconds, AskingMilliseconds(session, path));
    AddTo(figures, "as_of", "one run as of a point", "ms", milliseconds, 5, /*less_is_better=*/true);
  }
  if (options.annals_binary.empty()) return figures;
  const auto annals = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {options.annals_binary, "--db", path});
    return arguments;
  };
  const PastRun past = MiddleRun(options);
  if (session.Wants("run_show_at")) {
    ASSIGN_OR_RETURN(const double milliseconds,
                     MillisecondsPerRun(annals({"run", "show", past.run_id, "--at", std::to_string(past.end.value)})));
    AddTo(figures, "run_show_at", "annals run show RUN --at N", "ms", milliseconds, 15, /*less_is_better=*/true);
  }
  if (session.Wants("run_show")) {
    ASSIGN_OR_RETURN(const double milliseconds, MillisecondsPerRun(annals({"run", "show", past.run_id})));
    AddTo(figures, "run_show", "annals run show RUN", "ms", milliseconds, 20, /*less_is_better=*/true);
  }
  if (session.Wants("cli_command") && !options.bare_binary.empty()) {
    const std::string bare_path = session.Fresh("bare.db");
    Pairs pairs;
    for (uint64_t round = 0; round < options.rounds; ++round) {
      ASSIGN_OR_RETURN(const double ours,
                       MillisecondsPerRun(annals({"event", "record", "bench", "--run", past.run_id})));
      ASSIGN_OR_RETURN(const double other, MillisecondsPerRun({options.bare_binary, bare_path}));
      pairs.Add(ours, other);
    }
    figures.push_back(
        pairs.ToFigure("cli_command", "annals event record, durable", "ms", 1.6, /*less_is_better=*/true));
  }
  return figures;
}

}  // namespace annals::bench
