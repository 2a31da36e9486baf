// Whatever starts a thread has a test that the thread sanitizer runs: threads_tests in tests/CMakeLists.txt.
#include <map>
#include <regex>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/house/repository.h"

namespace annals::house {
namespace {

using testing::HasSubstr;

// A file that starts threads, and the test of that.
const std::map<std::string, std::string> kTests = {
    {"bench/threads.cc", "commands/group_commit_test.cc"},   {"cli/replay_command.cc", "cli/past_commands_test.cc"},
    {"commands/command_stream.h", "commands/apply_test.cc"}, {"commands/verify.cc", "commands/verify_test.cc"},
    {"eventstore/rehash.cc", "integrity/rehash_test.cc"},    {"projections/rebuild.cc", "projections/rebuild_test.cc"}};

TEST(Threads, AreTriedUnderTheThreadSanitizer) {
  const std::regex thread(R"(std::(j?thread\b(?!::)|async\b))");
  std::set<std::string> starting, known;
  std::string list;
  for (const SourceFile& file : ReadRepository(ANNALS_SOURCE_DIR)) {
    if (file.path == "tests/CMakeLists.txt") {
      list = file.text.substr(file.text.find("add_executable(threads_tests"));
      list.resize(list.find(')'));
    }
    const bool is_product =
        !file.path.starts_with("tests/") && (file.path.ends_with(".cc") || file.path.ends_with(".h"));
    if (is_product && std::regex_search(file.text, thread)) starting.insert(file.path);
  }
  for (const auto& [path, test] : kTests) {
    known.insert(path);
    EXPECT_THAT(list, HasSubstr(test)) << "the test of the threads of " << path;
  }
  EXPECT_EQ(starting, known) << "name the test of each in the table above, and in threads_tests";
}

}  // namespace
}  // namespace annals::house
