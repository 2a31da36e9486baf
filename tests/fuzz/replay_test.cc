// The committed inputs of a fuzz target, without libFuzzer: what once made it fail stays mended. Each target has its
// own LLVMFuzzerTestOneInput, so there is a binary of this file for each; ANNALS_FUZZ_TARGET is its name.
#include <algorithm>
#include <cctype>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace annals {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> Corpus() {
  std::vector<fs::path> files;
  for (const auto& file :
       fs::directory_iterator(fs::path(ANNALS_SOURCE_DIR) / "tests/fuzz/corpus" / ANNALS_FUZZ_TARGET)) {
    files.push_back(file.path());
  }
  std::ranges::sort(files);
  return files;
}

class FuzzReplayTest : public testing::TestWithParam<fs::path> {};

// An input that is not taken well aborts the process.
TEST_P(FuzzReplayTest, IsTakenWithoutACrash) {
  std::ifstream in(GetParam(), std::ios::binary);
  ASSERT_TRUE(in.is_open()) << GetParam();
  const std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()), 0);
}

INSTANTIATE_TEST_SUITE_P(Corpus, FuzzReplayTest, testing::ValuesIn(Corpus()), [](const auto& row) {
  std::string name = row.param.filename().string();
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return std::string(ANNALS_FUZZ_TARGET) + "_" + name;
});

}  // namespace
}  // namespace annals
