// The contract of eventstore/storage.h for tables, kept by every backend.
#include <algorithm>
#include <iterator>
#include <limits>
#include <ostream>
#include <tuple>

#include "eventstore/row_hash.h"
#include "tests/eventstore/storage_contract.h"

namespace annals::contract {
namespace {

using testing::Combine;
using testing::ValuesIn;

constexpr int64_t kSmallest = std::numeric_limits<int64_t>::min();
constexpr int64_t kLargest = std::numeric_limits<int64_t>::max();
// The years 0000 and 9999: the ends of what a timestamp column can hold.
const Timestamp kFirstTime = *ParseTimestamp("0000-01-01");
const Timestamp kLastTime = *ParseTimestamp("9999-12-31T23:59:59.999999Z");

const auto kNameOfBackend = [](const auto& test) { return test.param.name; };

class TableContract : public StorageFixture, public testing::WithParamInterface<StorageBackend> {
 protected:
  void SetUp() override { Open(GetParam()); }
};
INSTANTIATE_TEST_SUITE_P(Backends, TableContract, ValuesIn(AllBackends()), kNameOfBackend);

struct ValueCase {
  std::string name;
  PartColumn column;
  Cell value;
};
void PrintTo(const ValueCase& test, std::ostream* out) {
  *out << test.name;
}
uint64_t HashOf(const Cells& row) {
  std::vector<Value> values;
  std::ranges::transform(row, std::back_inserter(values), ViewOf);
  return HashOfRow(values);
}

class ValueContract : public StorageFixture,
                      public testing::WithParamInterface<std::tuple<StorageBackend, ValueCase>> {};

TEST_P(ValueContract, ComesBackAndIsFound) {
  const auto& [backend, value_case] = GetParam();
  Open(backend);
  Cells row = PartRow("a", 1);
  row[value_case.column] = value_case.value;
  Commit([&](Transaction& transaction) {
    Must(Put(transaction, PartsTable(), PartRow("other", 2)));
    Must(Put(transaction, PartsTable(), row));
  });
  if (backend.durable) Reopen();
  const auto snapshot = Read();
  const RowQuery by_area{.table = &PartsTable(), .equals = {{kArea, ViewOf(row[kArea])}}};
  EXPECT_EQ(RowsOf(*snapshot, by_area), std::vector<Cells>{row});
  const RowQuery by_value{.table = &PartsTable(),
                          .equals = {{value_case.column, ViewOf(value_case.value)}, {kArea, ViewOf(row[kArea])}}};
  EXPECT_EQ(RowsOf(*snapshot, by_value), std::vector<Cells>{row});
  EXPECT_EQ(Must(snapshot->CountRows(by_value)), 1u);
  EXPECT_EQ(Must(snapshot->SumRows(PartsTable())), HashOf(row) + HashOf(PartRow("other", 2)));
}

const ValueCase kValues[] = {
    {"NullText", kNote, {}},
    {"NullInteger", kSize, {}},
    {"NullBoolean", kFlag, {}},
    {"NullTimestamp", kSeenAt, {}},
    {"NullJson", kDetail, {}},
    {"EmptyText", kNote, ""},
    {"EmptyTextInTheKey", kArea, ""},
    {"Quotes", kNote, "it's \"quoted\" `thrice` -- ; DROP TABLE parts; %s {} \\ ?1"},
    {"QuotesInTheKey", kArea, "a'b\"c"},
    {"Utf8", kNote, "ünïcödé 日本語 🙂 \u200b e\u0301"},
    {"Utf8InTheKey", kArea, "ключ"},
    {"Newlines", kNote, "one\ntwo\r\nthree\ttab\x01\x7f"},
    {"Spaces", kNote, "  kept  "},
    {"TextLikeANumber", kNote, "007"},
    {"TextLikeNull", kNote, "NULL"},
    {"TextLikeATime", kNote, "2026-01-01T00:00:00.000000Z"},
    {"BigText", kNote, std::string(3'000'000, 'x') + "end"},
    {"Json", kDetail, R"({"b":1,"a":[1.0,1e400,"\u0000"],"b":12345678901234567890})"},
    {"OneOf", kStatus, "done"},
    {"False", kFlag, 0},
    {"True", kFlag, 1},
    {"Zero", kSize, 0},
    {"MinusOne", kSize, -1},
    {"BeyondDoubles", kSize, (int64_t{1} << 53) + 1},
    {"SmallestInteger", kSize, kSmallest},
    {"LargestInteger", kSize, kLargest},
    {"SmallestIntegerInTheKey", kNumber, kSmallest},
    {"LargestIntegerInTheKey", kNumber, kLargest},
    {"Epoch", kSeenAt, Timestamp{0}},
    {"JustBeforeTheEpoch", kSeenAt, Timestamp{-1}},
    {"WellBeforeTheEpoch", kSeenAt, Timestamp{-1'234'567'890'123'456}},
    {"FirstTime", kSeenAt, kFirstTime},
    {"LastTime", kSeenAt, kLastTime},
};
INSTANTIATE_TEST_SUITE_P(Backends, ValueContract, Combine(ValuesIn(AllBackends()), ValuesIn(kValues)),
                         [](const auto& test) { return std::get<0>(test.param).name + std::get<1>(test.param).name; });

TEST_P(TableContract, ARowWithTheSamePrimaryKeyTakesTheOthersPlaceWhole) {
  const Cells full = {"a", 1, "done", 1, Timestamp{5}, "{}", "note", 7};
  const Cells bare = PartRow("a", 1);
  const Cells neighbours[] = {PartRow("a", 2), PartRow("b", 1)};
  for (const Cells& row : {full, bare, full, full}) {
    Commit([&](Transaction& transaction) {
      for (const Cells& neighbour : neighbours) Must(Put(transaction, PartsTable(), neighbour));
      Must(Put(transaction, PartsTable(), row));
    });
    EXPECT_EQ(RowsOf(*Read(), {.table = &PartsTable()}), (std::vector<Cells>{row, neighbours[0], neighbours[1]}));
  }
}

TEST_P(TableContract, ARowOfNothingButItsKeyMayBeWrittenTwice) {
  for (int i = 0; i < 2; ++i) {
    Commit([](Transaction& transaction) { Must(Put(transaction, LinksTable(), {"a", "b"})); });
  }
  EXPECT_EQ(RowsOf(*Read(), {.table = &LinksTable()}), (std::vector<Cells>{{"a", "b"}}));
}

absl::Status PutNew(Transaction& transaction, const TableDef& table, const std::vector<Cells>& rows) {
  std::vector<Value> cells;
  for (const Cells& row : rows) std::ranges::transform(row, std::back_inserter(cells), ViewOf);
  return transaction.PutNewRows(table, TableSet::kLive, cells);
}

// However many there are, and whichever of them is there after all.
TEST_P(TableContract, RowsThatAreTakenForNewAreWrittenAsOthersAre) {
  for (const size_t count : {size_t{1}, kRowsAtOnce - 1, kRowsAtOnce, kRowsAtOnce + 1, 3 * kRowsAtOnce}) {
    for (const size_t there : {size_t{0}, count / 2, count - 1}) {
      std::vector<Cells> rows;
      for (size_t i = 0; i < count; ++i) rows.push_back({static_cast<int64_t>(i), "new"});
      Drop([&](Transaction& transaction) {
        Must(Put(transaction, TallyTable(), {static_cast<int64_t>(there), "old"}));
        Must(PutNew(transaction, TallyTable(), rows));
        EXPECT_EQ(RowsOf(transaction, {.table = &TallyTable()}), rows) << count << " rows, " << there << " is there";
      });
    }
  }
}

TEST_P(TableContract, WhatATableExcludesIsRefused) {
  const std::pair<const TableDef*, Cells> refused[] = {
      {&PartsTable(), {{}, 1, "open", {}, {}, {}, {}, {}}},      // NULL in the key
      {&PartsTable(), {"a", {}, "open", {}, {}, {}, {}, {}}},    // NULL in the key
      {&TallyTable(), {{}, "label"}},                            // NULL as the key
      {&PartsTable(), {"a", 1, {}, {}, {}, {}, {}, {}}},         // NULL where NOT NULL
      {&PartsTable(), {"a", 1, "opened", {}, {}, {}, {}, {}}},   // not one of
      {&PartsTable(), {"a", 1, "open", 2, {}, {}, {}, {}}},      // no boolean
      {&PartsTable(), {"a", 1, "open", {}, {}, {}, {}, "big"}},  // text for a number
      {&ExtrasTable(), {1, "absent table"}},
  };
  for (const auto& [table, row] : refused) {
    Drop([&](Transaction& transaction) {
      for (const absl::Status& status : {Put(transaction, *table, row), PutNew(transaction, *table, {row})}) {
        EXPECT_EQ(status.code(), absl::StatusCode::kInternal) << testing::PrintToString(row) << " " << status;
        EXPECT_NE(MessageOf(status).find(table->name), std::string_view::npos) << status;
      }
    });
  }
  EXPECT_EQ(Must(Read()->CountRows({.table = &PartsTable()})), 0u);
  EXPECT_EQ(Must(Read()->CountRows({.table = &TallyTable()})), 0u);
}

TEST_P(TableContract, AFailingVisitEndsTheReadAndIsItsAnswer) {
  Commit([](Transaction& transaction) {
    for (int64_t id = 1; id <= 3; ++id) Must(Put(transaction, TallyTable(), {id, "x"}));
  });
  const auto snapshot = Read();
  int visits = 0;
  const absl::Status status = snapshot->ReadRows({.table = &TallyTable()}, TableSet::kLive, [&](Row) {
    return ++visits < 2 ? absl::OkStatus() : absl::NotFoundError("enough");
  });
  EXPECT_EQ(status, absl::NotFoundError("enough"));
  EXPECT_EQ(visits, 2);
  EXPECT_EQ(RowsOf(*snapshot, {.table = &TallyTable()}).size(), 3u) << "the next read starts afresh";
}

struct QueryCase {
  std::string name;
  RowQuery query;
  std::vector<int64_t> sizes;  // of the rows that it gives, which tells them apart
  uint64_t count;              // what CountRows says: it knows no limit
};
void PrintTo(const QueryCase& test, std::ostream* out) {
  *out << test.name;
}
class QueryContract : public StorageFixture,
                      public testing::WithParamInterface<std::tuple<StorageBackend, QueryCase>> {};

TEST_P(QueryContract, GivesTheseRowsInThisOrder) {
  const auto& [backend, query_case] = GetParam();
  Open(backend);
  const Cells rows[] = {
      {"b", 2, "open", 1, Timestamp{300}, {}, "x", 1},
      {"a", 10, "done", 0, Timestamp{-5}, {}, "y", 2},
      {"a", 9, "open", {}, {}, {}, {}, 3},
      {"Z", 1, "done", 1, kFirstTime, {}, "x", 4},
      {"é", 1, "open", 0, kLastTime, {}, "", 5},
      {"a", -1, "open", 1, Timestamp{300}, {}, "X", 6},
  };
  Commit([&](Transaction& transaction) {
    for (const Cells& row : rows) Must(Put(transaction, PartsTable(), row));
  });
  RowQuery query = query_case.query;
  query.table = &PartsTable();
  const auto snapshot = Read();
  std::vector<int64_t> sizes;
  for (const Cells& row : RowsOf(*snapshot, query)) sizes.push_back(std::get<int64_t>(row[kSize]));
  EXPECT_EQ(sizes, query_case.sizes);
  EXPECT_EQ(Must(snapshot->CountRows(query)), query_case.count);
}

// Text goes by its bytes: "Z" < "a" < "b" < "é". NULL comes first, and last when descending.
const QueryCase kQueries[] = {
    {"Everything", {}, {4, 6, 3, 2, 1, 5}, 6},
    {"Descending", {.descending = true}, {5, 1, 2, 3, 6, 4}, 6},
    {"Limit", {.limit = 2}, {4, 6}, 6},
    {"DescendingLimit", {.descending = true, .limit = 1}, {5}, 6},
    {"LimitBeyondTheEnd", {.limit = 100}, {4, 6, 3, 2, 1, 5}, 6},
    {"EqualsPrimaryKey", {.equals = {{kArea, "a"}, {kNumber, int64_t{9}}}}, {3}, 1},
    {"EqualsPrimaryKeyInAnyOrder", {.equals = {{kNumber, int64_t{9}}, {kArea, "a"}}}, {3}, 1},
    {"EqualsPartOfTheKey", {.equals = {{kArea, "a"}}}, {6, 3, 2}, 3},
    {"EqualsBehindTheKey", {.equals = {{kNumber, int64_t{1}}}}, {4, 5}, 2},
    {"EqualsTextByItsBytes", {.equals = {{kNote, "x"}}}, {4, 1}, 2},
    {"EqualsEmptyTextIsNotNull", {.equals = {{kNote, ""}}}, {5}, 1},
    {"EqualsNull", {.equals = {{kNote, {}}}}, {3}, 1},
    {"EqualsBoolean", {.equals = {{kFlag, int64_t{0}}}}, {2, 5}, 2},
    {"EqualsTimestamp", {.equals = {{kSeenAt, Timestamp{300}}}}, {6, 1}, 2},
    {"EqualsTwoColumns", {.equals = {{kArea, "a"}, {kStatus, "open"}}}, {6, 3}, 2},
    {"EqualsNothing", {.equals = {{kArea, "none"}}}, {}, 0},
    {"EqualsContradiction", {.equals = {{kArea, "a"}, {kArea, "b"}}}, {}, 0},
    {"AtLeastInteger", {.at_least = {{kNumber, int64_t{2}}}}, {3, 2, 1}, 3},
    {"AtLeastText", {.at_least = {{kArea, "b"}}}, {1, 5}, 2},
    {"AtLeastTimestampBeforeTheEpoch", {.at_least = {{kSeenAt, Timestamp{-5}}}}, {6, 2, 1, 5}, 4},
    {"AtLeastTheLastTimestamp", {.at_least = {{kSeenAt, kLastTime}}}, {5}, 1},
    {"AtLeastIsNeverNull", {.at_least = {{kFlag, int64_t{0}}}}, {4, 6, 2, 1, 5}, 5},
    {"EqualsAndAtLeast", {.equals = {{kArea, "a"}}, .at_least = {{kNumber, int64_t{9}}}}, {3, 2}, 2},
    {"OrderedByInteger", {.order = {kSize}}, {1, 2, 3, 4, 5, 6}, 6},
    {"OrderedByTimestampNullFirst", {.order = {kSeenAt}}, {3, 4, 2, 6, 1, 5}, 6},
    {"OrderedByTimestampDescending", {.order = {kSeenAt}, .descending = true}, {5, 1, 6, 2, 4, 3}, 6},
    {"OrderedByTwo", {.order = {kStatus, kNumber}}, {4, 2, 6, 5, 1, 3}, 6},
    {"OrderedTiesGoByPrimaryKey", {.order = {kStatus}}, {4, 2, 6, 3, 1, 5}, 6},
    {"OrderedTiesDescendToo", {.order = {kStatus}, .descending = true}, {5, 1, 3, 6, 2, 4}, 6},
    {"AllTogether",
     {.equals = {{kStatus, "open"}},
      .at_least = {{kNumber, int64_t{0}}},
      .order = {kNumber},
      .descending = true,
      .limit = 2},
     {3, 1},
     3},
};
INSTANTIATE_TEST_SUITE_P(Backends, QueryContract, Combine(ValuesIn(AllBackends()), ValuesIn(kQueries)),
                         [](const auto& test) { return std::get<0>(test.param).name + std::get<1>(test.param).name; });

TEST_P(TableContract, TheSameQueryTakesNewValues) {
  Commit([](Transaction& transaction) {
    for (int64_t id = 1; id <= 5; ++id) Must(Put(transaction, TallyTable(), {id, std::to_string(id % 2)}));
  });
  const auto snapshot = Read();
  RowQuery query{.table = &TallyTable(), .equals = {{1, "0"}}};
  EXPECT_EQ(RowsOf(*snapshot, query).size(), 2u);
  query.equals[0].value = "1";
  EXPECT_EQ(RowsOf(*snapshot, query).size(), 3u);
  query.limit = 1;
  EXPECT_EQ(RowsOf(*snapshot, query), (std::vector<Cells>{{1, "1"}}));
  query.limit = 2;
  EXPECT_EQ(RowsOf(*snapshot, query), (std::vector<Cells>{{1, "1"}, {3, "1"}}));
}

TEST_P(TableContract, AShadowTakesTheTablesPlaceAndMovesTheGeneration) {
  const RowQuery tally{.table = &TallyTable()}, labelled{.table = &TallyTable(), .equals = {{1, "new"}}};
  Commit([](Transaction& transaction) { Must(Put(transaction, TallyTable(), {1, "old"})); });
  // More than two rounds, as a backend may let names take turns; over several transactions, as a rebuild does.
  for (int64_t round = 1; round <= 4; ++round) {
    const uint64_t generation = Read()->head().generation;
    const std::vector<Cells> before = RowsOf(*Read(), tally);
    Commit([](Transaction& transaction) { Must(transaction.CreateShadow(TallyTable())); });
    Commit([&](Transaction& transaction) {
      Must(Put(transaction, TallyTable(), {round, "first"}, TableSet::kShadow));
      Must(Put(transaction, TallyTable(), {round, "new"}, TableSet::kShadow));
    });
    EXPECT_EQ(RowsOf(*Read(), tally), before) << "readers keep the old rows until the swap";
    EXPECT_EQ(RowsOf(*Read(), tally, TableSet::kShadow), (std::vector<Cells>{{round, "new"}}));
    EXPECT_EQ(Read()->head().generation, generation + 1);
    Commit([](Transaction& transaction) { Must(transaction.SwapShadow(TallyTable())); });
    EXPECT_EQ(RowsOf(*Read(), tally), (std::vector<Cells>{{round, "new"}}));
    EXPECT_EQ(RowsOf(*Read(), labelled).size(), 1u);
    EXPECT_EQ(Read()->head().generation, generation + 2);
    Drop([](Transaction& transaction) {
      EXPECT_FALSE(transaction.SwapShadow(TallyTable()).ok()) << "the shadow has become the table";
    });
    EXPECT_EQ(Read()->head().generation, generation + 2);
    Commit([&](Transaction& transaction) { Must(Put(transaction, TallyTable(), {round, "written since"})); });
    EXPECT_EQ(RowsOf(*Read(), tally), (std::vector<Cells>{{round, "written since"}}));
  }
}

TEST_P(TableContract, CreateShadowDropsOneThatWasLeftBehind) {
  Commit([](Transaction& transaction) {
    Must(transaction.CreateShadow(PartsTable()));
    Must(Put(transaction, PartsTable(), PartRow("left behind", 1), TableSet::kShadow));
  });
  Commit([](Transaction& transaction) {
    Must(transaction.CreateShadow(PartsTable()));
    EXPECT_TRUE(RowsOf(transaction, {.table = &PartsTable()}, TableSet::kShadow).empty());
    Must(Put(transaction, PartsTable(), PartRow("new", 1), TableSet::kShadow));
    Must(transaction.SwapShadow(PartsTable()));
  });
  EXPECT_EQ(RowsOf(*Read(), {.table = &PartsTable()}), std::vector<Cells>{PartRow("new", 1)});
}

TEST_P(TableContract, AnOnDemandTableIsAbsentUntilItsShadowIsSwappedIn) {
  const RowQuery extras{.table = &ExtrasTable()};
  const auto expect_absent = [&] {
    const auto snapshot = Read();
    EXPECT_FALSE(Must(snapshot->HasTable(ExtrasTable())));
    EXPECT_EQ(snapshot->ReadRows(extras, TableSet::kLive, [](Row) { return absl::OkStatus(); }).code(),
              absl::StatusCode::kInternal);
    EXPECT_EQ(snapshot->CountRows(extras).status().code(), absl::StatusCode::kInternal);
  };
  expect_absent();
  Commit([](Transaction& transaction) {
    Must(transaction.CreateShadow(ExtrasTable()));
    Must(Put(transaction, ExtrasTable(), {1, "one"}, TableSet::kShadow));
  });
  expect_absent();
  Commit([](Transaction& transaction) { Must(transaction.SwapShadow(ExtrasTable())); });
  EXPECT_TRUE(Must(Read()->HasTable(ExtrasTable())));
  Commit([](Transaction& transaction) { Must(Put(transaction, ExtrasTable(), {2, "two"})); });
  EXPECT_EQ(RowsOf(*Read(), extras), (std::vector<Cells>{{1, "one"}, {2, "two"}}));
  EXPECT_EQ(Must(Read()->CountRows(extras)), 2u);
}

}  // namespace
}  // namespace annals::contract
