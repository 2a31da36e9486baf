// A database filled with commands that are told as JSON, one by number.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "bench/measure.h"
#include "bench/session.h"
#include "schemas/json_reader.h"

namespace annals::bench {

// The run that all of it is in, and the states that a workstream goes through when nothing fails.
inline constexpr const char* kSceneRun = R"({"command":"create_run","run_id":"r","status":"running"})";
inline constexpr std::array kLane = {"ready", "editing", "static_check", "runtime_check", "done"};

class Scene {
 public:
  static absl::StatusOr<std::unique_ptr<Scene>> Create(Session& session);

  // Seconds for the commands that `line` tells from 0.
  absl::StatusOr<double> Do(uint64_t count, std::function<std::string(uint64_t)> line);
  absl::Status Do(const std::string& line);

 private:
  Scene() = default;

  CommandReader reader_;
  std::function<std::string(uint64_t)> line_;
  uint64_t next_ = 0;
  std::unique_ptr<SqliteStorage> storage_;
  std::unique_ptr<Filler> filler_;
};

}  // namespace annals::bench
