// backup and restore as processes: whole, of one moment, and nothing lost by mistake.
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/sqlite/connection.h"
#include "tests/cli/annals_process.h"

namespace annals::testing_process {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;

class BackupTest : public testing::Test {
 protected:
  BackupTest() { sandbox_.Out({"run", "create", "r1", "--status", "running"}); }
  std::string File(const std::string& name) { return sandbox_.folder().File(name); }
  // What the database of that file says of itself.
  std::string Log(const std::string& file) { return sandbox_.Out({"--db", file, "log", "--full", "--json"}); }
  std::vector<std::string> FilesLike(const std::string& part) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(sandbox_.folder().path())) {
      if (entry.path().filename().string().find(part) != std::string::npos) names.push_back(entry.path());
    }
    return names;
  }
  // A write that makes a file longer than this kills the process (SIGXFSZ).
  ProcessResult BackUpWithin(rlim_t bytes) {
    return RunProcess({.arguments = {"--db", sandbox_.db(), "backup", File("b.db")}, .in_child = [bytes] {
                         const rlimit limit{bytes, bytes};
                         if (setrlimit(RLIMIT_FSIZE, &limit) != 0) _exit(122);
                       }});
  }
  AnnalsSandbox sandbox_;
};

TEST_F(BackupTest, IsTheDatabaseAndBelongsToItsOwner) {
  EXPECT_THAT(sandbox_.Out({"backup", File("b.db")}), HasSubstr("2 events"));
  EXPECT_EQ(Log(File("b.db")), Log(sandbox_.db()));
  EXPECT_EQ(sandbox_.Run({"--db", File("b.db"), "rebuild", "--check"}).exit, 0);
  struct stat info {};
  ASSERT_EQ(stat(File("b.db").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600);
  EXPECT_TRUE(FilesLike("unfinished").empty());
}

TEST_F(BackupTest, GoesBesideTheDatabaseByDefault) {
  EXPECT_THAT(sandbox_.Out({"backup", "--json"}),
              ContainsRegex(R"("backup":"[^"]*annals_backup_[0-9T.-]*Z\.db".*"events":2)"));
  EXPECT_EQ(FilesLike("_backup_").size(), 1u);
}

TEST_F(BackupTest, KilledAtAnyWriteItLeavesNothingOfThatName) {
  int kills = 0;
  ProcessResult result;
  for (rlim_t bytes = 4096; (result = BackUpWithin(bytes)).exit != 0; bytes += 16'384) {
    ASSERT_EQ(result.exit, 128 + SIGXFSZ) << result.err;
    EXPECT_FALSE(std::filesystem::exists(File("b.db"))) << "killed after " << bytes << " bytes";
    ++kills;
  }
  EXPECT_GT(kills, 3);
  EXPECT_EQ(Log(File("b.db")), Log(sandbox_.db()));
}

TEST_F(BackupTest, OverwritesNothing) {
  std::ofstream(File("b.db")) << "mine";
  for (const bool dry_run : {false, true}) {
    std::vector<std::string> words = {"backup", File("b.db")};
    if (dry_run) words.push_back("--dry-run");
    const ProcessResult result = sandbox_.Run(words);
    EXPECT_EQ(result.exit, 5);
    EXPECT_THAT(result.err, HasSubstr("already there"));
  }
  EXPECT_EQ(std::filesystem::file_size(File("b.db")), 4u);
}

TEST_F(BackupTest, OfADamagedDatabaseLeavesNoFile) {
  {
    const auto connection = Connection::Open(sandbox_.db(), OpenMode::kReadWrite, 1'000);
    ASSERT_TRUE(connection.ok());
    ASSERT_TRUE(connection->Execute("UPDATE tree_head SET tree_size = 3").ok());
  }
  EXPECT_EQ(sandbox_.Run({"backup", File("b.db")}).exit, 6);
  EXPECT_FALSE(std::filesystem::exists(File("b.db")));
  EXPECT_TRUE(FilesLike("unfinished").empty());
}

// Each backup that is made meanwhile passes its own check, which compares the log with its head.
TEST_F(BackupTest, IsOfOneMomentWhileOthersWrite) {
  std::string lines;
  for (int i = 0; i < 3'000; ++i) {
    lines +=
        fmt::format(R"({{"command":"record_event","run_id":"r1","event_type":"n","payload":{{"i":{}}}}})", i) + "\n";
  }
  std::thread writer([&] { EXPECT_EQ(sandbox_.Run({"apply", "-", "--batch", "5"}, lines).exit, 0); });
  for (int i = 0; i < 10; ++i) {
    const std::string file = File(fmt::format("b{}.db", i));
    sandbox_.Out({"backup", file});
    EXPECT_EQ(sandbox_.Run({"--db", file, "rebuild", "--check"}).exit, 0);
  }
  writer.join();
  EXPECT_EQ(sandbox_.Run({"rebuild", "--check"}).exit, 0);
}

TEST_F(BackupTest, IsRestoredWhereThereIsNoDatabase) {
  sandbox_.Out({"backup", File("b.db")});
  EXPECT_THAT(sandbox_.Out({"--db", File("new/n.db"), "restore", File("b.db")}), HasSubstr("2 events"));
  EXPECT_EQ(Log(File("new/n.db")), Log(sandbox_.db()));
  sandbox_.Out({"--db", File("new/n.db"), "run", "create", "r2"});
  EXPECT_EQ(sandbox_.Run({"--db", File("new/n.db"), "rebuild", "--check"}).exit, 0);
}

TEST_F(BackupTest, IsRestoredOverNewerEventsOnlyByForceAndKeepsThem) {
  sandbox_.Out({"backup", File("b.db")});
  sandbox_.Out({"run", "create", "r2"});
  const std::string newer = Log(sandbox_.db());
  const ProcessResult refused = sandbox_.Run({"restore", File("b.db")});
  EXPECT_EQ(refused.exit, 2);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("1 event after position 2"), HasSubstr("--force")));
  EXPECT_THAT(sandbox_.Out({"restore", File("b.db"), "--dry-run"}), HasSubstr("would be gone: 1 event"));
  EXPECT_EQ(Log(sandbox_.db()), newer);
  EXPECT_THAT(sandbox_.Out({"restore", File("b.db"), "--force", "--json"}),
              AllOf(HasSubstr(R"("events":2)"), HasSubstr(R"("lost_events":1,"kept_events":2)")));
  EXPECT_EQ(Log(sandbox_.db()), Log(File("b.db")));
  ASSERT_EQ(FilesLike("_backup_").size(), 1u);
  EXPECT_EQ(Log(FilesLike("_backup_")[0]), newer);
  EXPECT_TRUE(FilesLike("restoring").empty());
  // And forward again: nothing is lost by that.
  sandbox_.Out({"restore", FilesLike("_backup_")[0]});
  EXPECT_EQ(Log(sandbox_.db()), newer);
}

TEST_F(BackupTest, OfAnotherDatabaseIsRestoredOnlyByForce) {
  sandbox_.Out({"--db", File("other.db"), "run", "create", "z"});
  const ProcessResult refused = sandbox_.Run({"restore", File("other.db")});
  EXPECT_EQ(refused.exit, 2);
  EXPECT_THAT(refused.err, HasSubstr("another database"));
  sandbox_.Out({"restore", File("other.db"), "--force"});
  EXPECT_EQ(Log(sandbox_.db()), Log(File("other.db")));
}

// Who has it open goes on with one or the other.
TEST_F(BackupTest, IsRestoredUnderAReader) {
  sandbox_.Out({"backup", File("b.db")});
  sandbox_.Out({"run", "create", "r2"});
  const auto reader = Connection::Open(sandbox_.db(), OpenMode::kReadWrite, 1'000);
  ASSERT_TRUE(reader.ok() && reader->Execute("BEGIN").ok());
  EXPECT_EQ(reader->QueryInt("SELECT count(*) FROM log").value(), 3);
  const int64_t generation = reader->QueryInt("SELECT generation FROM tree_head").value().value();
  sandbox_.Out({"restore", File("b.db"), "--force"});
  EXPECT_EQ(reader->QueryInt("SELECT count(*) FROM log").value(), 3);
  ASSERT_TRUE(reader->Execute("COMMIT").ok());
  EXPECT_EQ(reader->QueryInt("SELECT count(*) FROM log").value(), 2);
  EXPECT_GT(reader->QueryInt("SELECT generation FROM tree_head").value(), generation);
}

struct UnfitCase {
  const char* name;
  void (*make)(const std::string& file, const std::string& backup);
  int exit;
  const char* message;
};
void Damage(const std::string& file, const std::string& backup, const char* sql) {
  std::filesystem::copy_file(backup, file);
  EXPECT_TRUE(Connection::Open(file, OpenMode::kReadWrite, 1'000)->Execute(sql).ok());
}
class RestoreUnfitTest : public BackupTest, public testing::WithParamInterface<UnfitCase> {};
INSTANTIATE_TEST_SUITE_P(
    Restore, RestoreUnfitTest,
    testing::Values(
        UnfitCase{"Absent", [](const std::string&, const std::string&) {}, 4, "there is no file"},
        UnfitCase{"Text", [](const std::string& file, const std::string&) { std::ofstream(file) << "only text"; }, 1,
                  "not an Annals database"},
        UnfitCase{"Foreign",
                  [](const std::string& file, const std::string& backup) {
                    Damage(file, backup, "PRAGMA application_id = 7");
                  },
                  1, "belongs to another program"},
        UnfitCase{"Newer",
                  [](const std::string& file, const std::string& backup) {
                    Damage(file, backup, "PRAGMA user_version = 99");
                  },
                  1, "schema version 99"},
        UnfitCase{"CutTail",
                  [](const std::string& file, const std::string& backup) {
                    Damage(file, backup, "DROP TRIGGER log_refuses_delete; DELETE FROM log WHERE position = 2");
                  },
                  6, "its log holds 1 events, its head says 2"},
        UnfitCase{"ChangedEvent",
                  [](const std::string& file, const std::string& backup) {
                    Damage(file, backup,
                           "DROP TRIGGER log_refuses_update; UPDATE log SET event = x'00' WHERE position = 2");
                  },
                  6, "not the one that was written"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST_P(RestoreUnfitTest, IsRefusedAndChangesNothing) {
  sandbox_.Out({"backup", File("b.db")});
  GetParam().make(File("unfit.db"), File("b.db"));
  const std::string before = Log(sandbox_.db());
  const ProcessResult result = sandbox_.Run({"restore", File("unfit.db"), "--force"});
  EXPECT_EQ(result.exit, GetParam().exit);
  EXPECT_THAT(result.err, HasSubstr(GetParam().message));
  EXPECT_EQ(Log(sandbox_.db()), before);
  EXPECT_TRUE(FilesLike("_backup_").empty());
}

}  // namespace
}  // namespace annals::testing_process
