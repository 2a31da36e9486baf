// How hard a test with very many cases tries, and by what chance. `./dev test` takes a sample of each; the nightly run
// takes all.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

namespace annals::support {

// ANNALS_TEST_EFFORT=full
inline bool IsFullEffort() {
  const char* const given = std::getenv("ANNALS_TEST_EFFORT");
  return given != nullptr && std::string_view(given) == "full";
}

// ANNALS_TEST_SEED=N, else `usual`; printed, so that a failure can be had again.
inline uint64_t SeedOr(uint64_t usual) {
  const char* const given = std::getenv("ANNALS_TEST_SEED");
  const uint64_t seed = given == nullptr ? usual : std::strtoull(given, nullptr, 10);
  fmt::print("seed {} (ANNALS_TEST_SEED)\n", seed);
  return seed;
}

}  // namespace annals::support
