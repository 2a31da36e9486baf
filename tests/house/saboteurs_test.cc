// Every saboteur in the engine stands in the table that ./dev sabotage works through, with a test, and the other way
// round.
#include <filesystem>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "tests/house/repository.h"
#include "tests/house/source_rules.h"

namespace annals::house {
namespace {

constexpr char kTable[] = "tests/sabotage/saboteurs.txt";

TEST(Saboteurs, AreThoseOfTheTableAndEachHasATest) {
  std::set<std::string> in_engine, in_table;
  const std::regex question("IsSabotaged\\(\"([a-z_]+)\"\\)");
  for (const SourceFile& file : ReadRepository(ANNALS_SOURCE_DIR)) {
    if (IsOurCpp(file.path) && !file.path.starts_with("tests/")) {
      std::sregex_iterator match(file.text.begin(), file.text.end(), question);
      for (; match != std::sregex_iterator(); ++match) in_engine.insert((*match)[1]);
    }
    if (file.path != kTable) continue;
    std::istringstream lines(file.text);
    for (std::string line; std::getline(lines, line);) {
      if (line.empty() || line.starts_with('#')) continue;
      std::istringstream words(line);
      std::string saboteur, tests, filter, more;
      words >> saboteur >> tests >> filter;
      EXPECT_FALSE(filter.empty() || words >> more) << "not SABOTEUR TESTS FILTER: " << line;
      EXPECT_TRUE(in_table.insert(saboteur).second) << saboteur << " stands there twice";
      const std::string folder = tests.substr(0, tests.rfind("_tests"));
      EXPECT_TRUE(std::filesystem::is_directory(std::string(ANNALS_SOURCE_DIR) + "/tests/" + folder)) << line;
    }
  }
  EXPECT_EQ(in_engine, in_table);
  EXPECT_GE(in_table.size(), 20u);
}

}  // namespace
}  // namespace annals::house
