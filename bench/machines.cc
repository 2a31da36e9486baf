#include "bench/machines.h"

#include <algorithm>
#include <array>
#include <random>
#include <set>

#include <absl/functional/function_ref.h>
#include <fmt/format.h>

#include "bench/measure.h"
#include "eventstore/sqlite/sqlite_storage.h"
#include "projections/tables.h"
#include "schemas/check.h"
#include "schemas/json_reader.h"
#include "schemas/status.h"

namespace annals::bench {
namespace {

constexpr uint64_t kEntities = 4'000;  // per round
constexpr std::array kLane = {"ready", "editing", "static_check", "runtime_check", "done"};
constexpr uint64_t kNeeds = 10;  // dependencies of each

// The states and edges of `kLane`, as a machine of the user's own.
constexpr const char* kLaneMachine =
    R"({"name":"lane","initial":"pending","terminals":["done"],"states":[{"name":"pending"},{"name":"ready"},)"
    R"({"name":"editing"},{"name":"static_check"},{"name":"runtime_check"},{"name":"done"}],"edges":[)"
    R"({"from":"pending","to":"ready","trigger":"t1"},{"from":"ready","to":"editing","trigger":"t2"},)"
    R"({"from":"editing","to":"static_check","trigger":"t3"},)"
    R"({"from":"static_check","to":"runtime_check","trigger":"t4"},)"
    R"({"from":"runtime_check","to":"done","trigger":"t5"}]})";

// A database filled with commands that are told as JSON, one by number.
class Scene {
 public:
  static absl::StatusOr<std::unique_ptr<Scene>> Create(const std::string& path) {
    RemoveDatabase(path);
    auto scene = std::unique_ptr<Scene>(new Scene(path));
    ASSIGN_OR_RETURN(scene->storage_, SqliteStorage::Open({.path = path,
                                                           .mode = OpenMode::kCreate,
                                                           .tables = ProjectedTables(),
                                                           .clock = &scene->clock_,
                                                           .random = &scene->random_}));
    scene->filler_ = std::make_unique<Filler>(*scene->storage_, [raw = scene.get()](schema::Command::Builder command) {
      CHECK(raw->reader_.Read(raw->line_(raw->next_++), command).ok());
    });
    return scene;
  }
  ~Scene() {
    filler_ = nullptr;
    storage_ = nullptr;
    RemoveDatabase(path_);
  }

  // Seconds for the commands that `line` tells from 0.
  absl::StatusOr<double> Do(uint64_t count, std::function<std::string(uint64_t)> line) {
    line_ = std::move(line);
    next_ = 0;
    ASSIGN_OR_RETURN(double seconds, filler_->SecondsFor(count / kBatch, kBatch));
    if (const uint64_t rest = count % kBatch; rest > 0) {
      ASSIGN_OR_RETURN(const double more, filler_->SecondsFor(1, rest));
      seconds += more;
    }
    return seconds;
  }
  absl::Status Do(const std::string& line) {
    return Do(1, [&](uint64_t) { return line; }).status();
  }

 private:
  explicit Scene(std::string path) : path_(std::move(path)) {}

  const std::string path_;
  SystemClock clock_;
  SystemRandom random_;
  CommandReader reader_;
  std::function<std::string(uint64_t)> line_;
  uint64_t next_ = 0;
  std::unique_ptr<SqliteStorage> storage_;
  std::unique_ptr<Filler> filler_;
};

// A task with its gate and its patch, from the first to the last.
std::string TaskLine(uint64_t number) {
  constexpr std::array<const char*, 13> kLines = {
      R"("create_test_gate","run_id":"r","gate_id":"g{0}","type":"unit")",
      R"("create_task","run_id":"r","ws_id":"w","task_id":"t{0}","validation_gates":["g{0}"])",
      R"("transition_task","run_id":"r","task_id":"t{0}","to":"queued")",
      R"("transition_task","run_id":"r","task_id":"t{0}","to":"running","worker_id":"k")",
      R"("create_patch","run_id":"r","ws_id":"w","patch_id":"p{0}","format":"unified_diff",)"
      R"("diff":"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n")",
      R"("transition_patch","run_id":"r","patch_id":"p{0}","to":"validating")",
      R"("transition_patch","run_id":"r","patch_id":"p{0}","to":"staged","scope_passed":true,"constraints_passed":true)",
      R"("transition_patch","run_id":"r","patch_id":"p{0}","to":"applied")",
      R"("transition_task","run_id":"r","task_id":"t{0}","to":"validating")",
      R"("transition_test_gate","run_id":"r","gate_id":"g{0}","to":"running")",
      R"("transition_test_gate","run_id":"r","gate_id":"g{0}","to":"passed")",
      R"("transition_patch","run_id":"r","patch_id":"p{0}","to":"verified","tests_passed":true)",
      R"("transition_task","run_id":"r","task_id":"t{0}","to":"completed")"};
  return fmt::format(R"({{"command":{}}})",
                     fmt::format(fmt::runtime(kLines[number % kLines.size()]), number / kLines.size()));
}

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

class MachineBench {
 public:
  MachineBench(const Options& options, const std::function<void(std::string_view)>& on_start)
      : options_(options), on_start_(on_start), path_(options.directory + "/annals-bench-machines.db") {}

