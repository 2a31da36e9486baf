// What users add to a database is theirs and no fault; what nothing covers is known.
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integrity/scene.h"
#include "tests/integrity/told.h"

namespace annals::integrity {
namespace {

struct Case {
  const char* name;
  const char* sql;
};
void PrintTo(const Case& row, std::ostream* out) {
  *out << row.name;
}

class Addition : public testing::TestWithParam<Case> {};
constexpr Case kAdditions[] = {
    {"Column", "ALTER TABLE runs ADD COLUMN owner TEXT DEFAULT 'me'"},
    {"ColumnOfADoubtfulName", "ALTER TABLE workstreams ADD COLUMN \"my, (own)\" INTEGER"},
    {"ColumnNamedAsAKeptWord", "ALTER TABLE runs ADD COLUMN \"check\" TEXT"},
    {"ColumnWithAComment", "ALTER TABLE runs ADD COLUMN mine TEXT /* it's */"},
    {"ColumnWithAValueAlways", "ALTER TABLE runs ADD COLUMN mine TEXT NOT NULL DEFAULT 'check'"},
    {"Index", "CREATE INDEX mine ON runs (created_at, status)"},
    {"IndexOfSomeRows", "CREATE INDEX mine ON runs (created_at) WHERE ws_total > 0"},
    {"IndexOfAnExpression", "CREATE INDEX mine ON workstreams (upper(ws_id))"},
    {"IndexThatGoesDown", "CREATE INDEX mine ON workstreams (updated_at DESC)"},
    {"IndexWithACollation", "CREATE INDEX mine ON workstreams (ws_id COLLATE nocase)"},
    {"Trigger", "CREATE TRIGGER mine AFTER UPDATE ON runs BEGIN SELECT 1; END"},
    {"TriggerOnATableInOtherLetters", "CREATE TRIGGER mine AFTER UPDATE ON RUNS BEGIN SELECT 1; END"},
    {"TriggerNamedAsATable", "CREATE TRIGGER runs AFTER UPDATE ON runs BEGIN SELECT 1; END"},
    {"View", "CREATE VIEW mine AS SELECT run_id FROM runs"},
    {"Table", "CREATE TABLE mine (a); INSERT INTO mine VALUES (1); CREATE INDEX mine_too ON mine (a)"},
    {"TableKeptByItsLastColumn",
     "CREATE TABLE mine (b TEXT, a TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID; INSERT INTO mine VALUES ('x', 'y')"},
    {"Statistics", "ANALYZE"},
    {"AnotherOrderOfPages", "VACUUM"},
};
INSTANTIATE_TEST_SUITE_P(Cases, Addition, testing::ValuesIn(kAdditions),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_P(Addition, OfAUsersIsNoFaultBeforeAndAfterARebuild) {
  const Scene scene;
  scene.Sql(GetParam().sql);
  for (int rebuilds = 0; rebuilds < 3; ++rebuilds) {
    const Told told = RunOn(scene.path(), {"verify"});
    EXPECT_EQ(told.exit, 0) << rebuilds << " rebuilds\n" << told.out << told.err;
    const Told copied = RunOn(scene.path(), {"backup", fmt::format("{}.{}", scene.path(), rebuilds)});
    EXPECT_EQ(copied.exit, 0) << rebuilds << " rebuilds\n" << copied.out << copied.err;
    scene.FoldAnew();
  }
}

// What annals cannot look at is no reason not to look at the rest.
class IndexOfTheirs : public testing::TestWithParam<Case> {};
constexpr Case kTheirs[] = {{"ByACollation", "a COLLATE theirs"}, {"ByAFunction", "theirs(a)"}};
INSTANTIATE_TEST_SUITE_P(Cases, IndexOfTheirs, testing::ValuesIn(kTheirs),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_P(IndexOfTheirs, ThatOnlyTheirProgramKnowsIsNoFaultAndHidesNone) {
  const Scene scene;
  scene.AlterSchema(fmt::format(
      "CREATE TABLE mine (a); CREATE INDEX mine_too ON mine (a); UPDATE sqlite_schema SET sql = 'CREATE INDEX mine_too "
      "ON mine ({})' WHERE name = 'mine_too'",
      GetParam().sql));
  const Told told = RunOn(scene.path(), {"verify"});
  EXPECT_EQ(told.exit, 0) << told.out << told.err;
  // An index that lacks all rows, by SQL that has them.
  const std::string index = "name LIKE 'workstreams_by_ws_id%'";
  scene.AlterSchema("UPDATE sqlite_schema SET sql = sql || ' WHERE 0' WHERE " + index);
  scene.AlterSchema("REINDEX workstreams; UPDATE sqlite_schema SET sql = replace(sql, ' WHERE 0', '') WHERE " + index);
  const Told damaged = RunOn(scene.path(), {"verify"});
  EXPECT_EQ(damaged.exit, 6);
  EXPECT_THAT(damaged.out, testing::HasSubstr("missing from index workstreams_by_ws_id"));
}

TEST(IndexOfTheLog, ThatLacksARowIsFound) {
  const Scene scene;
  const std::string index = "name = 'log_by_stream'";
  scene.AlterSchema("UPDATE sqlite_schema SET sql = sql || ' WHERE position <> 3' WHERE " + index);
  scene.AlterSchema("REINDEX log; UPDATE sqlite_schema SET sql = replace(sql, ' WHERE position <> 3', '') WHERE " +
                    index);
  const Told damaged = RunOn(scene.path(), {"verify"});
  EXPECT_EQ(damaged.exit, 6);
  EXPECT_THAT(damaged.out, testing::HasSubstr("row 3 missing from index log_by_stream"));
}

// docs/integrity.md lists them. One that is found now is to be taken from there.
class Uncovered : public testing::TestWithParam<Case> {};
constexpr Case kUncovered[] = {
    {"Leases",
     "INSERT INTO leases SELECT 'w9', renewed_at, expires_at FROM leases; DELETE FROM leases WHERE worker_id "
     "<> 'w9'"},
    {"ApplySources", "INSERT INTO apply_sources VALUES ('x', 7, '2026-01-01T00:00:00.000000Z')"},
    {"SaltsOfCommands",
     "UPDATE command_ids SET salt = '00112233445566778899aabbccddeeff' WHERE command_id = 'ready-3'"},
    {"TimeOfAMigration", "UPDATE migrations SET applied_at = '2026-01-01T00:00:00.000000Z'"},
    {"MicrosecondOfBirth", "UPDATE schema_meta SET value = substr(value, 1, 23) || '999Z' WHERE key = 'created_at'"},
    {"Generation", "UPDATE tree_head SET generation = generation + 5"},
    {"NameOfATypeThatNoEventHas", "INSERT INTO event_types (name) VALUES ('ghost')"},
};
INSTANTIATE_TEST_SUITE_P(Cases, Uncovered, testing::ValuesIn(kUncovered),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_P(Uncovered, IsNotFound) {
  const Scene scene;
  scene.Sql(GetParam().sql);
  EXPECT_EQ(RunOn(scene.path(), {"verify"}).exit, 0);
}

}  // namespace
}  // namespace annals::integrity
