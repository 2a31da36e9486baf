#include <algorithm>
#include <array>
#include <random>
#include <set>

#include <absl/functional/function_ref.h>
#include <fmt/format.h>

#include "bench/groups.h"
#include "bench/measure.h"
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
  static absl::StatusOr<std::unique_ptr<Scene>> Create(Session& session) {
    auto scene = std::unique_ptr<Scene>(new Scene());
    ASSIGN_OR_RETURN(scene->storage_, session.Open(session.Fresh("machines.db")));
    scene->filler_ = std::make_unique<Filler>(*scene->storage_, [raw = scene.get()](schema::Command::Builder command) {
      CHECK(raw->reader_.Read(raw->line_(raw->next_++), command).ok());
    });
    return scene;
  }

  // Seconds for the commands that `line` tells from 0.
  absl::StatusOr<double> Do(uint64_t count, std::function<std::string(uint64_t)> line) {
    line_ = std::move(line);
    next_ = 0;
    return filler_->SecondsForAll(count);
  }
  absl::Status Do(const std::string& line) {
    return Do(1, [&](uint64_t) { return line; }).status();
  }

 private:
  Scene() = default;

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
  explicit MachineBench(Session& session) : session_(session), options_(session.options()) {}

  Figures Run() {
    if (session_.Wants("machines")) RETURN_IF_ERROR(Machines());
    if (session_.Wants("own_machine")) RETURN_IF_ERROR(OwnMachine());
    if (session_.Wants("large_run")) RETURN_IF_ERROR(OneLargeRun());
    return std::move(figures_);
  }

 private:
  static constexpr const char* kRun = R"({"command":"create_run","run_id":"r","status":"running"})";

  absl::Status Machines() {
    session_.on_start()("tasks, gates and patches");
    ASSIGN_OR_RETURN(const auto scene, Scene::Create(session_));
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
    AddTo(figures_, "machines", "tasks, gates and patches", "commands/s", Median(rates), 120'000);
    return absl::OkStatus();
  }

  absl::Status OwnMachine() {
    session_.on_start()("a machine of the user's own");
    ASSIGN_OR_RETURN(const auto scene, Scene::Create(session_));
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
    figures_.push_back(pairs.ToFigure("own_machine", "a move in a user's machine", "us", 1.2, /*less_is_better=*/true));
    return absl::OkStatus();
  }

  absl::Status OneLargeRun() {
    const uint64_t large_size = options_.commands / 2;  // workstreams
    const uint64_t small_size = large_size / 10;
    session_.on_start()(fmt::format("a run of {} workstreams", large_size));
    const auto cost = [&](uint64_t size) -> absl::StatusOr<double> {
      ASSIGN_OR_RETURN(const auto scene, Scene::Create(session_));
      RETURN_IF_ERROR(scene->Do(kRun));
      LargeRun run(size);
      ASSIGN_OR_RETURN(const double seconds, scene->Do(run.commands(), [&](uint64_t i) { return run.Line(i); }));
      return seconds * 1e6 / static_cast<double>(run.commands());
    };
    // The large one takes longer than all else: once.
    ASSIGN_OR_RETURN(const double large, cost(large_size));
    Pairs pairs;
    for (uint64_t round = 0; round < options_.rounds; ++round) {
      ASSIGN_OR_RETURN(const double small, cost(small_size));
      pairs.Add(large, small);
    }
    figures_.push_back(pairs.ToFigure("large_run", "a command in a large run", "us", 1.5,
                                      /*less_is_better=*/true));
    return absl::OkStatus();
  }

  Session& session_;
  const Options& options_;
  std::vector<Figure> figures_;
};

}  // namespace

Figures MeasureMachines(Session& session) {
  return MachineBench(session).Run();
}

}  // namespace annals::bench
