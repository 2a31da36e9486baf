#include "tests/integrity/told.h"

#include <sstream>

#include "cli/app.h"

namespace annals::integrity {

Told RunOn(const std::string& path, std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--db", path});
  SimulatedClock clock{Timestamp{1'800'000'000'000'000}};
  SeededRandom random{7};
  std::ostringstream out, err;
  Host host{.clock = clock,
            .random = random,
            .environment = [](const char*) -> const char* { return nullptr; },
            .monotonic = std::chrono::steady_clock::now,
            .out = out,
            .err = err,
            .width = std::nullopt};
  const int exit = RunAnnals(arguments, host);
  return {exit, out.str(), err.str()};
}

}  // namespace annals::integrity
