#include "eventstore/sqlite/table_sql.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/sqlite/sql_tokens.h"
#include "tests/support/things.h"

namespace annals {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(SqlTokens, AreTheWordsWithoutGapsAndComments) {
  EXPECT_THAT(SqlTokens("a\n\t b -- it's\n/* \"x */c/**/d"), ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(SqlTokens("log.position<>9"), ElementsAre("log", ".", "position", "<", ">", "9"));
  EXPECT_THAT(SqlTokens(" /* unended"), IsEmpty());
}

TEST(SqlTokens, KeepWhatIsQuotedAsItStands) {
  EXPECT_THAT(SqlTokens("'it''s  -- x' \"a \"\"b\"\"\" `c d` [e f]"),
              ElementsAre("'it''s  -- x'", "\"a \"\"b\"\"\"", "`c d`", "[e f]"));
  EXPECT_THAT(SqlTokens("'unended"), ElementsAre("'unended"));
}

struct Case {
  const char* name;
  const char* sql;
  bool may_have_more;
  std::vector<std::string> differences;
};
void PrintTo(const Case& row, std::ostream* out) {
  *out << row.name;
}

class TableSql : public testing::TestWithParam<Case> {};
const Case kCases[] = {
    {"TheSame", "CREATE TABLE things ( id TEXT PRIMARY KEY,age INTEGER NOT NULL,CHECK (age > 0))STRICT", false, {}},
    {"ColumnAddedByAMigration",
     "CREATE TABLE things (id TEXT PRIMARY KEY, age INTEGER NOT NULL DEFAULT 0, CHECK (age > 0)) STRICT",
     false,
     {}},
    {"ColumnOfAnothers",
     "CREATE TABLE things (id TEXT PRIMARY KEY, age INTEGER NOT NULL, \"check\" TEXT, CHECK (age > 0)) STRICT",
     true,
     {}},
    {"ColumnWhereNoneMayBe",
     "CREATE TABLE things (id TEXT PRIMARY KEY, age INTEGER NOT NULL, mine TEXT, CHECK (age > 0)) STRICT",
     false,
     {"has \"mine TEXT\", which annals does not make"}},
    {"ColumnThatNeedsAValue",
     "CREATE TABLE things (id TEXT PRIMARY KEY, age INTEGER NOT NULL, mine TEXT not null, CHECK (age > 0)) STRICT",
     true,
     {"has \"mine TEXT not null\", which keeps rows out"}},
    {"Check",
     "CREATE TABLE things (id TEXT PRIMARY KEY, age INTEGER NOT NULL, CHECK (age > 0), check (id <> '')) STRICT",
     true,
     {"has \"check ( id < > '' )\", which keeps rows out"}},
    {"LostColumn",
     "CREATE TABLE things (id TEXT PRIMARY KEY, CHECK (age > 0)) STRICT",
     true,
     {"lacks \"age INTEGER NOT NULL\" (lost)"}},
    {"LostConstraint",
     "CREATE TABLE things (id TEXT PRIMARY KEY, age INTEGER NOT NULL) STRICT",
     true,
     {"lacks \"CHECK ( age > 0 )\""}},
    {"ChangedColumn",
     "CREATE TABLE things (id TEXT PRIMARY KEY, age INTEGER, CHECK (age > 0)) STRICT",
     true,
     {"has \"INTEGER\" where annals has \"INTEGER NOT NULL\""}},
    {"NoParenthesisOpened",
     "CREATE VIRTUAL TABLE things USING dbstat )",
     true,
     {"has \"CREATE VIRTUAL TABLE things USING dbstat )\" where annals has \"CREATE TABLE things ) STRICT\"",
      "lacks \"id TEXT PRIMARY KEY\" (lost)", "lacks \"age INTEGER NOT NULL\" (lost)", "lacks \"CHECK ( age > 0 )\""}},
    {"NotStrict",
     "CREATE TABLE things (id TEXT PRIMARY KEY, age INTEGER NOT NULL, CHECK (age > 0))",
     true,
     {"has \")\" where annals has \") STRICT\""}},
};
INSTANTIATE_TEST_SUITE_P(Cases, TableSql, testing::ValuesIn(kCases),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_P(TableSql, DiffersAsIsSaid) {
  std::vector<std::string> differences;
  CompareTableSql(
      SqlTokens(GetParam().sql),
      {.made = SqlTokens(support::kThingsSql), .def = &support::Things(), .may_have_more = GetParam().may_have_more},
      [&](const std::string& difference, bool is_lost_column) {
        differences.push_back(difference + (is_lost_column ? " (lost)" : ""));
      });
  EXPECT_EQ(differences, GetParam().differences);
}

}  // namespace
}  // namespace annals
