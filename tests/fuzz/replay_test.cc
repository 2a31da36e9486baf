// The committed inputs of a fuzz target, without libFuzzer: what once made it fail stays mended. Each target has its
// own LLVMFuzzerTestOneInput, so there is a binary of this file for each; ANNALS_FUZZ_TARGET is its name.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/effort.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace annals {
namespace {

namespace fs = std::filesystem;

TEST(FuzzReplay, TakesEveryCommittedInput) {
  std::set<fs::path> files;
  for (const auto& file :
       fs::directory_iterator(fs::path(ANNALS_SOURCE_DIR) / "tests/fuzz/corpus" / ANNALS_FUZZ_TARGET)) {
    files.insert(file.path());
  }
  for (const fs::path& file : files) {
    // An input that is not taken well aborts the process: the last line names it.
    fmt::print("{}\n", file.filename().string());
    std::fflush(stdout);
    std::ifstream in(file, std::ios::binary);
    ASSERT_TRUE(in.is_open()) << file;
    const std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
    EXPECT_EQ(LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()), 0);
  }
  support::Tried(files.size(), "committed fuzz inputs");
}

}  // namespace
}  // namespace annals
