// The contract of eventstore/storage.h, kept by every backend.
#include <algorithm>
#include <limits>
#include <map>
#include <ostream>
#include <tuple>

#include <fmt/format.h>

#include "tests/eventstore/storage_contract.h"

namespace annals::contract {
namespace {

using testing::Combine;
using testing::TestWithParam;
using testing::ValuesIn;

const auto kNameOfBackend = [](const auto& test) { return test.param.name; };

std::string EveryByte() {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  return bytes;
}

std::vector<Event> Events(std::initializer_list<std::string> bodies) {
  std::vector<Event> events;
  for (const std::string& body : bodies) events.push_back({.event = body});
  return events;
}

Salt SaltOf(char byte) {
  Salt salt;
  salt.fill(byte);
  return salt;
}

class StorageContract : public StorageFixture, public testing::WithParamInterface<StorageBackend> {
 protected:
  void SetUp() override { Open(GetParam()); }
};
INSTANTIATE_TEST_SUITE_P(Backends, StorageContract, ValuesIn(AllBackends()), kNameOfBackend);

TEST_P(StorageContract, StartsEmpty) {
  const auto snapshot = Read();
  EXPECT_EQ(snapshot->head().position, Position{0});
  EXPECT_EQ(snapshot->head().recorded_at, Timestamp{0});
  EXPECT_EQ(snapshot->head().tree.size(), 0u);
  EXPECT_EQ(Must(snapshot->VersionOf("run/r1")), StreamVersion{0});
  EXPECT_TRUE(LogOf(*snapshot).empty());
  for (const TableDef* table : {&PartsTable(), &TallyTable(), &CommandIdsTable(), &ApplySourcesTable()}) {
    EXPECT_TRUE(Must(snapshot->HasTable(*table))) << table->name;
    EXPECT_EQ(Must(snapshot->CountRows({.table = table})), 0u) << table->name;
  }
}

TEST_P(StorageContract, PositionsAndVersionsRunFromOneWithoutGapsAcrossStreams) {
  uint64_t a = 0, b = 0;
  for (int round = 0; round < 5; ++round) {
    Commit([&](Transaction& transaction) {
      EXPECT_EQ(Must(Append(transaction, "run/a", a, Events({"1", "2"}))), StreamVersion{a + 2});
      EXPECT_EQ(Must(Append(transaction, "run/b", b, Events({"3"}))), StreamVersion{b + 1});
      EXPECT_EQ(Must(Append(transaction, "run/a", a + 2, Events({"4"}))), StreamVersion{a + 3});
    });
    a += 3, b += 1;
    Drop([&](Transaction& transaction) { Must(Append(transaction, "run/b", b, Events({"dropped"}))); });
  }
  const auto snapshot = Read();
  uint64_t position = 0;
  std::map<std::string, uint64_t> versions;
  for (const Record& record : LogOf(*snapshot)) {
    EXPECT_EQ(record.position, ++position);
    EXPECT_EQ(record.version, ++versions[record.stream]) << record.stream;
  }
  EXPECT_EQ(versions, (std::map<std::string, uint64_t>{{"run/a", 15}, {"run/b", 5}}));
  EXPECT_EQ(snapshot->head().position, Position{20});
  EXPECT_EQ(Must(snapshot->VersionOf("run/a")), StreamVersion{15});
  EXPECT_EQ(Must(snapshot->VersionOf("run/")), StreamVersion{0});
}

TEST_P(StorageContract, AnUnexpectedVersionAbortsWithoutATraceAndTheRightOneIsAcceptedAfterwards) {
  Commit([](Transaction& transaction) { Must(Append(transaction, "run/a", 0, Events({"1", "2"}))); });
  for (const uint64_t wrong : {uint64_t{0}, uint64_t{1}, uint64_t{3}, uint64_t{1} << 40}) {
    Drop([&](Transaction& transaction) {
      const absl::Status status = Append(transaction, "run/a", wrong, Events({"x", "y"})).status();
      EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
      EXPECT_EQ(
          MessageOf(status),
          fmt::format("append 2 event(s) to run/a: expected version {}, it is at 2; read the stream and decide again",
                      wrong));
    });
    Drop([&](Transaction& transaction) {
      EXPECT_TRUE(absl::IsAborted(Append(transaction, "run/new", wrong + 1, Events({"x"})).status()));
    });
    const auto snapshot = Read();
    EXPECT_EQ(Must(snapshot->VersionOf("run/a")), StreamVersion{2});
    EXPECT_EQ(Must(snapshot->VersionOf("run/new")), StreamVersion{0});
    EXPECT_EQ(snapshot->head().position, Position{2});
  }
  Commit([](Transaction& transaction) {
    EXPECT_EQ(Must(Append(transaction, "run/a", 2, Events({"3"}))), StreamVersion{3});
    EXPECT_EQ(Must(Append(transaction, "run/new", 0, Events({"1"}))), StreamVersion{1});
  });
  EXPECT_EQ(PositionsOf(*Read()), (std::vector<uint64_t>{1, 2, 3, 4}));
}

// One transaction of each kind of work; done twice over below: once to be dropped, once to be committed.
void DoOfEverything(Transaction& transaction) {
  Must(Append(transaction, "run/a", 1, {{.event = "2", .event_type = "brandNew", .recorded_at = {77}}}));
  Must(Append(transaction, "run/new", 0, {{.event = "1", .content = {{SaltOf('s'), "kept"}}}}));
  Must(Put(transaction, TallyTable(), {1, "replaced"}));
  Must(Put(transaction, TallyTable(), {1, "replaced again"}));
  Must(Put(transaction, TallyTable(), {2, "inserted"}));
  Must(Put(transaction, CommandIdsTable(), {"c2", 2, "00ff"}));
  Must(Put(transaction, ApplySourcesTable(), {"file", 12, Timestamp{5}}));
  Must(transaction.CreateShadow(ExtrasTable()));
  Must(Put(transaction, ExtrasTable(), {9, "extra"}, TableSet::kShadow));
  Must(transaction.SwapShadow(ExtrasTable()));
  Must(transaction.CreateShadow(LinksTable()));
}

TEST_P(StorageContract, ATransactionIsAllOrNothing) {
  const RowQuery tally{.table = &TallyTable()}, ids{.table = &CommandIdsTable()},
      sources{.table = &ApplySourcesTable()};
  const RowQuery links{.table = &LinksTable()};
  Commit([](Transaction& transaction) {
    Must(Append(transaction, "run/a", 0, {{.event = "1", .recorded_at = {66}}}));
    Must(Put(transaction, TallyTable(), {1, "first"}));
    Must(Put(transaction, CommandIdsTable(), {"c1", 1, "00"}));
    Must(transaction.CreateShadow(TallyTable()));
    Must(Put(transaction, TallyTable(), {5, "shadow"}, TableSet::kShadow));
  });
  const Head before = Read()->head();
  const auto expect_as_before = [&] {
    const auto snapshot = Read();
    EXPECT_EQ(snapshot->head().position, Position{1});
    EXPECT_EQ(snapshot->head().recorded_at, Timestamp{66});
    EXPECT_EQ(snapshot->head().generation, before.generation);
    EXPECT_EQ(snapshot->head().tree.frontier(), before.tree.frontier());
    EXPECT_EQ(PositionsOf(*snapshot), std::vector<uint64_t>{1});
    EXPECT_TRUE(LogOf(*snapshot, {.stream = "run/new"}).empty());
    EXPECT_EQ(Must(snapshot->VersionOf("run/a")), StreamVersion{1});
    EXPECT_EQ(Must(snapshot->VersionOf("run/new")), StreamVersion{0});
    EXPECT_EQ(RowsOf(*snapshot, tally), (std::vector<Cells>{{1, "first"}}));
    EXPECT_EQ(RowsOf(*snapshot, tally, TableSet::kShadow), (std::vector<Cells>{{5, "shadow"}}));
    EXPECT_EQ(RowsOf(*snapshot, ids), (std::vector<Cells>{{"c1", 1, "00"}}));
    EXPECT_TRUE(RowsOf(*snapshot, sources).empty());
    EXPECT_FALSE(Must(snapshot->HasTable(ExtrasTable())));
    EXPECT_FALSE(snapshot->ReadRows(links, TableSet::kShadow, [](Row) { return absl::OkStatus(); }).ok());
  };
  Drop(DoOfEverything);
  expect_as_before();
  Drop([](Transaction& transaction) {  // what stands already can be dropped and swapped, too
    Must(transaction.SwapShadow(TallyTable()));
    Must(Put(transaction, TallyTable(), {5, "now live"}));
    Must(transaction.CreateShadow(TallyTable()));
  });
  expect_as_before();

  Commit(DoOfEverything);
  const auto snapshot = Read();
  EXPECT_EQ(snapshot->head().position, Position{3});
  EXPECT_EQ(snapshot->head().generation, before.generation + 3);
  EXPECT_EQ(PositionsOf(*snapshot), (std::vector<uint64_t>{1, 2, 3}));
  EXPECT_EQ(RowsOf(*snapshot, tally), (std::vector<Cells>{{1, "replaced again"}, {2, "inserted"}}));
  EXPECT_EQ(RowsOf(*snapshot, ids), (std::vector<Cells>{{"c1", 1, "00"}, {"c2", 2, "00ff"}}));
  EXPECT_EQ(RowsOf(*snapshot, sources), (std::vector<Cells>{{"file", 12, Timestamp{5}}}));
  EXPECT_EQ(RowsOf(*snapshot, {.table = &ExtrasTable()}), (std::vector<Cells>{{9, "extra"}}));
  EXPECT_TRUE(RowsOf(*snapshot, links, TableSet::kShadow).empty());
}

TEST_P(StorageContract, ATransactionSeesItsOwnWork) {
  Drop([](Transaction& transaction) {
    Must(Append(transaction, "run/a", 0, {{.event = "1", .recorded_at = {9}}}));
    EXPECT_EQ(transaction.head().position, Position{1});
    EXPECT_EQ(transaction.head().recorded_at, Timestamp{9});
    EXPECT_EQ(transaction.head().tree.size(), 1u);
    EXPECT_EQ(Must(transaction.VersionOf("run/a")), StreamVersion{1});
    EXPECT_EQ(PositionsOf(transaction, {.stream = "run/a"}), std::vector<uint64_t>{1});
    Must(Put(transaction, TallyTable(), {1, "one"}));
    EXPECT_EQ(RowsOf(transaction, {.table = &TallyTable()}), (std::vector<Cells>{{1, "one"}}));
    const uint64_t generation = transaction.head().generation;
    Must(transaction.CreateShadow(TallyTable()));
    EXPECT_EQ(transaction.head().generation, generation + 1);
    Must(transaction.SwapShadow(TallyTable()));
    EXPECT_EQ(transaction.head().generation, generation + 2);
    EXPECT_TRUE(RowsOf(transaction, {.table = &TallyTable()}).empty());
  });
}

// A backend may hold records back to write several together: nobody notices.
TEST_P(StorageContract, ATransactionReadsWhatItAppendedHoweverMuchThatIs) {
  Commit([](Transaction& transaction) {
    std::vector<uint64_t> positions;
    for (uint64_t i = 0; i < 3 * kRowsAtOnce; ++i) {
      Must(Append(transaction, i % 3 == 0 ? "run/b" : "run/a", i % 3 == 0 ? i / 3 : i - i / 3 - 1,
                  {{.event = fmt::format("event {}", i)}}));
      positions.push_back(i + 1);
      // Not after each, so that as many wait as can.
      if (i % 7 == 0 || i % kRowsAtOnce == 1) {
        EXPECT_EQ(PositionsOf(transaction), positions);
      }
    }
  });
  std::vector<std::string> events;
  for (const Record& record : LogOf(*Read())) events.push_back(record.event.event);
  for (uint64_t i = 0; i < 3 * kRowsAtOnce; ++i) EXPECT_EQ(events.at(i), fmt::format("event {}", i));
}

TEST_P(StorageContract, RecordsComeBackByteForByte) {
  const std::vector<Event> events = {
      {.event = EveryByte(), .event_type = "runCreated", .ws_id = "ws-1", .recorded_at = {1'700'000'000'123'456}},
      {.event = "no workstream, no content", .recorded_at = {std::numeric_limits<int64_t>::max()}},
      {.event = "before 1970", .event_type = "unheardOf", .ws_id = "wörk'\"\n", .recorded_at = {-1}},
      {.event = "content of no bytes is not no content", .content = {{SaltOf('\0'), ""}}},
      {.event = "content", .content = {{SaltOf('\xff'), EveryByte() + EveryByte()}}},
      {.event = std::string(3'000'000, '\0'), .content = {{SaltOf('x'), std::string(2'000'000, 'y')}}},
      {.event = ""},
  };
  const std::string stream = "run/ünïcode 'quoted' \"twice\"";
  Commit([&](Transaction& transaction) { Must(Append(transaction, stream, 0, events)); });
  const auto snapshot = Read();
  const std::vector<Record> records = LogOf(*snapshot);
  ASSERT_EQ(records.size(), events.size());
  for (size_t i = 0; i < events.size(); ++i) {
    EXPECT_TRUE(records[i].event == events[i]) << "event " << i;
    EXPECT_EQ(records[i].stream, stream);
    EXPECT_EQ(records[i].version, i + 1);
    EXPECT_EQ(HexOf(records[i].kept_leaf), HexOf(KeptPartOf(LeafHashOf({i + 1}, stream, {i + 1}, events[i].event))));
  }
  EXPECT_EQ(snapshot->head().recorded_at, events.back().recorded_at);
}

TEST_P(StorageContract, AViewLivesUntilItsOwnCursorMoves) {
  Commit([](Transaction& transaction) {
    for (int i = 0; i < 300; ++i) {
      const std::string name = fmt::format("s{}", i);
      Must(Append(transaction, name, 0, {{.event = "of " + name, .event_type = "t" + name}}));
    }
  });
  if (GetParam().durable) Reopen();  // it has to learn the names anew
  const auto snapshot = Read();
  const auto first = Must(snapshot->ReadLog({}));
  const auto second = Must(snapshot->ReadLog({}));
  const RecordView* view = Must(first->Next());
  while (Must(second->Next()) != nullptr) continue;
  ASSERT_NE(view, nullptr);
  EXPECT_EQ(view->stream, "s0");
  EXPECT_EQ(view->event_type, "ts0");
  EXPECT_EQ(view->event, "of s0");
}

struct RangeCase {
  std::string name;
  LogRange range;
  std::vector<uint64_t> positions;
};
void PrintTo(const RangeCase& test, std::ostream* out) {
  *out << test.name;
}
class LogRangeContract : public StorageFixture,
                         public testing::WithParamInterface<std::tuple<StorageBackend, RangeCase>> {};

TEST_P(LogRangeContract, GivesThesePositions) {
  Open(std::get<0>(GetParam()));
  Commit([](Transaction& transaction) {
    Must(Append(transaction, "run/a", 0, Events({"1"})));
    Must(Append(transaction, "run/ab", 0, Events({"2"})));
    Must(Append(transaction, "run/a", 1, Events({"3", "4"})));
    Must(Append(transaction, "run/ab", 1, Events({"5"})));
    Must(Append(transaction, "note", 0, Events({"6"})));
  });
  EXPECT_EQ(PositionsOf(*Read(), std::get<1>(GetParam()).range), std::get<1>(GetParam()).positions);
}

const RangeCase kRanges[] = {
    {"Everything", {}, {1, 2, 3, 4, 5, 6}},
    {"First", {.first = {3}}, {3, 4, 5, 6}},
    {"FirstZero", {.first = {0}, .last = {1}}, {1}},
    {"Last", {.last = {2}}, {1, 2}},
    {"LastZero", {.last = {0}}, {}},
    {"Both", {.first = {2}, .last = {4}}, {2, 3, 4}},
    {"One", {.first = {6}, .last = {6}}, {6}},
    {"BeyondTheEnd", {.first = {7}}, {}},
    {"FirstAboveLast", {.first = {4}, .last = {2}}, {}},
    {"NewestFirst", {.newest_first = true}, {6, 5, 4, 3, 2, 1}},
    {"NewestFirstBoth", {.first = {2}, .last = {4}, .newest_first = true}, {4, 3, 2}},
    {"Stream", {.stream = "run/a"}, {1, 3, 4}},
    {"StreamWithThePrefixOfAnother", {.stream = "run/ab"}, {2, 5}},
    {"StreamFirst", {.first = {2}, .stream = "run/a"}, {3, 4}},
    {"StreamLast", {.last = {3}, .stream = "run/a"}, {1, 3}},
    {"StreamNewestFirst", {.last = {3}, .stream = "run/a", .newest_first = true}, {3, 1}},
    {"NoSuchStream", {.stream = "run/b"}, {}},
};
INSTANTIATE_TEST_SUITE_P(Backends, LogRangeContract, Combine(ValuesIn(AllBackends()), ValuesIn(kRanges)),
                         [](const auto& test) { return std::get<0>(test.param).name + std::get<1>(test.param).name; });

TEST_P(StorageContract, ADatabaseHasAnIdThatDoesNotChange) {
  const std::string id = Must(Read()->DatabaseId());
  EXPECT_FALSE(id.empty());
  Commit([&](Transaction& transaction) {
    Must(Append(transaction, "run/a", 0, Events({"1"})));
    EXPECT_EQ(Must(transaction.DatabaseId()), id);
  });
  if (GetParam().durable) Reopen();
  EXPECT_EQ(Must(Read()->DatabaseId()), id);
}

class DurableStorageContract : public StorageContract {};
INSTANTIATE_TEST_SUITE_P(Backends, DurableStorageContract, ValuesIn(DurableBackends()), kNameOfBackend);

TEST_P(DurableStorageContract, EverythingSurvivesReopening) {
  Commit([](Transaction& transaction) { Must(Append(transaction, "run/a", 0, Events({"1"}))); });
  Commit(DoOfEverything);
  const Head before = Read()->head();
  const std::vector<Record> log = LogOf(*Read());
  for (int i = 0; i < 2; ++i) {
    Reopen();
    const auto snapshot = Read();
    EXPECT_EQ(snapshot->head().position, before.position);
    EXPECT_EQ(snapshot->head().recorded_at, before.recorded_at);
    EXPECT_EQ(snapshot->head().generation, before.generation);
    EXPECT_EQ(HexOf(snapshot->head().tree.Root()), HexOf(before.tree.Root()));
    EXPECT_EQ(Must(snapshot->VersionOf("run/a")), StreamVersion{2});
    EXPECT_TRUE(std::ranges::equal(LogOf(*snapshot), log, {}, &Record::event, &Record::event));
    EXPECT_EQ(RowsOf(*snapshot, {.table = &TallyTable()}),
              (std::vector<Cells>{{1, "replaced again"}, {2, "inserted"}}));
    EXPECT_EQ(RowsOf(*snapshot, {.table = &ExtrasTable()}), (std::vector<Cells>{{9, "extra"}}));
  }
  Commit([](Transaction& transaction) { Must(Append(transaction, "run/a", 2, Events({"3"}))); });
  EXPECT_EQ(Read()->head().position, Position{before.position.value + 1});
}

TEST_P(DurableStorageContract, WhatWasDroppedDoesNotComeBackByReopening) {
  Commit([](Transaction& transaction) { Must(Append(transaction, "run/a", 0, Events({"1"}))); });
  Drop(DoOfEverything);
  Reopen();
  EXPECT_EQ(PositionsOf(*Read()), std::vector<uint64_t>{1});
  EXPECT_FALSE(Must(Read()->HasTable(ExtrasTable())));
}

}  // namespace
}  // namespace annals::contract
