#include "bench/process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstring>

#include <fmt/format.h>

#include "bench/measure.h"
#include "schemas/status.h"

namespace annals::bench {

absl::StatusOr<ProcessCost> RunQuietly(const std::vector<std::string>& arguments) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  const auto start = std::chrono::steady_clock::now();
  pid_t pid = 0;
  const int error = posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return absl::InternalError(fmt::format("run {}: {}", arguments[0], std::strerror(error)));
  int state = 0;
  rusage usage{};
  while (wait4(pid, &state, 0, &usage) < 0 && errno == EINTR) {
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (!WIFEXITED(state) || WEXITSTATUS(state) != 0) {
    return absl::InternalError(
        fmt::format("run {} {}: it did not exit with 0", arguments[0], arguments.size() > 3 ? arguments[3] : ""));
  }
  return ProcessCost{.seconds = seconds, .peak_bytes = static_cast<uint64_t>(usage.ru_maxrss) * 1024};
}

absl::StatusOr<double> MillisecondsPerRun(const std::vector<std::string>& arguments) {
  constexpr int kRuns = 40;
  std::vector<double> times;
  for (int i = 0; i < kRuns; ++i) {
    ASSIGN_OR_RETURN(const ProcessCost cost, RunQuietly(arguments));
    times.push_back(cost.seconds * 1000);
  }
  return Median(times);
}

}  // namespace annals::bench
