// The rules for source text, shown to bite on bad samples, then held against the whole repository.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/house/repository.h"
#include "tests/house/source_rules.h"

namespace annals::house {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> Faults(const std::string& path, const std::string& text) {
  const SourceFile file{path, text};
  std::vector<std::string> faults;
  for (const auto& rule : {IncludeOrderFaults, SqliteFaults, LocaleFaults, PragmaOnceFaults}) {
    for (std::string& fault : rule(file)) faults.push_back(std::move(fault));
  }
  return faults;
}

struct FaultCase {
  const char* name;
  const char* path;
  const char* text;
  const char* fault;
};

constexpr FaultCase kFaults[] = {
    {"IncludeToTheRight", "eventstore/log.cc", "\n#include \"commands/engine.h\"\n",
     "eventstore/log.cc:2: eventstore/ may not include \"commands/engine.h\""},
    {"IncludeOfTheFrontEnd", "commands/engine.cc", "#include \"cli/output.h\"\n", "hand it in from cli/"},
    {"IncludeOfTheOtherDoor", "server/http.cc", "#include \"cli/output.h\"\n", "server/ may not include"},
    {"IncludeOfATest", "schemas/json.cc", "#include \"tests/house/repository.h\"\n", "only tests include tests/"},
    {"IncludeOfANeighbourByName", "schemas/json.cc", "#include \"json.h\"\n", "not a path from the root"},
    {"IncludeByDots", "tests/cli/a_test.cc", "#include \"../b.h\"\n", "not a path from the root"},
    {"IncludeIndented", "schemas/json.cc", "#if A\n  #  include \"eventstore/log.h\"\n#endif\n", "schemas/json.cc:2:"},
    {"IncludeOfALibraryInQuotes", "schemas/json.cc", "#include \"fmt/format.h\"\n",
     "write a library's header as <fmt/format.h>"},
    {"FolderWithoutARank", "tools/a.cc", "#include \"schemas/json.h\"\n", "folder tools has no place"},
    {"SqliteCallInProjections", "projections/rows.cc", "  sqlite3_step(statement);\n",
     "projections/rows.cc:1: SQLite's C API"},
    {"SqliteHeaderInCli", "cli/sql.cc", "#include <sqlite3.h>\n", "speak to the storage interface"},
    {"SqliteHandleBesideTheBackend", "eventstore/log.cc", "void F(sqlite3* db);\n", "extend it and every backend"},
    {"LetterOfALocale", "cli/name.cc", "if (std::isalnum(c)) c = Upper(c);\n",
     "cli/name.cc:1: a letter judged by the locale"},
    {"LetterOfALocaleUnqualified", "cli/name.cc", "\nreturn isalpha(c) != 0;\n",
     "cli/name.cc:2: a letter judged by the locale; take absl::ascii_"},
    {"LetterOfALocaleFirstInItsLine", "cli/name.cc", "tolower(c);\n", "a letter judged by the locale"},
    {"LetterOfALocaleFromTheRoot", "cli/name.cc", "c = ::toupper(c);\n", "a letter judged by the locale"},
    {"LetterOfALocaleAsAFunction", "cli/name.cc", "std::transform(a, b, c, ::tolower);\n", "a letter judged by"},
    {"LetterOfALocaleAsAStdFunction", "cli/name.cc", "std::ranges::all_of(text, std::isdigit)\n", "a letter judged by"},
    {"LettersComparedByALocale", "cli/name.cc", "if (strcasecmp(a, b) == 0) {\n", "take absl::EqualsIgnoreCase"},
    {"SomeLettersComparedByALocale", "cli/name.cc", "if (x>strncasecmp(a, b, 3)) {\n", "take absl::EqualsIgnoreCase"},
    {"NumberOfALocale", "cli/name.cc", "double d = strtod(text, &end);\n", "take absl::SimpleAtod"},
    {"SmallNumberOfALocale", "cli/name.cc", "f(strtof(text, &end))\n", "take absl::SimpleAtod"},
    {"LongNumberOfALocale", "cli/name.cc", "f(!strtold(text, &end))\n", "take absl::SimpleAtod"},
    {"NumberOfALocaleInAString", "cli/name.cc", "f(std::stod(text))\n", "take absl::SimpleAtod"},
    {"SmallNumberOfALocaleInAString", "cli/name.cc", "f(stof(text), stof(text))\n", "take absl::SimpleAtod"},
    {"LongNumberOfALocaleInAString", "cli/name.cc", "f{std::stold(text)}\n", "take absl::SimpleAtod"},
    {"HeaderWithoutPragmaOnce", "schemas/a.h", "// A.\nnamespace annals {}\n",
     "schemas/a.h:2: the first line after the comment"},
    {"HeaderWithAnIncludeFirst", "schemas/a.h", "#include <string>\n#pragma once\n", "schemas/a.h:1: the first line"},
    {"HeaderOfCommentsOnly", "schemas/a.h", "// A.\n", "without #pragma once"},
};

class SourceFaultTest : public testing::TestWithParam<FaultCase> {};

TEST_P(SourceFaultTest, IsNamedWithWhatToDo) {
  EXPECT_THAT(Faults(GetParam().path, GetParam().text), ElementsAre(HasSubstr(GetParam().fault)));
}

INSTANTIATE_TEST_SUITE_P(House, SourceFaultTest, testing::ValuesIn(kFaults),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(SourceRules, AcceptWhatIsRight) {
  EXPECT_THAT(
      Faults("schemas/a.h", "// A.\n\n#pragma once\n#include \"schemas/event.capnp.h\"\n#include <sqlite3.h_>\n"),
      IsEmpty());
  EXPECT_THAT(Faults("cli/a.cc", "#include \"cli/a.h\"\n#include \"schemas/b.h\"\n#include \"bench/c.h\"\n"),
              IsEmpty());
  EXPECT_THAT(Faults("cli/a.cc", "// Opens in the sqlite3 shell.\n"), IsEmpty());
  EXPECT_THAT(Faults("eventstore/sqlite/a.cc", "#include <sqlite3.h>\nsqlite3* db;\n"), IsEmpty());
  EXPECT_THAT(Faults("bench/a.cc", "#include \"cli/a.h\"\nsqlite3* db;\n"), IsEmpty());
  EXPECT_THAT(Faults("tests/a_test.cc", "#include \"server/a.h\"\n#include \"tests/b.h\"\n"), IsEmpty());
}

TEST(SourceRules, KnowWhatOnlyLooksLikeAQuestionToTheLocale) {
  for (const char* const text : {
           "absl::ascii_isalpha(c) && ascii_tolower(c)",
           "name.tolower()",
           "name->toupper()",
           "text::isdigit(c)",
           "my_strtod(text)",
           "std::stoi(text) + std::stoull(text)",
           "// A tolower is no call, and stod neither.",
           "bool tolower = isspace;",
           "absl::SimpleAtod(text, &number)",
       }) {
    EXPECT_THAT(Faults("cli/a.cc", text), IsEmpty()) << text;
  }
  EXPECT_THAT(Faults("tests/a_test.cc", "std::tolower(c); strtod(a, b);\n"), IsEmpty());
}

TEST(SourceRules, LeaveTheSpecimensOfTheDemoAlone) {
  EXPECT_TRUE(IsOurCpp("cli/main.cc"));
  EXPECT_FALSE(IsOurCpp("demo/project/parser.cc"));
  EXPECT_FALSE(IsOurCpp("docs/testing.md"));
}

TEST(MachinePaths, AreFoundWhereverTheyStand) {
  // Put together here, so that this file does not break the rule it tests.
  const std::string home = std::string("/ho") + "me/";
  const std::string root = std::string("/ro") + "ot/";
  const auto faults = [](const std::string& text) { return MachinePathFaults({"a.md", text}); };
  EXPECT_THAT(faults("see " + home + "ann/x"), ElementsAre(HasSubstr("a.md:1: a path of one machine; write it from")));
  EXPECT_THAT(faults("ok\npath=" + root + "x\n"), ElementsAre(HasSubstr("a.md:2:")));
  EXPECT_THAT(faults("https://example.org" + home + "\nbuild" + home + "\n$HOME/x\n~/x\n" + home + "a/src/x.c"),
              IsEmpty());
}

class HouseTest : public testing::Test {
 protected:
  static const std::vector<SourceFile>& Repository() {
    static const std::vector<SourceFile> kFiles = ReadRepository(ANNALS_SOURCE_DIR);
    return kFiles;
  }
};

TEST_F(HouseTest, HasFilesToLookAt) {
  EXPECT_GT(
      std::count_if(Repository().begin(), Repository().end(), [](const SourceFile& f) { return IsOurCpp(f.path); }), 5);
}

TEST_F(HouseTest, EveryIncludeGoesLeft) {
  for (const SourceFile& file : Repository()) {
    if (!IsOurCpp(file.path)) continue;
    EXPECT_THAT(IncludeOrderFaults(file), IsEmpty());
  }
}

TEST_F(HouseTest, SqliteStaysInItsBackend) {
  for (const SourceFile& file : Repository()) {
    if (!IsOurCpp(file.path)) continue;
    EXPECT_THAT(SqliteFaults(file), IsEmpty());
  }
}

TEST_F(HouseTest, NobodyAsksTheLocale) {
  for (const SourceFile& file : Repository()) {
    if (!IsOurCpp(file.path)) continue;
    EXPECT_THAT(LocaleFaults(file), IsEmpty());
  }
}

TEST_F(HouseTest, EveryHeaderStartsWithPragmaOnce) {
  for (const SourceFile& file : Repository()) {
    if (!IsOurCpp(file.path)) continue;
    EXPECT_THAT(PragmaOnceFaults(file), IsEmpty());
  }
}

TEST_F(HouseTest, NoFileNamesOneMachine) {
  for (const SourceFile& file : Repository()) EXPECT_THAT(MachinePathFaults(file), IsEmpty());
}

}  // namespace
}  // namespace annals::house
