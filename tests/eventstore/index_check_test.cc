#include "eventstore/sqlite/index_check.h"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/sqlite/file_check.h"
#include "tests/support/must.h"

namespace annals {
namespace {

using support::Must;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Eq;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kRows = "INSERT INTO t VALUES (1, 'a', 7), (2, 'b', 8), (3, 'c', 9), (4, 'c', NULL);";

// Makes the table and its index as `sql` says, with rows.
Connection With(const std::string& sql) {
  Connection connection = Must(Connection::OpenInMemory());
  Must(connection.Execute(sql + ";" + kRows));
  return connection;
}

void AlterSchema(const Connection& connection, const std::string& sql) {
  Must(connection.Execute("PRAGMA writable_schema = ON; " + sql + "; PRAGMA writable_schema = RESET;"));
}

std::vector<std::string> RowsOf(const Connection& connection, const std::string& sql) {
  std::vector<std::string> rows;
  Statement statement = Must(connection.Prepare(sql));
  while (Must(statement.Step())) rows.push_back("SQLite: " + std::string(statement.Text(0)));
  return rows;
}

std::vector<std::string> FindingsIn(const Connection& connection) {
  std::vector<std::string> findings;
  Must(FindDamagedPagesOf(connection, {}, [&](std::string finding) { findings.push_back(std::move(finding)); }));
  return findings;
}

struct Case {
  const char* name;
  const char* tables;
  const char* unseen = "";  // what is done to the rows without the index
  // Else what the schema says instead, so that it is not what the pages hold.
  const char* from = "";
  const char* to = "";
};
void PrintTo(const Case& row, std::ostream* out) {
  *out << row.name;
}

constexpr const char* kTable = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER) STRICT;";
constexpr const char* kIndexed =
    "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER) STRICT; CREATE INDEX i ON t (a, b)";
constexpr const char* kKeyed =
    "CREATE TABLE t (id INTEGER, a TEXT, b INTEGER, PRIMARY KEY (id)) WITHOUT ROWID, STRICT; CREATE INDEX i ON t (b, "
    "a)";

class DamagedIndex : public testing::TestWithParam<Case> {};
const Case kDamaged[] = {
    {"LacksARow", kIndexed, "INSERT INTO t VALUES (5, 'd', 1)"},
    {"HasARowThatIsGone", kIndexed, "DELETE FROM t WHERE id = 2"},
    {"HasAnotherText", kIndexed, "UPDATE t SET a = 'bb' WHERE id = 2"},
    {"HasAnotherNumber", kIndexed, "UPDATE t SET b = 70 WHERE id = 1"},
    {"HasANullForANumber", kIndexed, "UPDATE t SET b = NULL WHERE id = 1"},
    {"HasTheValuesOfTwoRowsExchanged", kIndexed, "UPDATE t SET a = CASE a WHEN 'a' THEN 'b' ELSE 'a' END WHERE id < 3"},
    {"LacksARowOfATableKeptByItsKey", kKeyed, "INSERT INTO t VALUES (5, 'd', 1)"},
    {"HasAnotherNumberThanATableKeptByItsKey", kKeyed, "UPDATE t SET b = 70 WHERE id = 1"},
    {"GoesDown", "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER) STRICT; CREATE INDEX i ON t (a DESC, b)",
     "", " DESC"},
    {"GoesDownInItsSecondColumn",
     "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER) STRICT; CREATE INDEX i ON t (a, b DESC)", "", " DESC"},
    {"IsATableWhoseKeyGoesDown",
     "CREATE TABLE t (id INTEGER, a TEXT, b INTEGER, PRIMARY KEY (id DESC)) WITHOUT ROWID, STRICT", "", " DESC"},
    {"HasTwiceWhatIsUnique",
     "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER) STRICT; CREATE INDEX i ON t (a)", "", "CREATE INDEX",
     "CREATE UNIQUE INDEX"},
    // SQLite reads a row's id from the end of an entry, whatever stands in it.
    {"IsOfTheRowsIdByItsName",
     "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER) STRICT; CREATE INDEX i ON t (a)", "", "ON t (a)",
     "ON t (id)"},
    // Generated columns count, but are not shown everywhere.
    {"HasAnotherRealNumberBehindAGeneratedColumn",
     "CREATE TABLE t (g TEXT AS ('x'), r REAL, a TEXT, b INTEGER) STRICT; CREATE INDEX i ON t (r)",
     "UPDATE t SET r = 1.0000000000000002 WHERE a = 'a'"},
    {"HasTheNumbersOfTwoRowsExchangedBesideAGeneratedRowid",
     "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, rowid TEXT AS ('x')) STRICT; CREATE INDEX i ON t (b)",
     "UPDATE t SET b = CASE b WHEN 7 THEN 8 ELSE 7 END WHERE id < 3"},
    {"HasALongTextThatEndsOtherwise",
     "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER) STRICT; CREATE INDEX i ON t (a); "
     "INSERT INTO t VALUES (9, '0123456789012345678901234567890123456789', 1)",
     "UPDATE t SET a = substr(a, 1, 39) || 'x' WHERE id = 9"},
    {"HasATextThatGoesOnBehindANul",
     "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER) STRICT; CREATE INDEX i ON t (a); "
     "INSERT INTO t VALUES (9, 'a' || char(0) || 'b', 1)",
     "UPDATE t SET a = 'a' || char(0) || 'c' WHERE id = 9"},
};
INSTANTIATE_TEST_SUITE_P(All, DamagedIndex, testing::ValuesIn(kDamaged),
                         [](const auto& row) { return std::string(row.param.name); });

TEST_P(DamagedIndex, IsFoundAndToldAsSqliteTellsIt) {
  const Case& row = GetParam();
  const Connection connection = With(row.tables);
  EXPECT_THAT(FindingsIn(connection), IsEmpty());
  if (*row.unseen != '\0') {
    AlterSchema(connection,
                "CREATE TEMP TABLE kept AS SELECT * FROM sqlite_schema WHERE name = 'i'; "
                "DELETE FROM sqlite_schema WHERE name = 'i'");
    Must(connection.Execute(row.unseen));
    AlterSchema(connection, "INSERT INTO sqlite_schema SELECT * FROM kept");
  } else {
    AlterSchema(connection, std::string("UPDATE sqlite_schema SET sql = replace(sql, '") + row.from + "', '" + row.to +
                                "') WHERE sql LIKE '%" + row.from + "%'");
  }
  EXPECT_THAT(Must(FindDoubtfulTables(connection, {})), ElementsAre("t"));
  EXPECT_THAT(FindingsIn(connection), AllOf(Not(IsEmpty()), Eq(RowsOf(connection, "PRAGMA integrity_check(t)"))));
}

struct SoundCase {
  const char* name;
  std::string tables;
  bool is_doubtful = false;
};
void PrintTo(const SoundCase& row, std::ostream* out) {
  *out << row.name;
}
// An index of 126 columns.
std::string Wide() {
  std::string columns, names;
  for (int i = 0; i < 126; ++i) {
    columns += fmt::format("{}c{} TEXT", i == 0 ? "" : ", ", i);
    names += fmt::format("{}c{}", i == 0 ? "" : ", ", i);
  }
  return fmt::format("{} CREATE TABLE u ({}) STRICT; CREATE INDEX i ON u ({}); INSERT INTO u DEFAULT VALUES", kTable,
                     columns, names);
}

class SoundIndex : public testing::TestWithParam<SoundCase> {};
const SoundCase kSound[] = {
    {"Plain", kIndexed},
    {"OfATableKeptByItsKey", kKeyed},
    {"UniqueWithNulls", std::string(kTable) + "CREATE UNIQUE INDEX i ON t (b); INSERT INTO t VALUES (9, 'z', NULL)"},
    {"OfAConstraint", "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER UNIQUE) STRICT"},
    {"OfNamesThatNeedQuotes", std::string(kTable) + "CREATE TABLE \"my \"\"t\" (\"my \"\"a\" TEXT) STRICT; "
                                                    "CREATE INDEX \"my \"\"i\" ON \"my \"\"t\" (\"my \"\"a\"); "
                                                    "INSERT INTO \"my \"\"t\" VALUES ('x'), ('y'), ('')"},
    {"OfBytes", std::string(kTable) + "CREATE TABLE u (c BLOB) STRICT; CREATE INDEX i ON u (c); "
                                      "INSERT INTO u VALUES (x''), (x'00ff'), (x'00'), (NULL)"},
    {"OfATableWithoutRows", std::string(kTable) + "CREATE TABLE u (a TEXT UNIQUE, b INTEGER) STRICT"},
    // SQLite's quick check takes it for damaged.
    {"OfATableKeptByItsLastColumn",
     std::string(kTable) +
         "CREATE TABLE u (b TEXT, a TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID, STRICT; INSERT INTO u VALUES ('x', 'y')"},
    {"OfMoreColumnsThanAFunctionTakes", Wide(), true},
    {"OfACondition", std::string(kTable) + "CREATE INDEX i ON t (a) WHERE b > 7", true},
    {"OfAnExpression", std::string(kTable) + "CREATE INDEX i ON t (upper(a))", true},
    {"WithACollation", std::string(kTable) + "CREATE INDEX i ON t (a COLLATE nocase)", true},
    {"Descending", std::string(kTable) + "CREATE INDEX i ON t (a DESC)", true},
    {"OfRealNumbers", "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b REAL) STRICT; CREATE INDEX i ON t (b)", true},
    {"OfATableThatIsNotStrict", "CREATE TABLE t (id INTEGER PRIMARY KEY, a, b); CREATE INDEX i ON t (b)", true},
    {"OfATableWithAColumnRowid",
     "CREATE TABLE t (id INTEGER PRIMARY KEY, rowid TEXT, b INTEGER) STRICT; "
     "CREATE INDEX i ON t (b)",
     true},
};
INSTANTIATE_TEST_SUITE_P(All, SoundIndex, testing::ValuesIn(kSound),
                         [](const auto& row) { return std::string(row.param.name); });

TEST_P(SoundIndex, IsNoFinding) {
  const Connection connection = With(GetParam().tables);
  EXPECT_THAT(Must(FindDoubtfulTables(connection, {})).size(), GetParam().is_doubtful ? 1 : 0);
  EXPECT_THAT(FindingsIn(connection), IsEmpty());
}

TEST(IndexCheck, LeavesTheTablesOfAFullTextSearchToSqlite) {
  const Connection connection = Must(Connection::OpenInMemory());
  Must(connection.Execute("CREATE VIRTUAL TABLE f USING fts4 (a); INSERT INTO f VALUES ('word')"));
  EXPECT_THAT(Must(FindDoubtfulTables(connection, {})), Contains("f_segdir"));
  EXPECT_THAT(FindingsIn(connection), IsEmpty());
}

TEST(IndexOfTheLog, IsSetBesideWhatAWalkHasMet) {
  const Connection connection = Must(Connection::OpenInMemory());
  Must(
      connection.Execute("CREATE TABLE log (position INTEGER PRIMARY KEY, stream INTEGER, version INTEGER) STRICT; "
                         "CREATE UNIQUE INDEX log_by_stream ON log (stream, version); "
                         "INSERT INTO log VALUES (1, 1, 1), (2, 2, 1), (3, 1, 2)"));
  const uint64_t met = HashOfEntry({1, 1, 1}) + HashOfEntry({1, 2, 3}) + HashOfEntry({2, 1, 2});
  EXPECT_THAT(Must(FindDoubtfulTables(connection, met)), IsEmpty());
  EXPECT_THAT(Must(FindDoubtfulTables(connection, met - HashOfEntry({2, 1, 2}))), ElementsAre("log"));
  EXPECT_THAT(Must(FindDoubtfulTables(connection, {})), IsEmpty());
}

}  // namespace
}  // namespace annals
