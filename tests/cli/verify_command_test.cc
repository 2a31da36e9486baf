// annals verify as a process.
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/note_key.h"
#include "eventstore/sealed_checkpoint.h"
#include "eventstore/sources.h"
#include "eventstore/sqlite/sqlite_storage.h"
#include "projections/tables.h"
#include "tests/cli/annals_process.h"

namespace annals::testing_process {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class VerifyCommandTest : public testing::Test {
 protected:
  VerifyCommandTest() {
    sandbox_.Out({"run", "create", "r1", "--status", "running"});
    sandbox_.Out({"workstream", "create", "a", "--run", "r1"});
    sandbox_.Out({"event", "record", "remark", "--run", "r1", "--payload", R"({"n":1})"});
  }
  void Sql(const std::string& sql) {
    const auto connection = Connection::Open(sandbox_.db(), OpenMode::kReadWrite, 1000);
    ASSERT_TRUE(connection.ok()) << connection.status();
    const absl::Status done = connection->Execute(sql);
    ASSERT_TRUE(done.ok()) << done;
  }
  // Seals the log as it is, for the database `id` (empty: its own). Returns the file, and the key in `verifier`.
  std::string SealTo(const std::string& name, std::string& verifier, std::string id = {}) {
    SeededRandom random(3);
    const auto key = SigningKey::Generate("test", random);
    verifier = key->verifier().text();
    const auto storage =
        SqliteStorage::Open({.path = sandbox_.db(), .mode = OpenMode::kReadOnly, .tables = ProjectedTables()});
    const auto snapshot = (*storage)->Read();
    if (id.empty()) id = *(*snapshot)->DatabaseId();
    const Head& head = (*snapshot)->head();
    std::string file = sandbox_.folder().File(name);
    std::ofstream(file) << *Seal({.origin = OriginOf(id), .size = head.position.value, .root = head.tree.Root()}, *key);
    return file;
  }
  AnnalsSandbox sandbox_;
};

TEST_F(VerifyCommandTest, SaysWhatIsRightAndWhatCannotBeKnown) {
  EXPECT_THAT(sandbox_.Out({"verify"}), AllOf(StartsWith("4 events, root "), HasSubstr("are right\n"),
                                              HasSubstr("cannot be excluded that the newest events were cut off")));
  EXPECT_THAT(sandbox_.Out({"verify", "--json", "--jobs", "3"}),
              AllOf(StartsWith(R"({"ok":true,"events":4,"tree_size":4,"root":")"),
                    HasSubstr(R"(","sealed":null,"faults":[]})")));
}

TEST_F(VerifyCommandTest, NamesEachFaultByPositionAndKind) {
  Sql("DROP TRIGGER log_refuses_update; UPDATE log SET leaf_hash = zeroblob(32) WHERE position = 3;"
      "UPDATE runs SET ws_total = 7; UPDATE tree_head SET root = zeroblob(32)");
  const ProcessResult found = sandbox_.Run({"verify"});
  EXPECT_EQ(found.exit, 6);
  EXPECT_THAT(found.out,
              AllOf(HasSubstr("position 3: hash: "),
                    HasSubstr("position 3: table: runs (run_id=r1): ws_total is 7, the log says 1\n"),
                    HasSubstr("\ntree_head: "),
                    HasSubstr("\nfile: the trigger log_refuses_update is gone; annals migrate puts it back\n")));
  EXPECT_THAT(found.err,
              HasSubstr("4 fault(s) in a log of 4 events; copy the file as it is and compare it with a backup before"));
  const ProcessResult json = sandbox_.Run({"verify", "--json"});
  EXPECT_EQ(json.exit, 6);
  EXPECT_EQ(json.err, "");
  EXPECT_THAT(json.out, AllOf(StartsWith(R"({"ok":false,"events":4,)"),
                              HasSubstr(R"("faults":[{"position":3,"kind":"hash","detail":")"),
                              HasSubstr(R"({"position":null,"kind":"tree_head","detail":")")));
}

TEST_F(VerifyCommandTest, AdvisesARebuildWhereOnlyTablesDiffer) {
  Sql("UPDATE runs SET ws_total = 7");
  EXPECT_THAT(sandbox_.Run({"verify"}).err, HasSubstr("1 fault(s) in a log of 4 events, all of them in the tables; "
                                                      "annals rebuild makes the tables anew"));
  EXPECT_THAT(sandbox_.Run({"rebuild", "--check"}).err, HasSubstr("from position 3 on; annals rebuild"));
  EXPECT_THAT(sandbox_.Run({"rebuild", "--check", "--json"}).out,
              AllOf(HasSubstr(R"("first_position":3)"), HasSubstr(R"("position":3}]})")));
}

TEST_F(VerifyCommandTest, TellsWhetherTheLogGoesOnFromASeal) {
  std::string verifier;
  const std::string seal = SealTo("seal", verifier);
  sandbox_.Out({"event", "record", "later"});
  EXPECT_THAT(sandbox_.Out({"verify", "--against", seal, "--verifier", verifier}),
              HasSubstr("The log goes on from the head that was sealed at 4 events.\n"));
  EXPECT_THAT(sandbox_.Out({"verify", "--against", seal, "--verifier", verifier, "--json"}),
              AllOf(HasSubstr(R"("sealed":{"origin":"annals/)"), HasSubstr(R"(","size":4,"root":")"),
                    HasSubstr(R"(","ok":true},"faults":[]})")));

  const std::string key = sandbox_.folder().File("key");
  std::ofstream(key) << verifier << '\n';
  const std::string key_file = std::string("@").append(key);
  EXPECT_EQ(sandbox_.Run({"verify", "--against", seal, "--verifier", key_file}).exit, 0);
  EXPECT_EQ(sandbox_.Run({"verify", "--against", seal}).exit, 2);
  EXPECT_EQ(sandbox_.Run({"verify", "--against", seal, "--verifier", "nonsense"}).exit, 2);
  EXPECT_EQ(sandbox_.Run({"verify", "--against", "nowhere", "--verifier", verifier}).exit, 4);

  const ProcessResult foreign =
      sandbox_.Run({"verify", "--against", SealTo("foreign", verifier, "another"), "--verifier", verifier});
  EXPECT_EQ(foreign.exit, 6);
  EXPECT_THAT(foreign.err, HasSubstr("annals/another"));
}

}  // namespace
}  // namespace annals::testing_process
