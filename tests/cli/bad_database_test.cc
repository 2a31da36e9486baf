// SPEC §9: a database that is damaged, foreign, locked, missing or out of reach, and a disk that is full: one message,
// the right exit code, and what is there is left as it is.
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/sqlite/sqlite_storage.h"
#include "tests/cli/annals_process.h"

namespace annals {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using testing_process::AnnalsSandbox;
using testing_process::ProcessResult;
using testing_process::RunProcess;
using testing_process::TemporaryFolder;

namespace fs = std::filesystem;

std::string BytesIn(const std::string& file) {
  std::ostringstream out;
  out << std::ifstream(file, std::ios::binary).rdbuf();
  return out.str();
}

struct BadFileCase {
  std::string name;
  std::function<void(AnnalsSandbox&)> spoil;
  int exit;
  std::string message;
};

void Overwrite(const std::string& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

void Execute(const std::string& file, const std::string& sql) {
  const auto connection = Connection::Open(file, OpenMode::kCreate, 0);
  ASSERT_TRUE(connection.ok()) << connection.status();
  const absl::Status status = connection->Execute(sql);
  ASSERT_TRUE(status.ok()) << status;
}

std::vector<BadFileCase> FileCases() {
  return {
      {"NoDatabaseAtAll", [](AnnalsSandbox& s) { Overwrite(s.db(), "This is a letter, " + std::string(5000, 'x')); }, 1,
       "it is not an Annals database"},
      {"DatabaseOfAnotherProgram",
       [](AnnalsSandbox& s) {
         fs::remove(s.db());
         Execute(s.db(), "CREATE TABLE songs (name TEXT);");
       },
       1, "belongs to another program"},
      {"NewerSchema", [](AnnalsSandbox& s) { Execute(s.db(), "PRAGMA user_version = 99;"); }, 1,
       "it has schema version 99"},
      {"TruncatedFile", [](AnnalsSandbox& s) { fs::resize_file(s.db(), fs::file_size(s.db()) / 2); }, 6, "is damaged"},
      {"AFolder",
       [](AnnalsSandbox& s) {
         fs::remove(s.db());
         fs::create_directory(s.db());
       },
       1, "is not a regular file"},
  };
}

class BadFileTest : public testing::TestWithParam<BadFileCase> {};

TEST_P(BadFileTest, IsRefusedForReadingAndWritingAndLeftAsItIs) {
  AnnalsSandbox sandbox;
  sandbox.Fill();
  GetParam().spoil(sandbox);
  const std::string before = BytesIn(sandbox.db());
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"run", "list"}, {"run", "create", "n"}, {"ws", "show", "a"}, {"init"}, {"log"}}) {
    const ProcessResult result = sandbox.Run(arguments);
    EXPECT_EQ(result.exit, GetParam().exit) << arguments.front() << ": " << result.err;
    EXPECT_THAT(result.err, HasSubstr(GetParam().message)) << arguments.front();
    EXPECT_THAT(result.err, ContainsRegex("(open|read|use) the database " + sandbox.db() + ": ")) << arguments.front();
    EXPECT_THAT(result.err, Not(ContainsRegex("PRAGMA|SELECT"))) << arguments.front();
    EXPECT_EQ(result.out, "") << arguments.front();
  }
  EXPECT_EQ(BytesIn(sandbox.db()), before);
}

INSTANTIATE_TEST_SUITE_P(Spec9, BadFileTest, testing::ValuesIn(FileCases()),
                         [](const auto& test) { return test.param.name; });

// Files that another program damaged but that are still read as a database.
struct DamageCase {
  std::string name;
  std::string sql;
  std::string message;
  bool migrate_mends;
};

TEST(DamagedBundle, IsOneFaultWithWhatToDo) {
  AnnalsSandbox sandbox;
  sandbox.Fill();
  sandbox.Out({"export", "--run", "r1", "--bundle", "b"});
  Execute(sandbox.folder().File("b"), "ALTER TABLE streams RENAME COLUMN name TO nam");
  const ProcessResult result = sandbox.Run({"verify", "--db", "b"});
  EXPECT_EQ(result.exit, 6) << result.err;
  EXPECT_THAT(result.out, StartsWith("file: the tables of the bundle are not as annals makes them; export it anew from "
                                     "its log\nunreadable: "));
}

class DamagedTablesTest : public testing::TestWithParam<DamageCase> {};

TEST_P(DamagedTablesTest, AreSaidWithWhatToDo) {
  AnnalsSandbox sandbox;
  sandbox.Fill();
  Execute(sandbox.db(), GetParam().sql);
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"run", "show", "r1"}, {"run", "transition", "r1", "paused"}}) {
    const ProcessResult result = sandbox.Run(arguments);
    EXPECT_EQ(result.exit, 1) << result.err;
    EXPECT_THAT(result.err, HasSubstr(": use the database " + sandbox.db() + ": " + GetParam().message +
                                      "; annals verify names what is missing; annals migrate adds what held no "
                                      "events, a backup has the rest"));
  }
  if (!GetParam().migrate_mends) return;
  sandbox.Out({"migrate"});
  EXPECT_THAT(sandbox.Out({"run", "show", "r1"}), HasSubstr("running"));
}

