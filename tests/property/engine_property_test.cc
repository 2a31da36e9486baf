// The promises of SPEC §2 over random commands, legal and illegal. A failure prints its seed; RC_PARAMS="seed=…" gives
// it again.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "eventstore/memory/memory_storage.h"
#include "projections/projector.h"
#include "projections/rebuild.h"
#include "tests/property/script.h"
#include "tests/support/ledger.h"
#include "tests/support/must.h"
#include "tests/support/store.h"

namespace annals::property {
namespace {

using support::FaultsOf;
using support::Must;
using support::RecordsOf;
using support::StoredRecord;
using support::TableLines;
using support::TablesOf;

// Numbers of all sizes from the first case on, and up to four times as many as the size says.
rc::Gen<std::vector<uint64_t>> Scripts() {
  const auto word = rc::gen::resize(rc::kNominalSize, rc::gen::inRange<uint64_t>(0, UINT64_MAX));
  return rc::gen::scale(4.0, rc::gen::container<std::vector<uint64_t>>(word));
}
rc::Gen<uint64_t> Seeds() {
  return rc::gen::resize(rc::kNominalSize, rc::gen::inRange<uint64_t>(0, UINT64_MAX));
}

std::unique_ptr<MemoryStorage> EmptyMemory() {
  return MemoryStorage::Create(ProjectedTables());
}

std::string FirstDifference(const Played& played) {
  for (size_t i = 0; i < played.requests.size(); ++i) {
    if (i < played.answers.size() && played.predictions[i] == played.answers[i]) continue;
    return "command " + std::to_string(i) + ", " + played.requests[i].Json() + ": the contract says " +
           played.predictions[i] + ", the engine " + (i < played.answers.size() ? played.answers[i] : "nothing");
  }
  return "";
}

TEST(EngineProperty, AnswersAndRowsAreThoseOfTheModelAndTheTablesAreTheFold) {
  EXPECT_TRUE(rc::check([] {
    const std::vector<uint64_t> script = *Scripts();
    const auto storage = EmptyMemory();
    const Played played = Play(script, {.seed = *Seeds()}, *storage);
    const std::string difference = FirstDifference(played);
    if (!difference.empty()) RC_FAIL(difference);
    RC_ASSERT(LinesOf(*storage) == played.model.Lines());
    RC_ASSERT(Must(storage->Read())->head().position.value == played.model.end());
    const std::string faults = FaultsOf(*storage);
    if (!faults.empty()) RC_FAIL(faults);
    const CheckReport report = Must(CheckTables(*storage, [](uint64_t, uint64_t) {}));
    if (report.difference_count > 0) RC_FAIL(report.differences[0].table + ": " + report.differences[0].detail);
    RC_ASSERT(report.events == played.model.end());
  }));
}

TEST(EngineProperty, ScriptsReachEveryStateAndEveryKindOfAnswer) {
  std::map<std::string, int> seen;
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    const auto storage = EmptyMemory();
    const Played played = Play(SeededScript(seed, 300), {.seed = seed}, *storage);
    ASSERT_EQ(FirstDifference(played), "") << "seed " << seed;
    for (const std::string& answer : played.answers) {
      ++seen[answer.substr(0, answer.find(' '))];
      if (answer.ends_with("a repeat")) ++seen["repeat"];
    }
    for (const auto& [id, run] : played.model.runs()) {
      ++seen["run " + run.status];
      for (const auto& [ws_id, ws] : run.workstreams) ++seen["workstream " + ws.status];
    }
    for (const auto& [id, attempt] : played.model.attempts()) ++seen["attempt " + attempt.status];
  }
  for (const char* const kind : {"done", "refused", "would", "not", "bad", "conflict", "repeat"}) {
    EXPECT_GT(seen[kind], 30) << kind;
  }
  EXPECT_GT(seen["done"], 2'500);
  for (const std::string_view state : kRunStates) EXPECT_GT(seen["run " + std::string(state)], 0) << state;
  for (const std::string_view state : kWorkstreamStates)
    EXPECT_GT(seen["workstream " + std::string(state)], 5) << state;
  for (const char* const status : {"in_progress", "success", "failure", "skipped"}) {
    EXPECT_GT(seen["attempt " + std::string(status)], 5) << status;
  }
}

// SPEC §2.6. How commands are grouped, what is kept in memory and when the process ended is not input.
TEST(EngineProperty, SameInputGivesTheSameBytes) {
  EXPECT_TRUE(rc::check([] {
    const std::vector<uint64_t> script = *Scripts();
    const auto one_by_one = EmptyMemory();
    const auto in_batches = EmptyMemory();
    Play(script, {.batches = false, .restarts = false, .small_caches = false}, *one_by_one);
    Play(script, {.seed = *Seeds()}, *in_batches);
    RC_ASSERT(RecordsOf(*one_by_one) == RecordsOf(*in_batches));
    RC_ASSERT(TablesOf(*one_by_one) == TablesOf(*in_batches));
    RC_ASSERT(support::RootOf(*one_by_one) == support::RootOf(*in_batches));
  }));
}

TEST(EngineProperty, SameInputGivesTheSameBytesOnEveryBackend) {
  for (uint64_t seed = 101; seed <= 104; ++seed) {
    SCOPED_TRACE(seed);
    const std::vector<uint64_t> script = SeededScript(seed, 400);
    const auto memory = EmptyMemory();
    support::Store sqlite(support::Backend::kSqlite);
    Play(script, {.batches = false}, *memory);
    const Played played = Play(script, {.seed = seed}, sqlite.storage());
    EXPECT_EQ(FirstDifference(played), "");
    EXPECT_EQ(RecordsOf(*memory), RecordsOf(sqlite.storage()));
    EXPECT_EQ(TablesOf(*memory), TablesOf(sqlite.storage()));
    EXPECT_EQ(support::RootOf(*memory), support::RootOf(sqlite.storage()));
    EXPECT_EQ(LinesOf(sqlite.storage()), played.model.Lines());
    sqlite.Reopen();
    EXPECT_EQ(FaultsOf(sqlite.storage()), "");
    EXPECT_EQ(Must(CheckTables(sqlite.storage(), [](uint64_t, uint64_t) {})).difference_count, 0u);
  }
}

// Folds records into the rows of `storage`, all of `count` in one go, and writes them there.
void FoldInto(Storage& storage, absl::Span<const StoredRecord> records, size_t cache_bytes, Rows& rows) {
  const auto transaction = Must(storage.Begin());
  rows.Attach(transaction.get(), TableSet::kLive);
  RecordFolder folder;
  for (const StoredRecord& record : records) Must(folder.Fold(record.View(), rows));
  Must(rows.Flush(*transaction, TableSet::kLive, cache_bytes));
  rows.Attach(nullptr, TableSet::kLive);
  Must(transaction->Commit());
}

TEST(EngineProperty, FoldOfAPrefixAndThenTheRestIsTheFoldOfTheWhole) {
  EXPECT_TRUE(rc::check([] {
    const std::vector<uint64_t> script = *Scripts();
    const auto storage = EmptyMemory();
    Play(script, {.seed = 1}, *storage);
    const std::vector<StoredRecord> records = RecordsOf(*storage);
    const size_t cut = *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<size_t>(0, records.size() + 1));
    const size_t cache_bytes = *rc::gen::element<size_t>(0, 1'000, 1 << 20);
    const auto all = absl::MakeConstSpan(records);
    const auto refolded = EmptyMemory();
    Rows rows;
    FoldInto(*refolded, all.first(cut), cache_bytes, rows);
    RC_ASSERT(TablesOf(*refolded) == support::FoldOf(all.first(cut)));
    FoldInto(*refolded, all.subspan(cut), cache_bytes, rows);
    RC_ASSERT(TablesOf(*refolded) == TablesOf(*storage));
  }));
}

TEST(EngineProperty, RebuildMakesTheTablesThatWereThereAndTransitionsAsked) {
  for (const uint64_t seed : {7u, 8u, 9u}) {
    SCOPED_TRACE(seed);
    const auto storage = EmptyMemory();
    Play(SeededScript(seed, 300), {.seed = seed}, *storage);
    const TableLines before = TablesOf(*storage);
    Must(Rebuild(*storage, &StateTransitionsTable().table(), [](uint64_t, uint64_t) {}));
    TableLines after = TablesOf(*storage);
    EXPECT_EQ(after.count("state_transitions"), 1u);
    // One row per transition asked for: lawful, refused or overridden.
    const std::vector<StoredRecord> records = RecordsOf(*storage);
    const auto transitions = std::ranges::count_if(records, [](const StoredRecord& record) {
      return record.event_type.ends_with("_transitioned") || record.event_type.ends_with("_overridden") ||
             record.event_type == "command_refused";
    });
    EXPECT_EQ(static_cast<ptrdiff_t>(after["state_transitions"].size()), transitions);
    EXPECT_EQ(FaultsOf(*storage), "");
    after.erase("state_transitions");
    EXPECT_EQ(after, before);
  }
}

}  // namespace
}  // namespace annals::property