  absl::StatusOr<std::vector<Figure>> Run() {
    RETURN_IF_ERROR(Machines());
    RETURN_IF_ERROR(OwnMachine());
    RETURN_IF_ERROR(OneLargeRun());
    return std::move(figures_);
  }

 private:
  static constexpr const char* kRun = R"({"command":"create_run","run_id":"r","status":"running"})";

  absl::Status Machines() {
    on_start_("tasks, gates and patches");
    ASSIGN_OR_RETURN(const auto scene, Scene::Create(path_));
    for (const char* const line : {kRun, R"({"command":"create_workstream","run_id":"r","ws_id":"w"})",
                                   R"({"command":"create_worker","worker_id":"k"})",
                                   R"({"command":"transition_worker","worker_id":"k","to":"idle"})"}) {
      RETURN_IF_ERROR(scene->Do(line));
    }
    constexpr uint64_t kCommands = 26'000;  // whole tasks
    std::vector<double> rates;
    for (uint64_t round = 0; round < options_.rounds; ++round) {
      ASSIGN_OR_RETURN(const double seconds,
                       scene->Do(kCommands, [&](uint64_t i) { return TaskLine(round * kCommands + i); }));
      rates.push_back(static_cast<double>(kCommands) / seconds);
    }
    AddTo(figures_, "machines", "commands to tasks, gates and patches, in batches of 1,000", "commands/s",
          Median(rates), 120'000);
    return absl::OkStatus();
  }

  absl::Status OwnMachine() {
    on_start_("a machine of the user's own");
    ASSIGN_OR_RETURN(const auto scene, Scene::Create(path_));
    RETURN_IF_ERROR(scene->Do(kRun));
    RETURN_IF_ERROR(scene->Do(fmt::format(R"({{"command":"define_machine","machine":{}}})", kLaneMachine)));
    const auto microseconds = [&](std::string_view entity_command, uint64_t round) -> absl::StatusOr<double> {
      const auto line = [&](std::string_view verb, uint64_t entity, std::string_view more) {
        return fmt::format(R"({{"command":"{}_{},"{}":"e{}"{}}})", verb, entity_command,
                           entity_command.starts_with("entity") ? "entity_id" : "ws_id", round * kEntities + entity,
                           more);
      };
      RETURN_IF_ERROR(scene->Do(kEntities, [&](uint64_t i) { return line("create", i, ""); }).status());
      constexpr uint64_t kMoves = kEntities * kLane.size();
      ASSIGN_OR_RETURN(const double seconds, scene->Do(kMoves, [&](uint64_t i) {
        return line("transition", i / kLane.size(), fmt::format(R"(,"to":"{}")", kLane[i % kLane.size()]));
      }));
      return seconds * 1e6 / static_cast<double>(kMoves);
    };
    Pairs pairs;
    for (uint64_t round = 0; round < options_.rounds; ++round) {
      ASSIGN_OR_RETURN(const double own, microseconds(R"(entity","machine":"lane")", round));
      ASSIGN_OR_RETURN(const double built_in, microseconds(R"(workstream","run_id":"r")", round));
      pairs.Add(own, built_in);
    }
    figures_.push_back(pairs.ToFigure("own_machine", "a transition of the user's own machine, beside a workstream's",
                                      "us", 1.2, /*less_is_better=*/true));
    return absl::OkStatus();
  }

  absl::Status OneLargeRun() {
    const uint64_t large_size = options_.commands / 2;  // workstreams
    const uint64_t small_size = large_size / 10;
    on_start_(fmt::format("a run of {} workstreams", large_size));
    const auto cost = [&](uint64_t size) -> absl::StatusOr<double> {
      ASSIGN_OR_RETURN(const auto scene, Scene::Create(path_));
      RETURN_IF_ERROR(scene->Do(kRun));
      LargeRun run(size);
      ASSIGN_OR_RETURN(const double seconds, scene->Do(run.commands(), [&](uint64_t i) { return run.Line(i); }));
      return seconds / static_cast<double>(run.commands());
    };
    // The large one takes longer than all else: once.
    std::vector<double> small;
    for (uint64_t round = 0; round < options_.rounds; ++round) {
      ASSIGN_OR_RETURN(small.emplace_back(), cost(small_size));
    }
    ASSIGN_OR_RETURN(const double large, cost(large_size));
    AddTo(figures_, "large_run",
          fmt::format("cost of a command in a run of {} workstreams with {} dependencies, against {} with {}",
                      large_size, large_size * kNeeds, small_size, small_size * kNeeds),
          "times", large / Median(small), 1.5, /*less_is_better=*/true);
    return absl::OkStatus();
  }

  const Options& options_;
  const std::function<void(std::string_view)>& on_start_;
  const std::string path_;
  std::vector<Figure> figures_;
};

}  // namespace

absl::StatusOr<std::vector<Figure>> MeasureMachines(const Options& options,
                                                    const std::function<void(std::string_view)>& on_start) {
  return MachineBench(options, on_start).Run();
}

}  // namespace annals::bench