INSTANTIATE_TEST_SUITE_P(Spec9, DamagedTablesTest,
                         testing::Values(DamageCase{"ColumnOfATable", "ALTER TABLE runs DROP COLUMN ws_total",
                                                    "no such column: ws_total", true},
                                         DamageCase{"Table", "DROP TABLE runs", "no such table: runs", true},
                                         DamageCase{"TableOfTheLog", "DROP TABLE streams", "no such table: streams",
                                                    false}),
                         [](const auto& test) { return test.param.name; });

TEST(MissingDatabase, IsNotFoundForReadersAndNotMade) {
  AnnalsSandbox sandbox;
  const ProcessResult result = sandbox.Run({"run", "list"});
  EXPECT_EQ(result.exit, 4);
  EXPECT_THAT(result.err, HasSubstr("make it with annals init"));
  EXPECT_FALSE(fs::exists(sandbox.db()));
}

TEST(MissingDatabase, IsNotMadeByADryRun) {
  AnnalsSandbox sandbox;
  EXPECT_THAT(sandbox.Out({"run", "create", "r1", "--dry-run"}), HasSubstr("run_created"));
  EXPECT_EQ(sandbox.Run({"run", "transition", "r1", "running", "--dry-run"}).exit, 4);
  EXPECT_FALSE(fs::exists(sandbox.db()));
}

TEST(MissingDatabase, IsMadeByAWriterWithItsFoldersForTheOwnerAlone) {
  TemporaryFolder folder;
  const std::string db = folder.File("a/b/c.db");
  EXPECT_EQ(RunProcess({.arguments = {"run", "create", "r1", "--db", db}, .directory = folder.path()}).exit, 0);
  EXPECT_EQ(fs::status(db).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

// ---- a machine that does not play along

constexpr uid_t kNobody = 65534;

// Runs as somebody to whom permissions apply: root may do anything, so it becomes nobody first.
ProcessResult RunAsNobody(AnnalsSandbox& sandbox, const std::vector<std::string>& arguments,
                          std::map<std::string, std::string> environment = {}) {
  const bool root = getuid() == 0;
  environment["PIPELINE_DB_PATH"] = sandbox.db();
  return RunProcess(
      {.arguments = arguments, .environment = environment, .directory = sandbox.folder().path(), .in_child = [root] {
         if (root && (setgid(kNobody) != 0 || setuid(kNobody) != 0)) _exit(122);
       }});
}

ProcessResult RunWithoutWriteAccess(AnnalsSandbox& sandbox, const std::vector<std::string>& arguments) {
  fs::permissions(sandbox.folder().path(), fs::perms(0555));
  const ProcessResult result = RunAsNobody(sandbox, arguments);
  fs::permissions(sandbox.folder().path(), fs::perms(0755));
  return result;
}

TEST(ReadOnlyFolder, TakesNoNewDatabase) {
  AnnalsSandbox sandbox;
  const ProcessResult result = RunWithoutWriteAccess(sandbox, {"run", "create", "r1"});
  EXPECT_EQ(result.exit, 1);
  EXPECT_THAT(result.err, HasSubstr("Permission denied; choose a place you may write to with --db"));
  EXPECT_FALSE(fs::exists(sandbox.db()));
}

TEST(ReadOnlyFolder, CanBeReadAndNotWritten) {
  AnnalsSandbox sandbox;
  sandbox.Fill();
  fs::permissions(sandbox.db(), fs::perms(0444));
  const std::string before = BytesIn(sandbox.db());
  const ProcessResult read = RunWithoutWriteAccess(sandbox, {"run", "list", "--json"});
  EXPECT_EQ(read.exit, 0) << read.err;
  EXPECT_THAT(read.out, HasSubstr("\"run_id\":\"r1\""));
  const ProcessResult write = RunWithoutWriteAccess(sandbox, {"run", "create", "n"});
  EXPECT_EQ(write.exit, 1);
  EXPECT_THAT(write.err,
              ContainsRegex("open the database " + sandbox.db() + "( for writing)?: .*; check .*permissions"));
  EXPECT_THAT(write.err, Not(HasSubstr("PRAGMA")));
  EXPECT_EQ(BytesIn(sandbox.db()), before);
}

TEST(UnreadableFile, IsSaidWithItsName) {
  AnnalsSandbox sandbox;
  sandbox.Fill();
  fs::permissions(sandbox.folder().path(), fs::perms(0755));
  fs::permissions(sandbox.db(), fs::perms(0));
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"run", "list"}, {"run", "create", "n"}, {"migrate", "--dry-run"}}) {
    const ProcessResult result = RunAsNobody(sandbox, arguments);
    EXPECT_EQ(result.exit, 1);
    EXPECT_THAT(result.err,
                HasSubstr(": open the database " + sandbox.db() + ": Permission denied; check the permissions"));
  }
}

