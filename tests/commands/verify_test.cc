// SPEC §2.7 and §10: whatever is changed behind the log's back is found, and named by its position.
#include "commands/verify.h"

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <capnp/message.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/event_codec.h"
#include "eventstore/sqlite/sqlite_backup.h"
#include "eventstore/sqlite/sqlite_storage.h"
#include "projections/tables.h"
#include "tests/support/commands.h"
#include "tests/support/effort.h"
#include "tests/support/ledger.h"
#include "tests/support/must.h"
#include "tests/support/session.h"
#include "tests/support/store.h"
#include "tests/support/unguarded.h"

namespace annals {
namespace {

using namespace annals::support;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr auto kQuiet = [](uint64_t, uint64_t) {};

// 18 events of every kind, each but the run's start the answer to one command.
const std::vector<std::string> kStory = {
    With(CreateRun("r1", "running"), R"("metadata":{"by":"ci"})"),  // 1 and 2
    CreateWorkstream("a"),
    CreateWorkstream("b", {"a"}),
    MoveWorkstream("a", "ready"),  // 5
    MoveWorkstream("a", "editing"),
    StartStep("a", "edit"),
    With(FinishStep(7, "success"), R"("exit_code":0,"result":{"files":3})"),
    With(RecordStep("a", "static", "failure"), R"("result":{"warnings":2})"),
    RecordError("a", "static", "sig"),  // 10
    RecordError("a", "static", "sig"),
    With(Note("remark"), R"("payload":{"text":"hm"})"),
    R"({"command":"record_event","event_type":"outside","payload":{"n":1}})",
    MoveWorkstream("a", "static_check"),
    Overridden(MoveWorkstream("b", "ready")),  // 15
    CreateRun("r2"),
    CreateWorkstream("x", {}, true, "r2"),
};
const std::string kRefused = MoveWorkstream("a", "done");  // 18
constexpr uint64_t kEvents = 18;

class VerifyTest : public testing::TestWithParam<Backend> {
 protected:
  VerifyTest() {
    Session session(store_.storage());
    for (const std::string& command : kStory) session.Accept(command);
    session.Refuse(kRefused);
  }

  std::vector<Fault> FindFaults(VerifyOptions options = {}) {
    std::vector<Fault> faults;
    Storage* const storage = &store_.storage();
    report_ = Must(Verify({&storage, 1}, options, kQuiet, [&](const Fault& fault) { faults.push_back(fault); }));
    EXPECT_EQ(report_.faults, faults.size());
    return faults;
  }

