#include <array>

#include <fmt/format.h>

#include "bench/groups.h"
#include "bench/scene.h"
#include "schemas/status.h"

namespace annals::bench {
namespace {

constexpr uint64_t kEntities = 4'000;  // per round

// The states and edges of `kLane`, as a machine of the user's own.
constexpr const char* kLaneMachine =
    R"({"name":"lane","initial":"pending","terminals":["done"],"states":[{"name":"pending"},{"name":"ready"},)"
    R"({"name":"editing"},{"name":"static_check"},{"name":"runtime_check"},{"name":"done"}],"edges":[)"
    R"({"from":"pending","to":"ready","trigger":"t1"},{"from":"ready","to":"editing","trigger":"t2"},)"
    R"({"from":"editing","to":"static_check","trigger":"t3"},)"
    R"({"from":"static_check","to":"runtime_check","trigger":"t4"},)"
    R"({"from":"runtime_check","to":"done","trigger":"t5"}]})";

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

class MachineBench {
 public:
  explicit MachineBench(Session& session) : session_(session), options_(session.options()) {}

  Figures Run() {
    if (session_.Wants("machines")) RETURN_IF_ERROR(Machines());
    if (session_.Wants("own_machine")) RETURN_IF_ERROR(OwnMachine());
    return std::move(figures_);
  }

 private:
  absl::Status Machines() {
    session_.on_start()("tasks, gates and patches");
    ASSIGN_OR_RETURN(const auto scene, Scene::Create(session_));
    for (const char* const line : {kSceneRun, R"({"command":"create_workstream","run_id":"r","ws_id":"w"})",
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
    RETURN_IF_ERROR(scene->Do(kSceneRun));
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

  Session& session_;
  const Options& options_;
  std::vector<Figure> figures_;
};

}  // namespace

Figures MeasureMachines(Session& session) {
  return MachineBench(session).Run();
}

}  // namespace annals::bench
