#include "tests/crash/reference_run.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

#include "tests/support/commands.h"
#include "tests/support/store.h"

namespace annals::crash {

using namespace annals::support;

std::vector<std::string> ReferenceRun(size_t commands) {
  std::vector<std::string> run = {CreateRun("r1", "running"), R"({"command":"create_worker","worker_id":"k"})",
                                  R"({"command":"transition_worker","worker_id":"k","to":"idle"})"};
  for (int i = 0; run.size() < commands; ++i) {
    const std::string ws = fmt::format("w{}", i);
    const auto about = [&](std::string_view more) {
      return fmt::format(fmt::runtime(R"({{"command":)" + std::string(more) + "}}"), i, ws);
    };
    const std::string cycle[] = {
        CreateWorkstream(ws, i > 0 ? std::vector{fmt::format("w{}", i - 1)} : std::vector<std::string>{}),
        MoveWorkstream(ws, "ready"),
        MoveWorkstream(ws, "done"),  // refused
        MoveWorkstream(ws, "editing"),
        about(R"("create_test_gate","run_id":"r1","gate_id":"g{0}","type":"unit")"),
        about(R"("create_task","run_id":"r1","ws_id":"{1}","task_id":"t{0}","validation_gates":["g{0}"])"),
        about(R"("transition_task","run_id":"r1","task_id":"t{0}","to":"queued")"),
        about(R"("transition_task","run_id":"r1","task_id":"t{0}","to":"running","worker_id":"k")"),
        about(R"("transition_task","run_id":"r1","task_id":"t{0}","to":"validating")"),
        about(R"("transition_test_gate","run_id":"r1","gate_id":"g{0}","to":"running")"),
        RecordError(ws, "static", fmt::format("sig-{}", i % 3)),
        With(Note("remark"), fmt::format(R"("payload":{{"text":"{}"}},"sensitive":true)",
                                         std::string(static_cast<size_t>(i % 5) * 700, 'x'))),
        about(R"("transition_test_gate","run_id":"r1","gate_id":"g{0}","to":"passed")"),
        about(R"("transition_task","run_id":"r1","task_id":"t{0}","to":"completed")"),
        RecordStep(ws, "static", "success"),
        MoveWorkstream(ws, "static_check"),
        MoveWorkstream(ws, "runtime_check"),
        MoveWorkstream(ws, "done"),
    };
    run.insert(run.end(), std::begin(cycle), std::end(cycle));
  }
  run.resize(commands);
  for (size_t i = 0; i < run.size(); ++i) run[i] = With(run[i], fmt::format(R"("command_id":"c{}")", i));
  return run;
}

Folder::Folder() : path_(FreshPath("disk") + ".d") {
  Empty();
}
Folder::~Folder() {
  std::filesystem::remove_all(path_);
}
void Folder::Fill(const DiskFiles& files) {
  Empty();
  for (const auto& [name, bytes] : files) {
    std::ofstream(path_ + "/" + name, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
}
void Folder::Empty() {
  std::filesystem::remove_all(path_);
  std::filesystem::create_directories(path_);
}

}  // namespace annals::crash