  Store store_{GetParam()};
  VerifyReport report_;
};

std::string LineOf(const Fault& fault) {
  return fmt::format("{} {}", fault.position ? fmt::format("{}", static_cast<int64_t>(fault.position->value)) : "-",
                     NameOf(fault.kind));
}

std::vector<std::string> LinesOf(const std::vector<Fault>& faults) {
  std::vector<std::string> lines;
  for (const Fault& fault : faults) lines.push_back(LineOf(fault));
  std::ranges::sort(lines);
  return lines;
}

TEST_P(VerifyTest, FindsNothingWhereNothingIsWrong) {
  EXPECT_THAT(LinesOf(FindFaults()), IsEmpty());
  EXPECT_EQ(report_.events, kEvents);
  EXPECT_EQ(report_.tree_size, kEvents);
  EXPECT_EQ(report_.root, RecomputedRoot(RecordsOf(store_.storage())));
  EXPECT_FALSE(report_.seal_holds);
}

TEST_P(VerifyTest, FindsNothingInAnEmptyDatabase) {
  Store empty(GetParam());
  Storage* const storage = &empty.storage();
  const VerifyReport report =
      Must(Verify({&storage, 1}, {}, kQuiet, [](const Fault& fault) { ADD_FAILURE() << LineOf(fault); }));
  EXPECT_EQ(report.events, 0u);
}

TEST_P(VerifyTest, ALogGoesOnFromWhatWasSealed) {
  MerkleTree tree;
  const std::vector<StoredRecord> records = RecordsOf(store_.storage());
  for (size_t i = 0; i < 11; ++i) tree.Append(LeafHashOf(records[i].View()));
  const SealedCheckpoint seal{.origin = "annals/x", .size = 11, .root = tree.Root()};
  EXPECT_THAT(LinesOf(FindFaults({.seal = seal})), IsEmpty());
  EXPECT_EQ(report_.seal_holds, true);

  EXPECT_THAT(LinesOf(FindFaults({.seal = SealedCheckpoint{"annals/x", 12, tree.Root()}})), ElementsAre("- seal"));
  EXPECT_EQ(report_.seal_holds, false);
  EXPECT_THAT(LinesOf(FindFaults({.seal = SealedCheckpoint{"annals/x", 19, tree.Root()}})), ElementsAre("19 seal"));
  EXPECT_THAT(LinesOf(FindFaults({.seal = SealedCheckpoint{"annals/x", 0, MerkleTree().Root()}})), IsEmpty());
  EXPECT_EQ(report_.seal_holds, true);
}

INSTANTIATE_TEST_SUITE_P(Backends, VerifyTest, testing::Values(Backend::kMemory, Backend::kSqlite),
                         [](const auto& test) { return NameOf(test.param); });

// What a thief with SQL does to the file.
class AlteredTest : public VerifyTest {
 protected:
  const Connection& connection() { return dynamic_cast<SqliteStorage&>(store_.storage()).connection(); }
  void Execute(const std::string& sql) {
    Must(connection().Execute(sql));
    store_.Reopen();
  }
  // Past the triggers that refuse it.
  void Alter(const std::string& sql) {
    {
      const Unguarded unguarded(connection());
      Must(connection().Execute(sql));
    }
    store_.Reopen();
  }
};
INSTANTIATE_TEST_SUITE_P(Sqlite, AlteredTest, testing::Values(Backend::kSqlite),
                         [](const auto& test) { return NameOf(test.param); });

struct Alteration {
  const char* what;
  const char* sql;
  std::vector<std::string> faults;
};

const Alteration kAlterations[] = {
    {"an event removed", "DELETE FROM log WHERE position = 12", {"12 gap", "14 version"}},
    {"two events removed", "DELETE FROM log WHERE position IN (12, 13)", {"- file", "12 gap", "14 version"}},
    {"the first event removed",
     "DELETE FROM log WHERE position = 1",
     {"1 gap", "2 table", "2 undecodable", "2 unlawful", "2 version"}},
    {"the tail cut", "DELETE FROM log WHERE position > 15", {"- file", "- file", "- table", "- table", "16 tree_head"}},
    {"an event put before the first",
     "INSERT INTO log SELECT -3, stream, 99, recorded_at, event_type, ws_id, event, leaf_hash, salt, content FROM log "
     "WHERE position = 13",
     {"-3 gap", "-3 hash", "-3 version", "13 version"}},
    {"an event put behind the last",
     "INSERT INTO log SELECT 19, stream, 2, recorded_at + 90000000, event_type, ws_id, event, leaf_hash, salt, content "
     "FROM log WHERE position = 13",
     {"19 column", "19 hash", "19 tree_head"}},
    {"two events swapped",
     "UPDATE log SET position = 99 WHERE position = 12; UPDATE log SET position = 12 WHERE position = 13;"
     "UPDATE log SET position = 13 WHERE position = 99",
     {"12 hash", "13 hash", "13 time"}},
    {"an event in another stream",
     "UPDATE log SET stream = (SELECT id FROM streams WHERE name = 'note'), version = 2 WHERE position = 12",
     {"12 hash", "12 version", "13 version", "14 version"}},
    {"an event restamped", "UPDATE log SET recorded_at = recorded_at + 1 WHERE position = 12", {"12 column"}},
    {"an event stamped back", "UPDATE log SET recorded_at = 5 WHERE position = 12", {"12 column", "12 time"}},
    {"another type", "UPDATE log SET event_type = 1 WHERE position = 12", {"12 column"}},
    {"another workstream", "UPDATE log SET ws_id = 'b' WHERE position = 12", {"12 column"}},
    {"another leaf hash", "UPDATE log SET leaf_hash = zeroblob(32) WHERE position = 12", {"12 hash"}},
    {"a leaf hash cut short", "UPDATE log SET leaf_hash = x'00' WHERE position = 12", {"12 hash"}},
    {"a salt cut short", "UPDATE log SET salt = x'00' WHERE position = 12", {"12 content"}},
    {"content removed", "UPDATE log SET salt = NULL, content = NULL WHERE position = 12", {"12 content"}},
    {"content redacted by nobody", "UPDATE log SET salt = NULL, content = x'' WHERE position = 12", {"12 content"}},
    {"content replaced", "UPDATE log SET content = x'00' WHERE position = 12", {"12 content", "12 content"}},
    {"content where there is none", "UPDATE log SET content = x'00' WHERE position = 5", {"5 content"}},
    {"an event replaced by another",
     "UPDATE log SET event = (SELECT event FROM log WHERE position = 5) WHERE position = 6",
     {"14 unlawful", "6 column", "6 hash", "6 unlawful"}},
    {"no event at all", "UPDATE log SET event = x'' WHERE position = 6", {"6 hash", "6 table", "6 undecodable"}},
    {"a stream renamed",
     "UPDATE streams SET name = 'run/r9' WHERE name = 'run/r2'",
     {"- table", "- table", "16 hash", "16 table", "17 hash", "17 table"}},
    {"a stream without a name",
     "PRAGMA foreign_keys = OFF; DELETE FROM streams WHERE name = 'note'",
     {"13 hash", "13 unlawful"}},
    {"a type renamed", "UPDATE event_types SET name = 'inside' WHERE name = 'outside'", {"13 column"}},
    {"a type without a name",
     "PRAGMA foreign_keys = OFF; DELETE FROM event_types WHERE name = 'outside'",
     {"13 column"}},
    {"a head that is short",
     "UPDATE tree_head SET tree_size = 16, frontier = substr(frontier, 1, 32)",
     {"17 tree_head"}},
    {"a head that is long", "UPDATE tree_head SET tree_size = 20", {"19 tree_head"}},
    {"a root that is another's", "UPDATE tree_head SET root = zeroblob(32)", {"- tree_head"}},
    {"a right edge that is another's", "UPDATE tree_head SET frontier = zeroblob(64)", {"- tree_head"}},
    {"a right edge that is none", "UPDATE tree_head SET frontier = x'00'", {"- tree_head"}},
    {"a head that is gone", "DELETE FROM tree_head", {"- tree_head"}},
    {"a head of another time", "UPDATE tree_head SET recorded_at = 5", {"- tree_head"}},
    {"a row made up", "INSERT INTO dependencies VALUES ('r1', 'b', 'c')", {"- table", "- table"}},
    {"a row of a run made up", "INSERT INTO dependencies VALUES ('r9', 'b', 'c')", {"- table"}},
    {"a row removed", "DELETE FROM errors", {"10 table"}},
    {"a row moved to another run",
     "UPDATE step_attempts SET run_id = 'r2' WHERE id = 9",
     {"- table", "- table", "9 table"}},
    {"a row moved to a run made up", "UPDATE step_attempts SET run_id = 'r9' WHERE id = 9", {"- table", "9 table"}},
    {"a status that was right once", "UPDATE workstreams SET status = 'ready' WHERE ws_id = 'a'", {"6 table"}},
    {"a status that never was", "UPDATE workstreams SET status = 'done' WHERE ws_id = 'a'", {"14 table"}},
    {"a time that is none", "UPDATE runs SET created_at = 'yesterday' WHERE run_id = 'r2'", {"16 table"}},
    {"a count that was right once", "UPDATE errors SET count = 1", {"11 table"}},
};

TEST_P(AlteredTest, EveryAlterationIsFoundAtItsPosition) {
  for (const Alteration& alteration : kAlterations) {
    SCOPED_TRACE(alteration.what);
    const std::string copy = FreshPath("altered");
    Must(BackUp(connection(), copy).status());
    {
      const auto storage = OpenSqlite(copy);
      const Connection& raw = dynamic_cast<SqliteStorage&>(*storage).connection();
      const Unguarded unguarded(raw);
      Must(raw.Execute(alteration.sql));
    }
    const auto again = OpenSqlite(copy);  // another process
    std::vector<Fault> faults;
    Storage* const altered = again.get();
    Must(Verify({&altered, 1}, {}, kQuiet, [&](const Fault& fault) { faults.push_back(fault); }));
    std::vector<std::string> expected = alteration.faults;
    std::ranges::sort(expected);
    EXPECT_EQ(LinesOf(faults), expected) << [&] {
      std::string details;
      for (const Fault& fault : faults) details += LineOf(fault) + ": " + fault.detail + "\n";
      return details;
    }();
    RemoveDatabase(copy);
  }
}

// Every bit of every event, leaf hash, salt and content, or about one of each byte.
TEST_P(AlteredTest, EveryBitThatIsFlippedIsFoundAndNamedByItsPosition) {
  std::optional<Unguarded> unguarded(connection());
  Must(connection().Execute("PRAGMA synchronous = OFF"));
  const auto flip = [&](std::string_view column, uint64_t position, const std::string& bytes) {
    Statement update = Must(connection().Prepare(fmt::format("UPDATE log SET {} = ? WHERE position = ?", column)));
    update.BindBlob(1, bytes);
    update.Bind(2, static_cast<int64_t>(position));
    Must(update.Run());
  };
  std::mt19937_64 chance(SeedOr(1));
  const size_t widest_step = IsFullEffort() ? 1 : 15;
  size_t flips = 0;
  for (const StoredRecord& record : RecordsOf(store_.storage())) {
    std::vector<std::tuple<std::string_view, std::string, FaultKind>> cells = {
        {"event", record.event, FaultKind::kHash}, {"leaf_hash", record.kept_leaf, FaultKind::kHash}};
    if (record.content) {
      cells.emplace_back("salt", std::string(BytesOf(record.content->first)), FaultKind::kContent);
      cells.emplace_back("content", record.content->second, FaultKind::kContent);
    }
    for (auto& [column, bytes, kind] : cells) {
      for (size_t bit = 0; bit < bytes.size() * 8; bit += 1 + chance() % widest_step, ++flips) {
        char& byte = bytes[bit / 8];
        byte = static_cast<char>(byte ^ (1 << bit % 8));
        flip(column, record.position.value, bytes);
        const std::vector<Fault> faults = FindFaults();
        byte = static_cast<char>(byte ^ (1 << bit % 8));
        const auto is_it = [&, wanted = kind](const Fault& fault) {
          return fault.kind == wanted && fault.position == record.position;
        };
        ASSERT_TRUE(std::ranges::any_of(faults, is_it)) << record.position.value << " " << column << " bit " << bit;
        // Nothing else is said to have another hash, or other content.
        ASSERT_TRUE(std::ranges::all_of(faults,
                                        [&](const Fault& fault) {
                                          return (fault.kind != FaultKind::kHash &&
                                                  fault.kind != FaultKind::kContent) ||
                                                 fault.position == record.position;
                                        }))
            << record.position.value << " " << column << " bit " << bit;
      }
      flip(column, record.position.value, bytes);
    }
  }
  unguarded.reset();
  EXPECT_THAT(LinesOf(FindFaults()), IsEmpty());
  Tried(flips, "bits of events flipped, and named by their position");
}

TEST_P(AlteredTest, RowsOfStateTransitionsAreComparedWithTheEventAtTheirPosition) {
  Must(Rebuild(store_.storage(), &StateTransitionsTable().table(), kQuiet));
  Must(connection().Execute(
      "UPDATE state_transitions SET to_state = 'done' WHERE position = 5; DELETE FROM state_transitions WHERE position "
      "= 6;"
      "INSERT INTO state_transitions SELECT 7, entity_type, entity_id, run_id, from_state, to_state, trigger, reason, "
      "operator, severity, transitioned_at, kind FROM state_transitions WHERE position = 5;"
      "INSERT INTO state_transitions SELECT 77, entity_type, entity_id, run_id, from_state, to_state, trigger, reason, "
      "operator, severity, transitioned_at, kind FROM state_transitions WHERE position = 5"));
  EXPECT_THAT(LinesOf(FindFaults()), ElementsAre("- table", "- table", "5 table", "6 table"));
}

TEST_P(AlteredTest, ContentMayGoWhereAnEventOfItsStreamSaysSo) {
  {
    capnp::MallocMessageBuilder message;
    const auto transaction = Must(store_.storage().Begin());
    auto event = message.initRoot<schema::Event>();
    event.setRecordedAt(transaction->head().recorded_at.micros);
    event.initBody().initContentRedacted().setPosition(12);
    std::string bytes;
    EncodeEvent(event.asReader(), bytes);
    const NewEvent redaction{.event = bytes,
                             .event_type = "content_redacted",
                             .ws_id = {},
                             .recorded_at = transaction->head().recorded_at,
                             .content = {}};
    Must(transaction->Append("run/r1", Must(transaction->VersionOf("run/r1")), {&redaction, 1}));
    Must(transaction->Commit());
  }
  EXPECT_THAT(LinesOf(FindFaults()), ElementsAre("19 content"));  // it is still there
  Alter("UPDATE log SET salt = NULL, content = x'' WHERE position = 12");
  EXPECT_THAT(LinesOf(FindFaults()), IsEmpty());
  Alter("UPDATE log SET salt = NULL, content = x'' WHERE position = 13");
  EXPECT_THAT(LinesOf(FindFaults()), ElementsAre("13 content"));
}

TEST_P(AlteredTest, ACutTailThatWasCoveredUpShowsAgainstASealAlone) {
  const SealedCheckpoint seal{
      .origin = "annals/x", .size = kEvents, .root = Must(store_.storage().Read())->head().tree.Root()};
  MerkleTree tree;
  const std::vector<StoredRecord> records = RecordsOf(store_.storage());
  for (size_t i = 0; i + 1 < kEvents; ++i) tree.Append(LeafHashOf(records[i].View()));
  Alter(fmt::format(
      "DELETE FROM log WHERE position = {}; DELETE FROM streams WHERE id NOT IN (SELECT stream FROM log);"
      "UPDATE tree_head SET tree_size = {}, recorded_at = {}, root = "
      "x'{}', frontier = x'{}'",
      kEvents, kEvents - 1, records[kEvents - 2].recorded_at.micros, HexOf(tree.Root()), HexOf(tree.frontier())));
  EXPECT_THAT(LinesOf(FindFaults()), IsEmpty());
  EXPECT_THAT(LinesOf(FindFaults({.seal = seal})), ElementsAre("18 seal"));
}

// A tree of several whole subtrees, walked by several jobs.
class LongLogTest : public AlteredTest {
 protected:
  LongLogTest() {
    Session session(store_.storage());
    std::vector<std::string> commands;
    for (int run = 0; run < 30; ++run) {
      const std::string name = fmt::format("many{}", run);
      commands.push_back(CreateRun(name, "running"));
      for (int ws = 0; ws < 20; ++ws) {
        commands.push_back(CreateWorkstream(fmt::format("w{}", ws), {}, false, name));
        commands.push_back(MoveWorkstream(fmt::format("w{}", ws), "ready", name));
      }
    }
    session.ExecuteAll(commands);
  }