// A database that is there and cannot be seen was once called absent: exit code 4, and a --dry-run judged against
// nothing.
TEST(UnreadableFolder, IsNotTakenForAbsence) {
  AnnalsSandbox sandbox;
  sandbox.Fill();
  fs::permissions(sandbox.folder().path(), fs::perms(0755));
  const fs::path closed = sandbox.folder().path() / "closed";
  fs::create_directory(closed);
  fs::copy_file(sandbox.db(), closed / "annals.db");
  fs::permissions(closed, fs::perms(0));
  const std::string db = (closed / "annals.db").string();
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"run", "list"},
                                                    {"run", "create", "n", "--dry-run"},
                                                    {"apply", "--dry-run", "/dev/null"},
                                                    {"apply", "/dev/null"},
                                                    {"init", "--dry-run"},
                                                    {"init"}}) {
    std::vector<std::string> words = arguments;
    words.insert(words.end(), {"--db", db});
    const ProcessResult result = RunAsNobody(sandbox, words, {{"ANNALS_BACKUP_ON_START", "true"}});
    EXPECT_EQ(result.exit, 1) << testing::PrintToString(arguments);
    EXPECT_THAT(result.err, HasSubstr(": open the database " + db + ": Permission denied; check the permissions"))
        << testing::PrintToString(arguments);
    EXPECT_EQ(result.out, "") << testing::PrintToString(arguments);
  }
  fs::permissions(closed, fs::perms(0755));
}

TEST(UnreadableFolder, AFileInTheWayOfAFolderIsAbsence) {
  AnnalsSandbox sandbox;
  sandbox.Fill();
  EXPECT_EQ(sandbox.Run({"run", "list", "--db", sandbox.db() + "/annals.db"}).exit, 4);
}

TEST(FullDisk, IsSaidAndNothingIsWritten) {
  AnnalsSandbox sandbox;
  sandbox.Fill();
  const std::string before = sandbox.Out({"log", "--json"});
  // The write-ahead log is where a commit goes first; this one is /dev/full's twin and has no room.
  const std::string wal = sandbox.db() + "-wal";
  if (mknod(wal.c_str(), S_IFCHR | 0600, makedev(1, 7)) != 0 || !std::ifstream(wal).good()) {
    GTEST_SKIP() << "only root may make a device that is always full; FullDisk.AFileThatMayNotGrowIsSaidToo runs";
  }
  const ProcessResult result = sandbox.Run({"run", "create", "n"});
  EXPECT_EQ(result.exit, 1);
  EXPECT_THAT(result.err, HasSubstr("is full; nothing was written; make room and try again"));
  fs::remove(wal);
  EXPECT_EQ(sandbox.Out({"log", "--json"}), before);
}

TEST(FullDisk, AFileThatMayNotGrowIsSaidToo) {
  AnnalsSandbox sandbox;
  sandbox.Fill();
  const std::string before = sandbox.Out({"log", "--json"});
  const ProcessResult result = RunProcess({.arguments = {"run", "create", "n"},
                                           .environment = {{"PIPELINE_DB_PATH", sandbox.db()}},
                                           .directory = sandbox.folder().path(),
                                           .in_child = [] {
                                             signal(SIGXFSZ, SIG_IGN);
                                             const rlimit limit{16, 16};
                                             if (setrlimit(RLIMIT_FSIZE, &limit) != 0) _exit(122);
                                           }});
  EXPECT_EQ(result.exit, 1);
  EXPECT_THAT(result.err, HasSubstr("annals: "));
  EXPECT_EQ(sandbox.Out({"log", "--json"}), before);
}

TEST(LockedDatabase, IsWaitedForAndThenSaid) {
  AnnalsSandbox sandbox;
  sandbox.Fill();
  const std::string before = sandbox.Out({"log", "--json"});
  const auto storage = SqliteStorage::Open({.path = sandbox.db(), .mode = OpenMode::kReadWrite});
  ASSERT_TRUE(storage.ok()) << storage.status();
  {
    const auto transaction = (*storage)->Begin();
    ASSERT_TRUE(transaction.ok()) << transaction.status();
    const ProcessResult result = sandbox.Run({"run", "create", "n", "--lock-timeout", "50"});
    EXPECT_EQ(result.exit, 1);
    EXPECT_THAT(result.err, HasSubstr("another process holds the write lock"));
    EXPECT_THAT(result.err, HasSubstr("wait longer with --lock-timeout"));
    // Readers do not wait for writers.
    EXPECT_EQ(sandbox.Out({"log", "--json"}), before);
  }
  sandbox.Out({"run", "create", "n", "--lock-timeout", "50"});
}

}  // namespace
}  // namespace annals
