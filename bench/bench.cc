#include "bench/bench.h"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "bench/machines.h"
#include "bench/measure.h"
#include "bench/process.h"
#include "bench/raw_sqlite.h"
#include "bench/threads.h"
#include "bench/workload.h"
#include "bench/writers.h"
#include "eventstore/sqlite/sqlite_storage.h"
#include "projections/rebuild.h"
#include "schemas/status.h"

namespace annals::bench {
namespace {

constexpr uint64_t kSingles = 1'000;       // per round
constexpr uint64_t kBatchesPerRound = 20;  // of kBatch
constexpr uint64_t kProcesses = 40;        // per round

class Bench {
 public:
  Bench(const Options& options, const std::function<void(std::string_view)>& on_start)
      : options_(options),
        on_start_(on_start),
        ours_path_(options.directory + "/annals-bench.db"),
        raw_path_(options.directory + "/annals-bench-raw.db"),
        lines_path_(options.directory + "/annals-bench.jsonl") {}
  ~Bench() {
    for (const std::string& path : {ours_path_, raw_path_}) RemoveDatabase(path);
    std::filesystem::remove(lines_path_);
  }

  absl::StatusOr<std::vector<Figure>> Run() {
    // A child's peak memory counts its parent's at the start: so apply is run while this process is still small.
    if (!options_.annals_binary.empty()) RETURN_IF_ERROR(ApplyProcess());
    std::vector<Figure> of_apply = std::move(figures_);
    figures_.clear();
    RETURN_IF_ERROR(Library());
    ASSIGN_OR_RETURN(const std::vector<Figure> of_threads, MeasureThreads(options_, on_start_));
    figures_.insert(figures_.end(), of_threads.begin(), of_threads.end());
    ASSIGN_OR_RETURN(std::vector<Figure> of_machines, MeasureMachines(options_, on_start_));
    figures_.insert(figures_.end(), of_machines.begin(), of_machines.end());
    ASSIGN_OR_RETURN(std::vector<Figure> of_writers, MeasureWriters(options_, on_start_));
    figures_.insert(figures_.end(), of_writers.begin(), of_writers.end());
    if (!options_.annals_binary.empty()) RETURN_IF_ERROR(Processes());
    figures_.insert(figures_.end(), of_apply.begin(), of_apply.end());
    return std::move(figures_);
  }

 private:
  absl::StatusOr<std::unique_ptr<SqliteStorage>> OpenOurs(OpenMode mode) {
    return SqliteStorage::Open(
        {.path = ours_path_, .mode = mode, .tables = ProjectedTables(), .clock = &clock_, .random = &random_});
  }

