// SPEC §2.7: what somebody can do to the file is found against a seal that is kept elsewhere. Without one some of it
// cannot be, and verify says so.
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/sealed_checkpoint.h"
#include "tests/integrity/scene.h"
#include "tests/integrity/told.h"
#include "tests/support/commands.h"
#include "tests/support/effort.h"
#include "tests/support/session.h"
#include "tests/support/store.h"

namespace annals::integrity {
namespace {

using namespace annals::support;
using testing::HasSubstr;

// What annals verify says of it where no seal is at hand.
enum class Unsealed { kFound, kNothing };

struct Recipe {
  const char* name;
  std::function<void(Scene&)> tamper;
  Unsealed unsealed = Unsealed::kFound;
};
void PrintTo(const Recipe& recipe, std::ostream* out) {
  *out << recipe.name;
}

std::function<void(Scene&)> Sql(const std::string& sql) {
  return [sql](Scene& scene) { scene.Sql(sql); };
}
std::function<void(Scene&)> Alter(const std::string& sql) {
  return [sql](Scene& scene) { scene.Alter(sql); };
}
std::function<void(Scene&)> AlterSchema(const std::string& sql) {
  return [sql](Scene& scene) { scene.AlterSchema(sql); };
}

// Makes all that is derived from the events what it would be.
void CoverUp(Scene& scene) {
  scene.HashAllAnew();
  scene.FoldAnew();
}

void ForgeActor(Scene& scene) {
  scene.EditEvent(scene.PositionOf("remark"), [](schema::Event::Builder event) { event.setActor("Olga"); });
}

// A refusal becomes the move that was refused.
void TurnRefusalIntoSuccess(Scene& scene) {
  const uint64_t position = scene.PositionOf("command_refused");
  scene.EditEvent(position, [](schema::Event::Builder event) {
    event.setCausation(0);
    event.initContent().setNone();
    event.initBody().initNoted().setEventType("allowed");
  });
  scene.Alter(
      fmt::format("INSERT OR IGNORE INTO event_types (name) VALUES ('allowed');"
                  "UPDATE log SET event_type = (SELECT id FROM event_types WHERE name = 'allowed'),"
                  "salt = NULL, content = NULL WHERE position = {}",
                  position));
}

void ForkFrom(const SealedLog& log, Scene& scene) {
  WriteFiles(log.files(), scene.path());
  const auto storage = OpenAt(scene.path(), OpenMode::kReadWrite);
  Session session(*storage, /*seed=*/99);
  for (int i = 0; i < 200; ++i) session.Accept(Note("forged"));
}

void FlipByte(Scene& scene, const std::function<size_t(const std::string&)>& where) {
  Files files = ReadFiles(scene.path());
  char& byte = files.database[where(files.database)];
  byte = static_cast<char>(byte ^ 0x10);
  WriteFiles(files, scene.path());
}

const Recipe kRecipes[] = {
    // The log, by who does not know the hashes.
    {"TailDeleted", Alter("DELETE FROM log WHERE position > 300")},
    {"MiddleDeleted", Alter("DELETE FROM log WHERE position BETWEEN 100 AND 110")},
    {"FirstDeleted", Alter("DELETE FROM log WHERE position = 1")},
    {"TwoSwapped", Alter("UPDATE log SET position = -9 WHERE position = 200; UPDATE log SET position = 200 WHERE "
                         "position = 201; UPDATE log SET position = 201 WHERE position = -9")},
    {"PositionsRenumbered", Alter("UPDATE log SET position = position + 100000 WHERE position > 250")},
    {"EventBeforeTheFirst",
     Alter("INSERT INTO log SELECT -3, stream, 9999, recorded_at, event_type, ws_id, event, leaf_hash, salt, content "
           "FROM log WHERE position = 100")},
    {"EventBehindTheLast",
     Alter("INSERT INTO log SELECT 1 + (SELECT max(position) FROM log), stream, 9999, recorded_at, event_type, ws_id, "
           "event, leaf_hash, salt, content FROM log WHERE position = 100")},
    {"VersionChanged", Alter("UPDATE log SET version = 9999 WHERE position = 250")},
    {"StreamChanged", Alter("UPDATE log SET stream = (SELECT id FROM streams WHERE name = 'run/r2'), version = 9999 "
                            "WHERE position = 250")},
    {"RecordedAtChanged", Alter("UPDATE log SET recorded_at = recorded_at + 1 WHERE position = 250")},
    {"TypeChanged", Alter("UPDATE log SET event_type = 1 + event_type % 3 WHERE position = 250")},
    {"WorkstreamChanged", Alter("UPDATE log SET ws_id = 'w0' WHERE position = 300")},
    {"EventRecordedTwice",
     Alter(
         "UPDATE log SET event = (SELECT event FROM log AS source WHERE source.position = 250) WHERE position = 251")},
    {"ActorForged", ForgeActor},
    {"ActorForgedAndItsRowHashedAnew",
     [](Scene& scene) {
       ForgeActor(scene);
       scene.HashAnew(scene.PositionOf("remark"));
     }},
    {"ContentAltered", Alter("UPDATE log SET content = x'1001' WHERE position = (SELECT max(position) FROM log WHERE "
                             "content IS NOT NULL)")},
    {"SaltAltered", Alter("UPDATE log SET salt = zeroblob(16) WHERE salt IS NOT NULL AND position > 200")},
    {"ContentTaken", Alter("UPDATE log SET salt = NULL, content = NULL WHERE position > 200")},
    {"ContentEmptiedAsIfRedacted",
     Alter("UPDATE log SET salt = NULL, content = x'' WHERE content IS NOT NULL AND position > 200")},
    {"StreamRenamed", Alter("UPDATE streams SET name = 'run/small' WHERE name = 'run/big'")},
    {"StreamInvented", Sql("INSERT INTO streams (name) VALUES ('run/ghost')")},
    {"TypeRenamed", Alter("UPDATE event_types SET name = 'praise' WHERE name = 'remark'")},

    // The log, by who knows the hashes and makes everything anew.
    {"ActorForgedAndAllHashedAnew",
     [](Scene& scene) {
       ForgeActor(scene);
       CoverUp(scene);
     },
     Unsealed::kNothing},
    {"RefusalTurnedIntoSuccess",
     [](Scene& scene) {
       TurnRefusalIntoSuccess(scene);
       CoverUp(scene);
     }},
    {"TailCutAndAllHashedAnew",
     [](Scene& scene) {
       scene.Alter(
           "DELETE FROM command_ids WHERE position > 300; DELETE FROM log WHERE position > 300;"
           "DELETE FROM streams WHERE id NOT IN (SELECT stream FROM log)");
       CoverUp(scene);
     },
     Unsealed::kNothing},
    {"LastEventCutAndAllHashedAnew",
     [](Scene& scene) {
       scene.Alter("DELETE FROM log WHERE position = (SELECT max(position) FROM log)");
       CoverUp(scene);
     },
     Unsealed::kNothing},
    {"RolledBack", [](Scene& scene) { WriteFiles(scene.older().files(), scene.path()); }, Unsealed::kNothing},
    {"Forked", [](Scene& scene) { ForkFrom(scene.older(), scene); }, Unsealed::kNothing},
    {"TailOfTheWriteAheadLogLost",
     [](Scene& scene) {
       Files files = scene.older().files();
       files.wal.clear();
       WriteFiles(files, scene.path());
     },
     Unsealed::kNothing},
    {"OldWriteAheadLogBesideNewerFile",
     [](Scene& scene) {
       WriteFiles({.database = scene.log().files().database, .wal = scene.older().files().wal}, scene.path());
     }},
    {"AnotherLogInItsPlace", [](Scene& scene) { WriteFiles(scene.other().files(), scene.path()); }, Unsealed::kNothing},
    {"AnotherLogUnderItsId",
     [](Scene& scene) {
       const std::string id = OpenAt(scene.path(), OpenMode::kReadOnly)
                                  ->connection()
                                  .QueryText("SELECT value FROM schema_meta WHERE key = 'database_id'")
                                  .value()
                                  .value();
       ForkFrom(scene.other(), scene);
       scene.Sql(fmt::format("UPDATE schema_meta SET value = '{}' WHERE key = 'database_id'", id));
     },
     Unsealed::kNothing},
    {"IdChanged", Sql("UPDATE schema_meta SET value = '01HF7YAT00ABCDEFGHJKMNPQRS' WHERE key = 'database_id'")},

    // The tree.
    {"HeadShortened", Sql("UPDATE tree_head SET tree_size = tree_size - 1")},
    {"RootChanged", Sql("UPDATE tree_head SET root = zeroblob(32)")},
    {"RightEdgeChanged", Sql("UPDATE tree_head SET frontier = zeroblob(length(frontier))")},
    {"HeadGone", Sql("DELETE FROM tree_head")},
    {"SubtreeRootChanged", Sql("UPDATE tree_nodes SET hash = zeroblob(32) WHERE subtree = 0")},
    {"SubtreeRootGone", Sql("DELETE FROM tree_nodes WHERE subtree = 0")},
    {"SubtreeRootInvented", Sql("INSERT INTO tree_nodes VALUES (77, zeroblob(32))")},

    // The tables.
    {"RowEdited", Sql("UPDATE workstreams SET status = 'failed' WHERE run_id = 'big' AND ws_id = 'w0'")},
    {"RowDeleted", Sql("DELETE FROM errors WHERE run_id = 'big'")},
    {"RowInserted", Sql("INSERT INTO dependencies VALUES ('big', 'w0', 'w1')")},
    {"MachineEdited", Sql("UPDATE machines SET definition_json = replace(definition_json, 'operator_required', '')")},
    {"HistoryRowEdited",
     Sql("UPDATE state_transitions SET to_state = 'done' WHERE position = (SELECT min(position) FROM "
         "state_transitions)")},
    {"CommandIdDropped", Sql("DELETE FROM command_ids WHERE command_id = 'ready-3'")},
    {"CommandIdRedirected", Sql("UPDATE command_ids SET position = 5 WHERE command_id = 'ready-3'")},
    {"CommandIdRenamed", Sql("UPDATE command_ids SET command_id = 'ready-x' WHERE command_id = 'ready-3'")},
    {"CommandIdInvented", Sql("INSERT INTO command_ids VALUES ('never', 7, '00112233445566778899aabbccddeeff')")},
    {"SaltOfACommandEmptied", Sql("UPDATE command_ids SET salt = '' WHERE command_id = 'ready-3'")},

    // The schema.
    {"TriggerDropped", Sql("DROP TRIGGER log_refuses_delete")},
    {"TriggerMadeHarmless",
     Sql("DROP TRIGGER log_refuses_update; CREATE TRIGGER log_refuses_update BEFORE UPDATE ON log "
         "BEGIN SELECT 1; END")},
    {"IndexOfTheLogDropped", Sql("DROP INDEX log_by_stream")},
    {"IndexOfATableDropped",
     [](Scene& scene) {
       const auto name = OpenAt(scene.path(), OpenMode::kReadOnly)
                             ->connection()
                             .QueryText(
                                 "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL AND "
                                 "tbl_name = 'workstreams'");
       scene.Sql("DROP INDEX " + name.value().value());
     }},
    {"IndexThatLacksRows", AlterSchema("UPDATE sqlite_schema SET sql = sql || ' WHERE version > 9' WHERE name = "
                                       "'log_by_stream'")},
    {"IndexOfAConstraintDropped", AlterSchema("DELETE FROM sqlite_schema WHERE name = 'sqlite_autoindex_streams_1'")},
    {"CheckRemoved", AlterSchema("UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (id = 1)', '') WHERE name = "
                                 "'tree_head'")},
    {"CheckOfATableChanged", AlterSchema("UPDATE sqlite_schema SET sql = replace(sql, '''paused''', '''paused'' OR 1 = "
                                         "1 OR status = ''x''') WHERE name = 'workstreams'")},
    {"StrictTakenAway",
     AlterSchema("UPDATE sqlite_schema SET sql = replace(sql, 'STRICT', '') WHERE name = 'streams'")},
    {"ColumnAddedToTheLog", Sql("ALTER TABLE log ADD COLUMN mark TEXT")},
    {"TriggerThatAltersNewEvents",
     Sql("CREATE TRIGGER mine AFTER INSERT ON log BEGIN UPDATE tree_head SET generation = generation + 1; END")},
    {"TriggerThatForgetsCommands",
     Sql("CREATE TRIGGER mine AFTER INSERT ON command_ids BEGIN DELETE FROM command_ids; END")},
    {"TriggerOnTheHead", Sql("CREATE TRIGGER mine AFTER UPDATE ON tree_head BEGIN DELETE FROM leases; END")},
    {"TriggerThatAltersRowsAtWork",
     [](Scene& scene) {
       scene.Sql("CREATE TRIGGER mine AFTER INSERT ON workstreams BEGIN UPDATE workstreams SET is_critical = 1; END");
       const auto storage = OpenAt(scene.path(), OpenMode::kReadWrite);
       Session session(*storage, 5);
       session.Accept(CreateWorkstream("new", {}, false, "big"));
     }},
    {"IndexAddedToTheLog", Sql("CREATE UNIQUE INDEX mine ON log (recorded_at, position)")},
    {"EventsViewThatHidesRows",
     AlterSchema("UPDATE sqlite_schema SET sql = sql || ' WHERE log.position <> 9' WHERE name = 'events'")},
    {"EventsViewGone", Sql("DROP VIEW events")},
    {"TableReplacedByAViewThatHidesRows",
     Sql("ALTER TABLE runs RENAME TO kept; CREATE VIEW runs AS SELECT * FROM kept WHERE run_id <> 'big'")},
    {"LogReplacedByAViewThatHidesRows", Sql("DROP VIEW events; ALTER TABLE log RENAME TO kept; CREATE VIEW log AS "
                                            "SELECT * FROM kept WHERE position < 300")},
    {"TableDropped", Sql("PRAGMA foreign_keys = OFF; DROP TABLE errors")},

    // The file.
    {"SchemaVersionRaised", Sql("PRAGMA user_version = 2")},
    {"SchemaVersionLowered", Sql("PRAGMA user_version = 0")},
    {"SchemaVersionInWordsChanged", Sql("UPDATE schema_meta SET value = '0' WHERE key = 'schema_version'")},
    {"ApplicationIdChanged", Sql("PRAGMA application_id = 7")},
    {"MigrationForgotten", Sql("DELETE FROM migrations")},
    {"MetaInvented", Sql("INSERT INTO schema_meta VALUES ('owner', 'me')")},
    {"BirthdayChanged", Sql("UPDATE schema_meta SET value = '2020-01-01T00:00:00.000000Z' WHERE key = 'created_at'")},
    {"FileTruncated",
     [](Scene& scene) {
       Files files = ReadFiles(scene.path());
       files.database.resize(files.database.size() / 8192 * 4096);
       WriteFiles(files, scene.path());
     }},
    {"FirstPageBroken", [](Scene& scene) { FlipByte(scene, [](const std::string&) { return 100; }); }},
    {"NegativeFreePages", [](Scene& scene) { FlipByte(scene, [](const std::string&) { return 36; }); }},
    {"IndexEntryOfAnotherRow",
     [](Scene& scene) { FlipByte(scene, [](const std::string& bytes) { return bytes.rfind("run/r2"); }); }},
};

class TamperingRecipe : public testing::TestWithParam<Recipe> {
 protected:
  Told Verify(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "verify");
    return RunOn(scene_.path(), std::move(arguments));
  }
  Told VerifyAgainst(const std::string& seal) {
    const std::string file = scene_.path() + ".seal";
    std::ofstream(file) << seal;
    const Told told = Verify({"--against", file, "--verifier", scene_.log().key().verifier().text()});
    std::filesystem::remove(file);
    return told;
  }

