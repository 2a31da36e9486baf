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
  const char* told;  // what names it, of what is told against a seal
  Unsealed unsealed = Unsealed::kFound;
  int exit = 6;  // 1: no database of this annals any more
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

// Of the database file; `where` finds the byte in it.
std::function<void(Scene&)> FlipByte(std::function<size_t(const std::string&)> where, int bits = 0x10) {
  return [where = std::move(where), bits](Scene& scene) {
    Files files = ReadFiles(scene.path());
    char& byte = files.database[where(files.database)];
    byte = static_cast<char>(byte ^ bits);
    WriteFiles(files, scene.path());
  };
}
std::function<void(Scene&)> FlipByte(size_t at, int bits = 0x10) {
  return FlipByte([at](const std::string&) { return at; }, bits);
}

const Recipe kRecipes[] = {
    // The log, by who does not know the hashes.
    {"TailDeleted", Alter("DELETE FROM log WHERE position > 300"), "the log ends at position 300"},
    {"MiddleDeleted", Alter("DELETE FROM log WHERE position BETWEEN 100 AND 110"), "gap:"},
    {"FirstDeleted", Alter("DELETE FROM log WHERE position = 1"), "gap:"},
    {"TwoSwapped",
     Alter("UPDATE log SET position = -9 WHERE position = 200; UPDATE log SET position = 200 WHERE "
           "position = 201; UPDATE log SET position = 201 WHERE position = -9"),
     "hash:"},
    {"PositionsRenumbered", Alter("UPDATE log SET position = position + 100000 WHERE position > 250"), "gap:"},
    {"EventBeforeTheFirst",
     Alter("INSERT INTO log SELECT -3, stream, 9999, recorded_at, event_type, ws_id, event, leaf_hash, salt, content "
           "FROM log WHERE position = 100"),
     "an event stands before the first position"},
    {"EventBehindTheLast",
     Alter("INSERT INTO log SELECT 1 + (SELECT max(position) FROM log), stream, 9999, recorded_at, event_type, ws_id, "
           "event, leaf_hash, salt, content FROM log WHERE position = 100"),
     "the log goes on behind position"},
    {"VersionChanged", Alter("UPDATE log SET version = 9999 WHERE position = 250"), "version:"},
    {"StreamChanged",
     Alter("UPDATE log SET stream = (SELECT id FROM streams WHERE name = 'run/r2'), version = 9999 "
           "WHERE position = 250"),
     "hash:"},
    {"RecordedAtChanged", Alter("UPDATE log SET recorded_at = recorded_at + 1 WHERE position = 250"), "column:"},
    {"TypeChanged", Alter("UPDATE log SET event_type = 1 + event_type % 3 WHERE position = 250"),
     "the column event_type"},
    {"WorkstreamChanged", Alter("UPDATE log SET ws_id = 'w0' WHERE position = 300"), "the column ws_id"},
    {"EventRecordedTwice",
     Alter("UPDATE log SET event = (SELECT event FROM log AS source WHERE source.position = 250) WHERE position = 251"),
     "position 251: hash:"},
    {"ActorForged", ForgeActor, "hash:"},
    {"ActorForgedAndItsRowHashedAnew",
     [](Scene& scene) {
       ForgeActor(scene);
       scene.HashAnew(scene.PositionOf("remark"));
     },
     "tree_head:"},
    {"ContentAltered",
     Alter("UPDATE log SET content = x'1001' WHERE position = (SELECT max(position) FROM log WHERE "
           "content IS NOT NULL)"),
     "content:"},
    {"SaltAltered", Alter("UPDATE log SET salt = zeroblob(16) WHERE salt IS NOT NULL AND position > 200"), "content:"},
    {"ContentTaken", Alter("UPDATE log SET salt = NULL, content = NULL WHERE position > 200"), "content:"},
    {"ContentEmptiedAsIfRedacted",
     Alter("UPDATE log SET salt = NULL, content = x'' WHERE content IS NOT NULL AND position > 200"), "content:"},
    {"StreamRenamed", Alter("UPDATE streams SET name = 'run/small' WHERE name = 'run/big'"), "hash:"},
    {"StreamInvented", Sql("INSERT INTO streams (name) VALUES ('run/ghost')"),
     "streams names one that has no events: \"run/ghost\""},
    {"TypeRenamed", Alter("UPDATE event_types SET name = 'praise' WHERE name = 'remark'"), "the column event_type"},

    // The log, by who knows the hashes and makes everything anew.
    {"ActorForgedAndAllHashedAnew",
     [](Scene& scene) {
       ForgeActor(scene);
       CoverUp(scene);
     },
     "seal:", Unsealed::kNothing},
    {"RefusalTurnedIntoSuccess",
     [](Scene& scene) {
       TurnRefusalIntoSuccess(scene);
       CoverUp(scene);
     },
     "seal:"},
    {"TailCutAndAllHashedAnew",
     [](Scene& scene) {
       scene.Alter(
           "DELETE FROM command_ids WHERE position > 300; DELETE FROM log WHERE position > 300;"
           "DELETE FROM streams WHERE id NOT IN (SELECT stream FROM log)");
       CoverUp(scene);
     },
     "seal:", Unsealed::kNothing},
    {"LastEventCutAndAllHashedAnew",
     [](Scene& scene) {
       scene.Alter("DELETE FROM log WHERE position = (SELECT max(position) FROM log)");
       CoverUp(scene);
     },
     "seal:", Unsealed::kNothing},
    {"RolledBack", [](Scene& scene) { WriteFiles(scene.older().files(), scene.path()); }, "seal:", Unsealed::kNothing},
    {"Forked", [](Scene& scene) { ForkFrom(scene.older(), scene); }, "seal:", Unsealed::kNothing},
    {"TailOfTheWriteAheadLogLost",
     [](Scene& scene) {
       Files files = scene.older().files();
       files.wal.clear();
       WriteFiles(files, scene.path());
     },
     "seal:", Unsealed::kNothing},
    {"OldWriteAheadLogBesideNewerFile",
     [](Scene& scene) {
       WriteFiles({.database = scene.log().files().database, .wal = scene.older().files().wal}, scene.path());
     },
     "file: SQLite: "},
    {"AnotherLogInItsPlace", [](Scene& scene) { WriteFiles(scene.other().files(), scene.path()); }, "another log",
     Unsealed::kNothing},
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
     "seal:", Unsealed::kNothing},
    {"IdChanged", Sql("UPDATE schema_meta SET value = '01HF7YAT00ABCDEFGHJKMNPQRS' WHERE key = 'database_id'"),
     "another log"},

    // The tree.
    {"HeadShortened", Sql("UPDATE tree_head SET tree_size = tree_size - 1"),
     "read the tree head: a tree of 388 leaves"},
    {"RootChanged", Sql("UPDATE tree_head SET root = zeroblob(32)"), "the root it holds is 0000"},
    {"RightEdgeChanged", Sql("UPDATE tree_head SET frontier = zeroblob(length(frontier))"), "tree_head:"},
    {"HeadGone", Sql("DELETE FROM tree_head"), "read the tree head of"},
    {"SubtreeRootChanged", Sql("UPDATE tree_nodes SET hash = zeroblob(32) WHERE subtree = 0"),
     "the stored root of the subtree over positions 1 to 256"},
    {"SubtreeRootGone", Sql("DELETE FROM tree_nodes WHERE subtree = 0"), "position 1: tree_head:"},
    {"SubtreeRootInvented", Sql("INSERT INTO tree_nodes VALUES (77, zeroblob(32))"),
     "tree_nodes has the root of a subtree that is not whole: \"77\""},

    // The tables.
    {"RowEdited", Sql("UPDATE workstreams SET status = 'failed' WHERE run_id = 'big' AND ws_id = 'w0'"),
     "table: workstreams"},
    {"RowDeleted", Sql("DELETE FROM errors WHERE run_id = 'big'"), "table: errors"},
    {"RowInserted", Sql("INSERT INTO dependencies VALUES ('big', 'w0', 'w1')"), "table: dependencies"},
    {"MachineEdited", Sql("UPDATE machines SET definition_json = replace(definition_json, 'operator_required', '')"),
     "table: machines"},
    {"HistoryRowEdited",
     Sql("UPDATE state_transitions SET to_state = 'done' WHERE position = (SELECT min(position) FROM "
         "state_transitions)"),
     "table: state_transitions"},
    {"CommandIdDropped", Sql("DELETE FROM command_ids WHERE command_id = 'ready-3'"), "command_id:"},
    {"CommandIdRedirected", Sql("UPDATE command_ids SET position = 5 WHERE command_id = 'ready-3'"), "command_id:"},
    {"CommandIdRenamed", Sql("UPDATE command_ids SET command_id = 'ready-x' WHERE command_id = 'ready-3'"),
     "command_id:"},
    {"CommandIdInvented", Sql("INSERT INTO command_ids VALUES ('never', 7, '00112233445566778899aabbccddeeff')"),
     "command_id:"},
    {"SaltOfACommandEmptied", Sql("UPDATE command_ids SET salt = '' WHERE command_id = 'ready-3'"), "command_id:"},

    // The schema.
    {"TriggerDropped", Sql("DROP TRIGGER log_refuses_delete"),
     "the trigger log_refuses_delete is gone; annals migrate puts it back"},
    {"TriggerMadeHarmless",
     Sql("DROP TRIGGER log_refuses_update; CREATE TRIGGER log_refuses_update BEFORE UPDATE ON log "
         "BEGIN SELECT 1; END"),
     "the trigger log_refuses_update has"},
    {"IndexOfTheLogDropped", Sql("DROP INDEX log_by_stream"), "the index log_by_stream is gone"},
    {"IndexOfATableDropped",
     [](Scene& scene) {
       const auto name = OpenAt(scene.path(), OpenMode::kReadOnly)
                             ->connection()
                             .QueryText(
                                 "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL AND "
                                 "tbl_name = 'workstreams'");
       scene.Sql("DROP INDEX " + name.value().value());
     },
     "is gone; annals migrate puts it back"},
    {"IndexThatLacksRows",
     AlterSchema("UPDATE sqlite_schema SET sql = sql || ' WHERE version > 9' WHERE name = "
                 "'log_by_stream'"),
     "the index log_by_stream has \") WHERE version > 9\""},
    {"IndexOfAConstraintDropped", AlterSchema("DELETE FROM sqlite_schema WHERE name = 'sqlite_autoindex_streams_1'"),
     "position 1: unreadable:"},
    {"CheckRemoved",
     AlterSchema("UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (id = 1)', '') WHERE name = "
                 "'tree_head'"),
     "the table tree_head has \"KEY\" where annals has \"KEY CHECK"},
    {"CheckOfATableChanged",
     AlterSchema("UPDATE sqlite_schema SET sql = replace(sql, '''paused''', '''paused'' OR 1 = "
                 "1 OR status = ''x''') WHERE name = 'workstreams'"),
     "OR 1 = 1 OR status = 'x'"},
    // Without these not even the first look at the log succeeds.
    {"NamesOfStreamsRenamed", Sql("ALTER TABLE streams RENAME COLUMN name TO nam"),
     "file: the table streams lacks \"name"},
    {"RootRenamed", Sql("ALTER TABLE tree_head RENAME COLUMN root TO rot"), "file: the table tree_head lacks \"root"},
    {"MetaRenamed", Sql("ALTER TABLE schema_meta RENAME TO meta"), "file: the table schema_meta is gone"},
    {"ValuesOfMetaRenamed", Sql("ALTER TABLE schema_meta RENAME COLUMN value TO worth"),
     "file: the table schema_meta lacks \"value"},
    {"SqlBehindItsEnd",
     AlterSchema(
         "UPDATE sqlite_schema SET sql = 'CREATE VIRTUAL TABLE leases USING dbstat' || char(0) || ')' WHERE name "
         "= 'leases'"),
     "the SQL of the table \"leases\" goes on behind its end"},
    {"StrictTakenAway", AlterSchema("UPDATE sqlite_schema SET sql = replace(sql, 'STRICT', '') WHERE name = 'streams'"),
     "the table streams has \")\" where annals has \") STRICT\""},
    {"ColumnAddedToTheLog", Sql("ALTER TABLE log ADD COLUMN mark TEXT"),
     "the table log has \"mark TEXT\", which annals does not make"},
    {"TriggerThatAltersNewEvents",
     Sql("CREATE TRIGGER mine AFTER INSERT ON log BEGIN UPDATE tree_head SET generation = generation + 1; END"),
     "the trigger \"mine\" on log was not made by annals; drop it"},
    {"TriggerThatForgetsCommands",
     Sql("CREATE TRIGGER mine AFTER INSERT ON command_ids BEGIN DELETE FROM command_ids; END"),
     "the trigger \"mine\" on command_ids was not"},
    {"TriggerOnTheHead", Sql("CREATE TRIGGER mine AFTER UPDATE ON tree_head BEGIN DELETE FROM leases; END"),
     "the trigger \"mine\" on tree_head was not"},
    {"TriggerThatAltersRowsAtWork",
     [](Scene& scene) {
       scene.Sql("CREATE TRIGGER mine AFTER INSERT ON workstreams BEGIN UPDATE workstreams SET is_critical = 1; END");
       const auto storage = OpenAt(scene.path(), OpenMode::kReadWrite);
       Session session(*storage, 5);
       session.Accept(CreateWorkstream("new", {}, false, "big"));
     },
     "table: workstreams"},
    {"IndexAddedToTheLog", Sql("CREATE UNIQUE INDEX mine ON log (recorded_at, position)"),
     "the index \"mine\" on log was not"},
    {"EventsViewThatHidesRows",
     AlterSchema("UPDATE sqlite_schema SET sql = sql || ' WHERE log.position <> 9' WHERE name = 'events'"),
     "the view events has \"event_type WHERE log . position"},
    {"EventsViewGone", Sql("DROP VIEW events"), "the view events is gone; annals migrate puts it back"},
    {"TableReplacedByAViewThatHidesRows",
     Sql("ALTER TABLE runs RENAME TO kept; CREATE VIEW runs AS SELECT * FROM kept WHERE run_id <> 'big'"),
     "the table runs is a view"},
    {"LogReplacedByAViewThatHidesRows",
     Sql("DROP VIEW events; ALTER TABLE log RENAME TO kept; CREATE VIEW log AS "
         "SELECT * FROM kept WHERE position < 300"),
     "the table log is a view"},
    {"TableDropped", Sql("PRAGMA foreign_keys = OFF; DROP TABLE errors"),
     "the table errors is gone; annals migrate puts it back"},
    {"TriggerThatRefusesInATextOnly",
     Sql("DROP TRIGGER log_refuses_update; CREATE TRIGGER log_refuses_update BEFORE UPDATE ON log\n"
         "  BEGIN SELECT \"RAISE(ABORT, 'the log is append-only: no event may be changed')\"; END"),
     "the trigger log_refuses_update has \"SELECT \\\"RAISE(ABORT"},
    {"EventsViewJoinedByAText",
     AlterSchema("UPDATE sqlite_schema SET sql = replace(sql, 'ON streams.id = log.stream', "
                 "'ON \"streams.id = log.stream\"') WHERE name = 'events'"),
     "the view events has \"ON \\\"streams.id = log.stream"},
    {"TriggerOnTheLogInOtherLetters",
     Sql("CREATE TRIGGER mine AFTER INSERT ON LOG BEGIN UPDATE tree_head SET generation = generation + 1; END"),
     "the trigger \"mine\" on log was not made by annals; drop it"},
    {"TriggerOnTheCommandsInOtherLetters",
     Sql("CREATE TRIGGER mine BEFORE INSERT ON Command_Ids BEGIN SELECT RAISE(IGNORE); END"),
     "the trigger \"mine\" on command_ids was not"},
    {"CheckInAColumnThatWasAdded", Sql("ALTER TABLE runs ADD COLUMN mine INTEGER CHECK (status <> 'paused')"),
     "the table runs has \"mine INTEGER CHECK ( status < > 'paused' )\", which keeps rows out"},
    {"UniqueIndexOnATable", Sql("CREATE UNIQUE INDEX mine ON runs (run_id, status)"),
     "the index \"mine\" on runs keeps rows out; drop it"},
    {"IndexByAnUnknownCollation",
     AlterSchema(
         "CREATE INDEX mine ON runs (status); UPDATE sqlite_schema SET sql = 'CREATE INDEX mine ON runs (status "
         "COLLATE theirs)' WHERE name = 'mine'"),
     "no row can be written to runs: no such collation sequence: theirs"},

    // The file.
    {"SchemaVersionRaised", Sql("PRAGMA user_version = 2"), "it has schema version 2", Unsealed::kFound, 1},
    {"SchemaVersionLowered", Sql("PRAGMA user_version = 0"), "it has schema version 0", Unsealed::kFound, 1},
    {"SchemaVersionInWordsChanged", Sql("UPDATE schema_meta SET value = '0' WHERE key = 'schema_version'"),
     "schema_meta says \"0\" of \"schema_version\""},
    {"ApplicationIdChanged", Sql("PRAGMA application_id = 7"), "it belongs to another program", Unsealed::kFound, 1},
    {"MigrationForgotten", Sql("DELETE FROM migrations"), "migrations does not show number 1"},
    {"MetaInvented", Sql("INSERT INTO schema_meta VALUES ('owner', 'me')"), "schema_meta says \"me\" of \"owner\""},
    {"BirthdayChanged", Sql("UPDATE schema_meta SET value = '2020-01-01T00:00:00.000000Z' WHERE key = 'created_at'"),
     "which its id does not"},
    {"FileTruncated",
     [](Scene& scene) {
       Files files = ReadFiles(scene.path());
       files.database.resize(files.database.size() / 8192 * 4096);
       WriteFiles(files, scene.path());
     },
     "it is damaged (database disk image is malformed)"},
    {"FirstPageBroken", FlipByte(100), "it is damaged (database disk image is malformed)"},
    {"NoMoreToBeWritten", FlipByte(18, 2 ^ 3), "file: the file's header has format numbers"},
    {"UnknownFormatOfTheSchema", FlipByte(47, 4 ^ 5), "its header was altered (unsupported file format)"},
    {"OlderFormatOfTheSchema", FlipByte(47, 4 ^ 3), "file: the file's header has format numbers"},
    {"NegativeFreePages", FlipByte(36), "SQLite: Main freelist: size is"},
    {"IndexEntryOfAnotherRow", FlipByte([](const std::string& bytes) { return bytes.rfind("run/r2"); }),
     "file: SQLite:"},
};