  absl::Status Library() {
    ASSIGN_OR_RETURN(const auto storage, OpenOurs(OpenMode::kCreate));
    ASSIGN_OR_RETURN(const auto raw, RawSqlite::Create(raw_path_));
    Workload workload(options_.seed);
    Filler filler(*storage, [&](schema::Command::Builder command) { workload.Next(command); });

    on_start_("single durable commands");
    Pairs singles;
    for (uint64_t round = 0; round < options_.rounds; ++round) {
      ASSIGN_OR_RETURN(const double seconds, filler.SecondsFor(kSingles, 1));
      ASSIGN_OR_RETURN(const double raw_seconds, RawSeconds(*raw, kSingles, 1));
      singles.Add(static_cast<double>(kSingles) / seconds, static_cast<double>(kSingles) / raw_seconds);
    }
    figures_.push_back(singles.ToFigure("single", "one durable command at a time", "commands/s", 0.7));

    on_start_("batches of 1,000");
    const double per_round = static_cast<double>(kBatchesPerRound * kBatch);
    Pairs batches;
    for (uint64_t round = 0; round < options_.rounds; ++round) {
      ASSIGN_OR_RETURN(const double seconds, filler.SecondsFor(kBatchesPerRound, kBatch));
      ASSIGN_OR_RETURN(const double raw_seconds, RawSeconds(*raw, kBatchesPerRound, kBatch));
      batches.Add(per_round / seconds, per_round / raw_seconds);
    }
    Figure batch = batches.ToFigure("batch", "commands in batches of 1,000", "commands/s", 150'000);
    const double small = batch.value;
    figures_.push_back(std::move(batch));

    on_start_(fmt::format("growing to {} commands", options_.commands));
    const uint64_t so_far = options_.rounds * (kSingles + kBatchesPerRound * kBatch);
    if (options_.commands > so_far) {
      RETURN_IF_ERROR(filler.SecondsFor((options_.commands - so_far) / kBatch, kBatch).status());
    }
    std::vector<double> grown;
    for (uint64_t round = 0; round < options_.rounds; ++round) {
      ASSIGN_OR_RETURN(const double seconds, filler.SecondsFor(kBatchesPerRound, kBatch));
      grown.push_back(per_round / seconds);
    }
    figures_.push_back({.name = "growth",
                        .what = "cost of a command at that size, against the start",
                        .unit = "times",
                        .value = small / Median(grown),
                        .beside = std::nullopt,
                        .ratio = std::nullopt,
                        .floor = 1.3,
                        .less_is_better = true});
    RETURN_IF_ERROR(Fold());
    return Size(*storage);
  }

  static absl::StatusOr<double> RawSeconds(RawSqlite& raw, uint64_t commits, uint64_t rows) {
    absl::Status status;
    const double seconds = SecondsOf(
        [&]() -> absl::Status {
          for (uint64_t i = 0; i < commits; ++i) RETURN_IF_ERROR(raw.Commit(rows));
          return absl::OkStatus();
        },
        status);
    if (!status.ok()) return status;
    return seconds;
  }

  absl::Status Fold() {
    on_start_("folding the log in memory");
    ASSIGN_OR_RETURN(const auto storage, OpenOurs(OpenMode::kReadOnly));
    std::vector<double> rates;
    for (uint64_t round = 0; round < options_.rounds; ++round) {
      ASSIGN_OR_RETURN(const auto snapshot, storage->Read());
      Rows rows;
      uint64_t events = 0;
      absl::Status status;
      const double seconds = SecondsOf(
          [&]() -> absl::Status {
            ASSIGN_OR_RETURN(events, FoldLog(*snapshot, {1}, {INT64_MAX}, rows, [](uint64_t, uint64_t) {}));
            return absl::OkStatus();
          },
          status);
      RETURN_IF_ERROR(status);
      rates.push_back(static_cast<double>(events) / seconds);
    }
    AddTo(figures_, "fold", "fold of the log in memory", "events/s", Median(rates), 1'200'000);
    return absl::OkStatus();
  }

  absl::Status Size(SqliteStorage& storage) {
    RETURN_IF_ERROR(storage.connection().Execute("PRAGMA wal_checkpoint(TRUNCATE)"));
    ASSIGN_OR_RETURN(const auto snapshot, storage.Read());
    const double events = static_cast<double>(snapshot->head().position.value);
    AddTo(figures_, "bytes", "database per event, all included", "bytes",
          static_cast<double>(std::filesystem::file_size(ours_path_)) / events, 320,
          /*less_is_better=*/true);
    return absl::OkStatus();
  }

  absl::Status Processes() {
    on_start_("whole processes");
    const std::string run_id = FirstRunId(options_.seed);
    const std::vector<std::string> one_command = {
        options_.annals_binary, "--db", ours_path_, "event", "record", "bench", "--run", run_id};
    const std::vector<std::string> bare = {options_.bare_binary, raw_path_};
    if (!options_.bare_binary.empty()) {
      Pairs pairs;
      for (uint64_t round = 0; round < options_.rounds; ++round) {
        ASSIGN_OR_RETURN(const double ours, MillisecondsPerRun(one_command));
        ASSIGN_OR_RETURN(const double other, MillisecondsPerRun(bare));
        pairs.Add(ours, other);
      }
      figures_.push_back(
          pairs.ToFigure("cli_command", "one CLI command, whole process, durable", "ms", 1.6, /*less_is_better=*/true));
    }
    ASSIGN_OR_RETURN(const double show,
                     MillisecondsPerRun({options_.annals_binary, "--db", ours_path_, "run", "show", run_id}));
    AddTo(figures_, "run_show", "annals run show on the large database, whole process", "ms", show, 20,
          /*less_is_better=*/true);
    return absl::OkStatus();
  }

  absl::StatusOr<double> MillisecondsPerRun(const std::vector<std::string>& arguments) {
    std::vector<double> times;
    for (uint64_t i = 0; i < kProcesses; ++i) {
      ASSIGN_OR_RETURN(const ProcessCost cost, RunQuietly(arguments));
      times.push_back(cost.seconds * 1000);
    }
    return Median(times);
  }

  absl::Status ApplyProcess() {
    on_start_("annals apply");
    {
      std::ofstream lines(lines_path_);
      Workload workload(options_.seed);
      for (uint64_t i = 0; i < options_.commands; ++i) lines << NextJsonLine(workload) << '\n';
      if (!lines.flush()) return absl::InternalError(fmt::format("write {}: the disk refused", lines_path_));
    }
    RETURN_IF_ERROR(RunQuietly({options_.annals_binary, "--db", ours_path_, "init"}).status());
    ASSIGN_OR_RETURN(const ProcessCost cost,
                     RunQuietly({options_.annals_binary, "--db", ours_path_, "apply", lines_path_}));
    RemoveDatabase(ours_path_);
    AddTo(figures_, "apply", "annals apply from JSON lines, whole process", "commands/s",
          static_cast<double>(options_.commands) / cost.seconds, 120'000);
    AddTo(figures_, "apply_memory", "most memory it took", "MiB", static_cast<double>(cost.peak_bytes) / (1 << 20), 256,
          /*less_is_better=*/true);
    return absl::OkStatus();
  }

  const Options& options_;
  const std::function<void(std::string_view)>& on_start_;
  const std::string ours_path_, raw_path_, lines_path_;
  SystemClock clock_;
  SystemRandom random_;
  std::vector<Figure> figures_;
};

}  // namespace

absl::StatusOr<std::vector<Figure>> Run(const Options& options, const std::function<void(std::string_view)>& on_start) {
  for (const char* const name : {"/annals-bench.db", "/annals-bench-raw.db"}) RemoveDatabase(options.directory + name);
  return Bench(options, on_start).Run();
}

}  // namespace annals::bench