  Scene scene_;
};
INSTANTIATE_TEST_SUITE_P(Tampering, TamperingRecipe, testing::ValuesIn(kRecipes),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_P(TamperingRecipe, IsFoundAgainstASealThatIsKeptElsewhere) {
  GetParam().tamper(scene_);
  const Told unsealed = Verify({});
  if (GetParam().unsealed == Unsealed::kFound) {
    EXPECT_THAT(unsealed.exit, testing::AnyOf(6, 1)) << unsealed.out << unsealed.err;
  } else {
    EXPECT_EQ(unsealed.exit, 0) << unsealed.out << unsealed.err;
    EXPECT_THAT(unsealed.out, HasSubstr("Without a seal kept elsewhere it cannot be excluded that the newest events "
                                        "were cut off, or that all was written anew.\n"));
  }
  const Told sealed = VerifyAgainst(scene_.log().seal());
  // A file that is no database of this annals any more is told as such.
  EXPECT_THAT(sealed.exit, testing::AnyOf(6, 1)) << sealed.out << sealed.err;
  EXPECT_NE(sealed.out + sealed.err, "");
  Tried(1, "tampering recipes");
}

class TamperedSeal : public TamperingRecipe {};
const Recipe kNothing[] = {{"Untouched", [](Scene&) {}, Unsealed::kNothing}};
INSTANTIATE_TEST_SUITE_P(Tampering, TamperedSeal, testing::ValuesIn(kNothing),
                         [](const auto& test) { return std::string(test.param.name); });

// So that the recipes are known to be what is found.
TEST_P(TamperedSeal, OfTheLogItselfHolds) {
  EXPECT_EQ(Verify({}).exit, 0);
  const Told told = VerifyAgainst(scene_.log().seal());
  EXPECT_EQ(told.exit, 0) << told.out << told.err;
  EXPECT_EQ(VerifyAgainst(scene_.older().seal()).exit, 0) << "the log goes on from what it was before";
}

TEST_P(TamperedSeal, OfAnotherKeyOfTheSameNameIsRefused) {
  SeededRandom random(1234);
  const SigningKey namesake = SigningKey::Generate("annals", random).value();
  const SealedCheckpoint sealed = ReadUncheckedSeal(scene_.log().seal()).value();
  const Told told = VerifyAgainst(Seal(sealed, namesake).value());
  EXPECT_EQ(told.exit, 6);
  EXPECT_THAT(told.err, HasSubstr("did not sign it"));
  Tried(1, "tampering recipes");
}

TEST_P(TamperedSeal, OfAnotherDatabaseIsRefused) {
  const SealedCheckpoint sealed = ReadUncheckedSeal(scene_.other().seal()).value();
  const Told told = VerifyAgainst(Seal(sealed, scene_.log().key()).value());
  EXPECT_EQ(told.exit, 6);
  EXPECT_THAT(told.err, HasSubstr("another log"));
  Tried(1, "tampering recipes");
}

}  // namespace
}  // namespace annals::integrity