class OnAScene : public testing::Test {
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

class TamperingRecipe : public OnAScene, public testing::WithParamInterface<Recipe> {};
INSTANTIATE_TEST_SUITE_P(Tampering, TamperingRecipe, testing::ValuesIn(kRecipes),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_P(TamperingRecipe, IsFoundAgainstASealThatIsKeptElsewhere) {
  GetParam().tamper(scene_);
  const Told unsealed = Verify({});
  if (GetParam().unsealed == Unsealed::kFound) {
    EXPECT_EQ(unsealed.exit, GetParam().exit) << unsealed.out << unsealed.err;
  } else {
    EXPECT_EQ(unsealed.exit, 0) << unsealed.out << unsealed.err;
    EXPECT_THAT(unsealed.out, HasSubstr("Without a seal kept elsewhere it cannot be excluded that the newest events "
                                        "were cut off, or that all was written anew.\n"));
  }
  const Told sealed = VerifyAgainst(scene_.log().seal());
  EXPECT_EQ(sealed.exit, GetParam().exit);
  EXPECT_THAT(sealed.out + sealed.err, HasSubstr(GetParam().told));
  Tried(1, "tampering recipes");
}

class SealOfAScene : public OnAScene {};

// So that the recipes are known to be what is found.
TEST_F(SealOfAScene, HoldsWhereNothingWasTamperedWith) {
  EXPECT_EQ(Verify({}).exit, 0);
  const Told told = VerifyAgainst(scene_.log().seal());
  EXPECT_EQ(told.exit, 0) << told.out << told.err;
  EXPECT_EQ(VerifyAgainst(scene_.older().seal()).exit, 0) << "the log goes on from what it was before";
}

TEST_F(SealOfAScene, ByAnotherKeyOfTheSameNameIsRefused) {
  SeededRandom random(1234);
  const SigningKey namesake = SigningKey::Generate("annals", random).value();
  const SealedCheckpoint sealed = ReadUncheckedSeal(scene_.log().seal()).value();
  const Told told = VerifyAgainst(Seal(sealed, namesake).value());
  EXPECT_EQ(told.exit, 6);
  EXPECT_THAT(told.err, HasSubstr("did not sign it"));
  Tried(1, "tampering recipes");
}

TEST_F(SealOfAScene, OfAnotherDatabaseIsRefused) {
  const SealedCheckpoint sealed = ReadUncheckedSeal(scene_.other().seal()).value();
  const Told told = VerifyAgainst(Seal(sealed, scene_.log().key()).value());
  EXPECT_EQ(told.exit, 6);
  EXPECT_THAT(told.err, HasSubstr("another log"));
  Tried(1, "tampering recipes");
}

}  // namespace
}  // namespace annals::integrity
