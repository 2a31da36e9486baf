// SQLite files of other programs: what is read of them, and that they stay as they were.
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/sqlite/connection.h"
#include "eventstore/sqlite/foreign_database.h"

namespace annals {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ForeignDatabaseTest : public testing::Test {
 protected:
  ForeignDatabaseTest() { Remove(); }
  ~ForeignDatabaseTest() override { Remove(); }
  void Remove() const {
    for (const char* const suffix : {"", "-wal", "-shm", "-journal"}) std::filesystem::remove(path_ + suffix);
  }
  Connection Open(OpenMode mode = OpenMode::kCreate) const { return Connection::Open(path_, mode, 50).value(); }
  std::vector<ForeignTable> Read() const { return ReadForeignDatabase(path_, 50).value(); }
  std::string Bytes() const {
    std::ifstream in(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  bool Exists(const char* suffix) const { return std::filesystem::exists(path_ + suffix); }

  const std::string path_ =
      testing::TempDir() + "/foreign_" + testing::UnitTest::GetInstance()->current_test_info()->name() + ".db";
};

TEST_F(ForeignDatabaseTest, GivesEveryCellOfEveryTableByNameInOrder) {
  ASSERT_TRUE(
      Open()
          .Execute("CREATE TABLE \"t \"\"2\" (a, \"b c\"); CREATE TABLE empty (x INTEGER PRIMARY KEY AUTOINCREMENT);"
                   "INSERT INTO \"t \"\"2\" VALUES (1, NULL), (0.5, 'ü'), (x'00ff', CAST(x'ff' AS TEXT));"
                   "CREATE VIEW v AS SELECT 1")
          .ok());
  const std::vector<ForeignTable> tables = Read();
  ASSERT_EQ(tables.size(), 2U);
  EXPECT_EQ(tables[0].name, "empty");
  EXPECT_EQ(tables[1].name, "t \"2");
  EXPECT_THAT(tables[1].columns, ElementsAre("a", "b c"));
  using Cells = std::vector<ForeignCell>;
  EXPECT_THAT(tables[1].rows, ElementsAre(Cells{int64_t{1}, std::monostate()}, Cells{0.5, "ü"},
                                          Cells{ForeignBytes{std::string("\0\xff", 2)}, ForeignBytes{"\xff"}}));
}

TEST_F(ForeignDatabaseTest, CellsAreJsonFromWhichTheyCanBeHadAgain) {
  const std::pair<ForeignCell, const char*> cases[] = {
      {{}, "null"},          {int64_t{-7}, "-7"},
      {0.1, "0.1"},          {-1.0 / 0.0, R"({"real":"-inf"})"},
      {"a\"b", R"("a\"b")"}, {ForeignBytes{"\x01\xff"}, R"({"hex":"01ff"})"}};
  for (const auto& [cell, json] : cases) {
    JsonWriter out;
    WriteCell(cell, out);
    EXPECT_EQ(out.text(), json);
  }
}

TEST_F(ForeignDatabaseTest, TheDigestIsOfTheContentAlone) {
  ASSERT_TRUE(Open().Execute("CREATE TABLE t (a); INSERT INTO t VALUES (1), (2); CREATE TABLE u (a)").ok());
  const std::string digest = DigestOf(Read());
  const std::string bytes = Bytes();
  ASSERT_TRUE(Open().Execute("PRAGMA journal_mode = WAL; CREATE INDEX i ON t (a); VACUUM").ok());
  EXPECT_NE(Bytes(), bytes);
  EXPECT_EQ(DigestOf(Read()), digest);
  for (const char* const change : {"UPDATE t SET a = '2' WHERE a = 2", "DELETE FROM t WHERE a = 1",
                                   "INSERT INTO u VALUES (NULL)", "ALTER TABLE u RENAME TO w"}) {
    const std::string before = DigestOf(Read());
    ASSERT_TRUE(Open().Execute(change).ok());
    EXPECT_NE(DigestOf(Read()), before) << change;
  }
}

TEST_F(ForeignDatabaseTest, TheFileAndItsWriteAheadLogStayAsTheyWere) {
  {
    const Connection owner = Open();
    ASSERT_TRUE(owner.Execute("PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1)").ok());
    const std::string bytes = Bytes();
    EXPECT_EQ(Read()[0].rows.size(), 1U);  // from the write-ahead log
    EXPECT_EQ(Bytes(), bytes);
    EXPECT_TRUE(Exists("-wal"));
  }
  const std::string bytes = Bytes();
  EXPECT_EQ(Read()[0].rows.size(), 1U);
  EXPECT_EQ(Bytes(), bytes);
  EXPECT_FALSE(Exists("-wal") || Exists("-shm"));
}

TEST_F(ForeignDatabaseTest, KindsAreToldByTheFirstBytes) {
  EXPECT_EQ(FileKindOf(""), FileKind::kOther);
  EXPECT_EQ(FileKindOf("{\"command\":"), FileKind::kOther);
  ASSERT_TRUE(Open().Execute("CREATE TABLE t (a)").ok());
  EXPECT_EQ(FileKindOf(Bytes().substr(0, kFileKindBytes)), FileKind::kForeignSqlite);
  ASSERT_TRUE(Open().Execute("PRAGMA application_id = 0x414e4e4c").ok());
  EXPECT_EQ(FileKindOf(Bytes().substr(0, kFileKindBytes)), FileKind::kAnnals);
}

TEST_F(ForeignDatabaseTest, DamageIsFoundAndNamed) {
  ASSERT_TRUE(Open().Execute("CREATE TABLE t (a); INSERT INTO t VALUES (zeroblob(100000))").ok());
  std::filesystem::resize_file(path_, 8192);
  const absl::Status status = ReadForeignDatabase(path_, 50).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("it is damaged"));
}

}  // namespace
}  // namespace annals
