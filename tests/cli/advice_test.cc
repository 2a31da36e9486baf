// What messages advise to run is there to be run.
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/commands.h"

namespace annals {
namespace {

using testing::Contains;
using testing::ElementsAre;

// The names after "run annals", "; annals" and the like in string literals: what a message tells a user to do.
std::vector<std::string> AdvisedIn(const std::string& source) {
  static const std::regex kAdvice(R"re("[^"\n]*(?:run|with|see|and|;) annals ([a-z]+)[^"\n]*")re");
  std::vector<std::string> names;
  for (std::sregex_iterator it(source.begin(), source.end(), kAdvice), end; it != end; ++it) names.push_back((*it)[1]);
  return names;
}

TEST(Advice, IsFound) {
  EXPECT_THAT(AdvisedIn(R"(Error("the log is not whole, run annals verify");)"), ElementsAre("verify"));
  EXPECT_THAT(AdvisedIn(R"(Error("there is none; annals run list shows them");)"), ElementsAre("run"));
  EXPECT_THAT(AdvisedIn(R"(Error("as annals writes it; use a newer annals");)"), ElementsAre());
}

TEST(Advice, NamesCommandsThatExist) {
  std::vector<std::string> advised;
  for (const char* const folder : {"schemas", "eventstore", "projections", "commands", "cli"}) {
    const std::filesystem::path path = std::filesystem::path(ANNALS_SOURCE_DIR) / folder;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
      if (entry.path().extension() != ".cc") continue;
      std::ostringstream text;
      text << std::ifstream(entry.path()).rdbuf();
      for (const std::string& name : AdvisedIn(text.str())) {
        EXPECT_NE(FindCommand(name), nullptr) << entry.path() << " advises annals " << name << ", which is no command";
        advised.push_back(name);
      }
    }
  }
  EXPECT_THAT(advised, Contains("migrate"));
}

}  // namespace
}  // namespace annals
