// Every saboteur in the engine stands in the table that ./dev sabotage works through, with a test that there is, and
// the other way round.
#include <fnmatch.h>

#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/house/repository.h"
#include "tests/house/source_rules.h"

namespace annals::house {
namespace {

constexpr char kTable[] = "tests/sabotage/saboteurs.txt";

// The tests that the sources under `folder` have, as googletest names them. Of one that has parameters, once for each
// of its instantiations and without the parameter: "Backends/EngineTest.ConflictOfVersionsLeavesNothing/".
std::set<std::string> TestsIn(const std::vector<SourceFile>& files, const std::string& folder) {
  static const std::regex kTest(R"(\b(TEST|TEST_F|TEST_P)\(\s*(\w+),\s*(\w+)\s*\))");
  static const std::regex kInstance(R"(\bINSTANTIATE_TEST_SUITE_P\(\s*(\w+),\s*(\w+),)");
  std::set<std::string> tests;
  std::multimap<std::string, std::string> with_parameters, prefixes;  // by suite
  for (const SourceFile& file : files) {
    if (!IsOurCpp(file.path) || !file.path.starts_with(folder + "/")) continue;
    for (std::sregex_iterator at(file.text.begin(), file.text.end(), kTest), end; at != end; ++at) {
      const std::string suite = (*at)[2], name = (*at)[3];
      if ((*at)[1] == "TEST_P") {
        with_parameters.emplace(suite, name);
      } else {
        tests.insert(suite + "." + name);
      }
    }
    for (std::sregex_iterator at(file.text.begin(), file.text.end(), kInstance), end; at != end; ++at) {
      prefixes.emplace((*at)[2], (*at)[1]);
    }
  }
  for (const auto& [suite, name] : with_parameters) {
    const auto [first, last] = prefixes.equal_range(suite);
    for (auto at = first; at != last; ++at) tests.insert(at->second + "/" + suite + "." + name + "/");
  }
  return tests;
}

// Whether the filter finds one of them, whatever parameter it asks for: those are known when the tests run.
bool FindsOneOf(const std::set<std::string>& tests, const std::string& filter) {
  const size_t parameter = filter.find('/', filter.find('.'));
  const std::string name = filter.substr(0, parameter == std::string::npos ? parameter : parameter + 1);
  return std::ranges::any_of(tests,
                             [&](const std::string& test) { return fnmatch(name.c_str(), test.c_str(), 0) == 0; });
}

TEST(Saboteurs, AreThoseOfTheTableAndEachHasATest) {
  std::set<std::string> in_engine, in_table;
  const std::regex question("IsSabotaged\\(\"([a-z_]+)\"\\)");
  const std::vector<SourceFile> files = ReadRepository(ANNALS_SOURCE_DIR);
  std::map<std::string, std::set<std::string>> tests_in;  // by folder
  for (const SourceFile& file : files) {
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
      const std::string folder = "tests/" + tests.substr(0, tests.rfind("_tests"));
      if (!tests_in.contains(folder)) tests_in[folder] = TestsIn(files, folder);
      EXPECT_TRUE(FindsOneOf(tests_in[folder], filter)) << folder << " has no such test: " << line;
    }
  }
  EXPECT_EQ(in_engine, in_table);
  EXPECT_GE(in_table.size(), 20u);
}

// Put together here, so that these are no tests of this folder.
const std::string kMacro = "TEST";
const std::vector<SourceFile> kSources = {
    {"tests/a/one_test.cc", kMacro + "(Log, Grows) {\n}\n" + kMacro + "_F(Log,\n       Ends) {\n}\n"},
    {"tests/a/two_test.cc", kMacro + "_P(Store, Keeps) {\n}\n" + kMacro + "_P(Lost, Waits) {\n}\n"},
    {"tests/a/two.h", "INSTANTIATE_" + kMacro + "_SUITE_P(All, Store,\n  testing::Values(1));\n"},
    {"tests/ab/three_test.cc", kMacro + "(Other, Folder) {\n}\n"},
};

TEST(SaboteursTests, AreReadFromTheSourcesOfTheirFolder) {
  EXPECT_THAT(TestsIn(kSources, "tests/a"), testing::ElementsAre("All/Store.Keeps/", "Log.Ends", "Log.Grows"));
}

struct FilterCase {
  const char* name;
  const char* filter;
  bool finds;
};

constexpr FilterCase kFilters[] = {
    {"Plain", "Log.Grows", true},
    {"Fixture", "Log.Ends", true},
    {"WithAParameter", "All/Store.Keeps/Two", true},
    {"WithAnyParameter", "All/Store.Keeps/*", true},
    {"BeginningOfAName", "All/Store.Ke*", true},
    {"AnyInstantiation", "*/Store.Keeps/*", true},
    {"WholeSuite", "Log.*", true},
    {"RenamedTest", "Log.Grew", false},
    {"RenamedSuite", "Logs.Grows", false},
    {"NameThatOnlyBeginsSo", "Log.Gro", false},
    {"NoInstantiationOfThatName", "Some/Store.Keeps/*", false},
    {"NeverInstantiated", "All/Lost.Waits/*", false},
    {"HasParametersNow", "Store.Keeps", false},
    {"HasNoParametersAnyMore", "All/Log.Grows/*", false},
    {"OfAnotherFolder", "Other.Folder", false},
};

class FilterTest : public testing::TestWithParam<FilterCase> {};

TEST_P(FilterTest, FindsATestByItsNameOnly) {
  EXPECT_EQ(FindsOneOf(TestsIn(kSources, "tests/a"), GetParam().filter), GetParam().finds);
}

INSTANTIATE_TEST_SUITE_P(Saboteurs, FilterTest, testing::ValuesIn(kFilters),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace annals::house