  std::vector<Fault> FindFaultsWith(size_t jobs) {
    std::vector<std::unique_ptr<Storage>> opened;
    std::vector<Storage*> storages;
    for (size_t i = 0; i < jobs; ++i) {
      opened.push_back(OpenSqlite(store_.path()));
      storages.push_back(opened.back().get());
    }
    std::vector<Fault> faults;
    Must(Verify(storages, {}, kQuiet, [&](const Fault& fault) { faults.push_back(fault); }));
    return faults;
  }
};
INSTANTIATE_TEST_SUITE_P(Sqlite, LongLogTest, testing::Values(Backend::kSqlite),
                         [](const auto& test) { return NameOf(test.param); });

TEST_P(LongLogTest, AnyNumberOfJobsFindsTheSame) {
  Must(Rebuild(store_.storage(), &StateTransitionsTable().table(), kQuiet));
  for (const size_t jobs : {1u, 2u, 5u}) EXPECT_THAT(LinesOf(FindFaultsWith(jobs)), IsEmpty()) << jobs;
  Alter(
      "UPDATE log SET event = x'00' WHERE position = 300; UPDATE log SET salt = x'00' WHERE position = 12;"
      "UPDATE workstreams SET status = 'done' WHERE ws_id = 'w3'; INSERT INTO dependencies VALUES ('r9', 'b', 'c');"
      "DELETE FROM state_transitions WHERE position > 400");
  const std::vector<std::string> found = LinesOf(FindFaultsWith(1));
  EXPECT_GT(found.size(), 30u);
  for (const size_t jobs : {2u, 5u}) EXPECT_EQ(LinesOf(FindFaultsWith(jobs)), found) << jobs;
}

TEST_P(LongLogTest, RootsOfSubtreesAreCompared) {
  Execute("UPDATE tree_nodes SET hash = zeroblob(32) WHERE subtree = 1; DELETE FROM tree_nodes WHERE subtree = 3");
  EXPECT_THAT(LinesOf(FindFaultsWith(1)), ElementsAre("257 tree_head", "769 tree_head"));
}

}  // namespace
}  // namespace annals
