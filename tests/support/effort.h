// How hard a test with very many cases tries, and by what chance. `./dev test` takes a sample of each; the nightly run
// takes all.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace annals::support {

// ANNALS_TEST_EFFORT=full
inline bool IsFullEffort() {
  const char* const given = std::getenv("ANNALS_TEST_EFFORT");
  return given != nullptr && std::string_view(given) == "full";
}

// Under a sanitizer everything takes several times as long.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kIsSanitized = true;
#else
inline constexpr bool kIsSanitized = false;
#endif

// ANNALS_TEST_SEED=N, else `usual`; printed, so that a failure can be had again.
inline uint64_t SeedOr(uint64_t usual) {
  const char* const given = std::getenv("ANNALS_TEST_SEED");
  const uint64_t seed = given == nullptr ? usual : std::strtoull(given, nullptr, 10);
  fmt::print("seed {} (ANNALS_TEST_SEED)\n", seed);
  return seed;
}

// Says how many cases were tried, as a line that `./dev test` sums up: "tried: 6053 power cuts". None is a failure:
// what tries nothing finds nothing.
inline void Tried(uint64_t count, std::string_view what) {
  fmt::print("tried: {} {}\n", count, what);
  EXPECT_GT(count, 0u) << "no " << what << " were tried";
}

}  // namespace annals::support
