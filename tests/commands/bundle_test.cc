// A run out of a log, with its proofs: what it shows, and that any change of it shows.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands/bundle.h"
#include "eventstore/sqlite/sqlite_bundle.h"
#include "projections/tables.h"
#include "schemas/status.h"
#include "tests/support/commands.h"
#include "tests/support/ledger.h"
#include "tests/support/must.h"
#include "tests/support/session.h"
#include "tests/support/store.h"

namespace annals {
namespace {

using support::Backend;
using support::CreateRun;
using support::CreateWorkstream;
using support::FreshPath;
using support::MoveRun;
using support::Must;
using support::RecordsOf;
using support::Session;
using support::Store;
using support::With;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class BundleTest : public testing::Test {
 protected:
  // Two runs among each other, so that neither's positions are without gaps.
  BundleTest() {
    Session session(log_.storage());
    session.Accept(CreateRun("r0", "running"));
    session.Accept(With(CreateRun("r1", "running"), R"("command_id":"k1")"));
    session.Accept(CreateWorkstream("a"));
    session.Accept(CreateWorkstream("z", {}, false, "r0"));
    session.Refuse(MoveRun("pending"));
    session.Accept(With(support::RecordStep("a", "edit", "success"), R"("result":{"n":1})"));
    session.Accept(MoveRun("abandoned", "r0"));
    session.Accept(MoveRun("abandoned"));
  }
  ~BundleTest() override { support::RemoveDatabase(path_); }

  uint64_t Export(const BundleOptions& options) {
    support::RemoveDatabase(path_);
    const auto snapshot = Must(log_.storage().Read());
    const auto out =
        Must(SqliteBundle::Create({.path = path_, .tables = ProjectedTables(), .clock = &clock_, .random = &random_}));
    return Must(FillBundle(*snapshot, options, *out));
  }
  std::unique_ptr<SqliteStorage> Open() {
    return Must(SqliteStorage::Open({.path = path_, .mode = OpenMode::kReadOnly, .tables = ProjectedTables()}));
  }
  BundleReport Check(const std::optional<VerifierKey>& key = std::nullopt) {
    faults_.clear();
    const auto bundle = Open();
    return Must(CheckBundle(*bundle, key, [&](const Fault& fault) {
      faults_.push_back(std::string(NameOf(fault.kind)) + ": " + fault.detail);
    }));
  }
  void Alter(const std::string& sql) {
    const Connection connection = Must(Connection::Open(path_, OpenMode::kReadWrite, 1000));
    Must(
        connection.Execute("DROP TRIGGER log_refuses_update; DROP TRIGGER log_refuses_delete; DROP TRIGGER "
                           "streams_refuses_update;"));
    Must(connection.Execute(sql));
  }

  SimulatedClock clock_{Session::kStart};
  SeededRandom random_{3};
  SigningKey key_ = Must(SigningKey::Generate("tests", random_));
  Store log_{Backend::kSqlite};
  std::string path_ = FreshPath("bundle.db");
  std::vector<std::string> faults_;
};

TEST_F(BundleTest, HoldsTheRunAtItsPositionsWithItsRowsAndProofs) {
  EXPECT_EQ(Export({.run_id = "r1"}), 6u);
  const auto bundle = Open();
  std::vector<support::StoredRecord> wanted;
  for (const auto& record : RecordsOf(log_.storage())) {
    if (RunOfStream(record.stream) == "r1") wanted.push_back(record);
  }
  EXPECT_EQ(RecordsOf(*bundle), wanted);
  EXPECT_EQ(support::RootOf(*bundle), support::RootOf(log_.storage()));
  EXPECT_EQ(support::TablesOf(*bundle), support::FoldOf(wanted));
  const BundleReport report = Check();
  EXPECT_THAT(faults_, IsEmpty());
  EXPECT_EQ(report.run_id, "r1");
  EXPECT_EQ(report.events, 6u);
  EXPECT_EQ(report.seal, SealState::kNone);
}

TEST_F(BundleTest, IsNotWrittenTo) {
  Export({.run_id = "r1"});
  const absl::Status status =
      SqliteStorage::Open({.path = path_, .tables = ProjectedTables(), .clock = &clock_, .random = &random_}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(MessageOf(status), HasSubstr("it is a bundle, a copy of one run to read"));
}

TEST_F(BundleTest, AHeaderWithoutItsTextIsDamage) {
  Export({.run_id = "r1"});
  Alter("DROP TABLE bundle; CREATE TABLE bundle(key TEXT, value TEXT); INSERT INTO bundle VALUES('run_id', NULL);");
  const auto bundle = Open();
  const auto report = CheckBundle(*bundle, std::nullopt, [](const Fault&) {});
  EXPECT_EQ(report.status().code(), absl::StatusCode::kDataLoss) << report.status();
}

TEST_F(BundleTest, ASealSaysWhoseRootItIs) {
  Export({.run_id = "r1", .key = key_});
  EXPECT_EQ(Check().seal, SealState::kUnverified);
  const BundleReport report = Check(key_.verifier());
  EXPECT_THAT(faults_, IsEmpty());
  EXPECT_EQ(report.seal, SealState::kVerified);
  EXPECT_EQ(report.signer, key_.verifier().label());
  Check(Must(SigningKey::Generate("tests", random_)).verifier());
  EXPECT_THAT(faults_, ElementsAre(HasSubstr("seal: ")));
}

TEST_F(BundleTest, AnOlderSealGivesTheLogAsItWasThen) {
  Export({.run_id = "r1", .key = key_});
  const auto old = Open();
  const std::string seal = Must(ReadBundleHeader(*Must(old->Read()))).seal;
  Session(log_.storage(), /*seed=*/8).Accept(support::Note("later", "r0"));
  Export({.run_id = "r1", .seal = seal});
  EXPECT_EQ(Check(key_.verifier()).seal, SealState::kVerified);
  EXPECT_THAT(faults_, IsEmpty());
  Session(log_.storage(), /*seed=*/9).Accept(support::Note("later"));
  const auto snapshot = Must(log_.storage().Read());
  support::RemoveDatabase(path_);
  const auto out =
      Must(SqliteBundle::Create({.path = path_, .tables = ProjectedTables(), .clock = &clock_, .random = &random_}));
  EXPECT_THAT(MessageOf(FillBundle(*snapshot, {.run_id = "r1", .seal = seal}, *out).status()),
              HasSubstr("seal the log anew"));
}

TEST_F(BundleTest, OfARunThatIsNotThereThereIsNone) {
  const auto snapshot = Must(log_.storage().Read());
  const auto out =
      Must(SqliteBundle::Create({.path = path_, .tables = ProjectedTables(), .clock = &clock_, .random = &random_}));
  EXPECT_EQ(FillBundle(*snapshot, {.run_id = "r9"}, *out).status().code(), absl::StatusCode::kNotFound);
}

struct AlterationCase {
  const char* name;
  const char* sql;
  const char* fault;
};

constexpr AlterationCase kAlterations[] = {
    {"AnEventThatGoes",
     "DELETE FROM log WHERE event_type = (SELECT id FROM event_types WHERE name = 'workstream_created')", "version: "},
    {"AnEventOfOtherBytes",
     "UPDATE log SET event = (SELECT event FROM log ORDER BY position DESC LIMIT 1) WHERE position = 3", "hash: "},
    {"AnotherLeafHash", "UPDATE log SET leaf_hash = zeroblob(32) WHERE position = 3", "hash: "},
    {"AnotherPlace", "UPDATE log SET position = 2 WHERE position = 3", "hash: "},
    {"AnotherStream", "UPDATE streams SET name = 'run/r2' WHERE name = 'run/r1'", "gap: "},
    {"AProofThatGoes", "DELETE FROM bundle_proofs WHERE position = 3", "tree_head: there is no proof of position 3"},
    {"AProofOfAnother",
     "UPDATE bundle_proofs SET audit_path = (SELECT audit_path FROM bundle_proofs ORDER BY position DESC LIMIT 1) "
     "WHERE "
     "position = 3",
     "tree_head: "},
    {"AProofThatIsNoHex", "UPDATE bundle_proofs SET audit_path = 'x' WHERE position = 3", "tree_head: "},
    {"ARow", "UPDATE runs SET status = 'completed'", "table: "},
    {"ARowMore", "INSERT INTO dependencies VALUES ('r9', 'a', 'b')", "table: "},
    {"AKeyMore", "INSERT INTO command_ids VALUES ('k9', 3, '')", "command_id: "},
    {"AnotherContent", "UPDATE log SET content = x'00' WHERE content IS NOT NULL", "content: "},
    {"AnotherSeal", "UPDATE bundle SET value = replace(value, 'annals/', 'annals/x') WHERE key = 'seal'", "seal: "},
    {"NoSeal", "DELETE FROM bundle WHERE key = 'seal'", "seal: there is no seal"},
};

class AlteredBundleTest : public BundleTest, public testing::WithParamInterface<AlterationCase> {};

TEST_P(AlteredBundleTest, Shows) {
  Export({.run_id = "r1", .key = key_});
  Alter(GetParam().sql);
  EXPECT_GT(Check(key_.verifier()).faults, 0u);
  EXPECT_THAT(faults_, Contains(HasSubstr(GetParam().fault)));
}

INSTANTIATE_TEST_SUITE_P(Bundle, AlteredBundleTest, testing::ValuesIn(kAlterations),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace annals
