// Builds the parts that the rest is handed, and nothing else.
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "cli/app.h"
#include "cli/exit_code.h"

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  annals::SystemClock clock;
  annals::SystemRandom random;
  annals::Host host{.clock = clock,
                    .random = random,
                    .environment = [](const char* name) -> const char* { return std::getenv(name); },
                    .monotonic = std::chrono::steady_clock::now,
                    .out = std::cout,
                    .err = std::cerr,
                    .out_is_terminal = annals::IsTerminal(STDOUT_FILENO),
                    .err_is_terminal = annals::IsTerminal(STDERR_FILENO),
                    .width = std::nullopt};
  host.width = annals::TerminalWidth(STDOUT_FILENO, host.environment);
  return annals::RunAnnals({argv + 1, argv + argc}, host);
}
