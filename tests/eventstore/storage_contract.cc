#include "tests/eventstore/storage_contract.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "eventstore/memory/memory_storage.h"
#include "eventstore/sqlite/sqlite_storage.h"

namespace annals::contract {
namespace {

using Tables = absl::Span<const TableDef* const>;

absl::StatusOr<std::unique_ptr<Storage>> OpenMemory(const std::string&, Tables tables) {
  return MemoryStorage::Create(tables);
}

absl::StatusOr<std::unique_ptr<Storage>> OpenSqlite(const std::string& path, Tables tables) {
  static SimulatedClock clock(Timestamp{0});
  static SeededRandom random(1);
  return SqliteStorage::Open(
      {.path = path, .tables = {tables.begin(), tables.end()}, .clock = &clock, .random = &random});
}

Cell CellOf(const Value& value) {
  if (const auto* text = std::get_if<std::string_view>(&value)) return std::string(*text);
  if (const auto* number = std::get_if<int64_t>(&value)) return *number;
  if (const auto* time = std::get_if<Timestamp>(&value)) return *time;
  return std::monostate();
}

Record RecordOf(const RecordView& view) {
  Record record{.position = view.position.value,
                .stream = std::string(view.stream),
                .version = view.version.value,
                .kept_leaf = std::string(view.kept_leaf),
                .event = {.event = std::string(view.event),
                          .event_type = std::string(view.event_type),
                          .ws_id = std::string(view.ws_id),
                          .recorded_at = view.recorded_at}};
  if (view.content) record.event.content.emplace(view.content->salt, view.content->bytes);
  return record;
}

TableDef TallyLike(const std::string& name, bool on_demand) {
  return {.name = name,
          .meaning = "Labels by number.",
          .columns = {{.name = "id", .type = ColumnType::kInteger}, {.name = "label"}},
          .indexes = {{1}},
          .on_demand = on_demand};
}

}  // namespace

std::vector<StorageBackend> AllBackends() {
  return {{"Memory", false, OpenMemory}, {"Sqlite", true, OpenSqlite}};
}

std::vector<StorageBackend> DurableBackends() {
  std::vector<StorageBackend> backends = AllBackends();
  std::erase_if(backends, [](const StorageBackend& backend) { return !backend.durable; });
  return backends;
}

void PrintTo(const StorageBackend& backend, std::ostream* out) {
  *out << backend.name;
}

const TableDef& PartsTable() {
  static const TableDef table = {
      .name = "parts",
      .meaning = "A column of each type.",
      .columns = {{.name = "area"},
                  {.name = "number", .type = ColumnType::kInteger},
                  {.name = "status", .not_null = true, .one_of = {"open", "done"}},
                  {.name = "flag", .type = ColumnType::kBoolean},
                  {.name = "seen_at", .type = ColumnType::kTimestamp},
                  {.name = "detail", .type = ColumnType::kJson},
                  {.name = "note"},
                  {.name = "size", .type = ColumnType::kInteger}},
      .key_columns = 2,
      .indexes = {{kArea, kStatus}, {kSeenAt}},
  };
  return table;
}

const TableDef& TallyTable() {
  static const TableDef table = TallyLike("tally", false);
  return table;
}

const TableDef& ExtrasTable() {
  static const TableDef table = TallyLike("extras", true);
  return table;
}

const TableDef& LinksTable() {
  static const TableDef table = {.name = "links",
                                 .meaning = "Nothing but a key.",
                                 .columns = {{.name = "source"}, {.name = "target"}},
                                 .key_columns = 2};
  return table;
}

Value ViewOf(const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return std::string_view(*text);
  if (const auto* number = std::get_if<int64_t>(&cell)) return *number;
  if (const auto* time = std::get_if<Timestamp>(&cell)) return *time;
  return std::monostate();
}

Cells PartRow(const std::string& area, int64_t number) {
  return {area, number, "open", {}, {}, {}, {}, {}};
}

absl::Status Put(Transaction& transaction, const TableDef& table, const Cells& row, TableSet set) {
  std::vector<Value> values;
  std::ranges::transform(row, std::back_inserter(values), ViewOf);
  return transaction.PutRow(table, set, values);
}

absl::StatusOr<StreamVersion> Append(Transaction& transaction, std::string_view stream, uint64_t expected,
                                     const std::vector<Event>& events) {
  std::vector<NewEvent> news;
  for (const Event& event : events) {
    NewEvent& added = news.emplace_back();
    added = {.event = event.event,
             .event_type = event.event_type,
             .ws_id = event.ws_id,
             .recorded_at = event.recorded_at,
             .content = std::nullopt};
    if (event.content) added.content = KeptContent{event.content->first, event.content->second};
  }
  return transaction.Append(stream, {expected}, news);
}

std::vector<Cells> RowsOf(Snapshot& snapshot, const RowQuery& query, TableSet set) {
  std::vector<Cells> rows;
  Must(snapshot.ReadRows(query, set, [&](Row row) {
    std::ranges::transform(row, std::back_inserter(rows.emplace_back()), CellOf);
    return absl::OkStatus();
  }));
  return rows;
}

std::vector<Record> LogOf(Snapshot& snapshot, const LogRange& range) {
  std::vector<Record> records;
  const std::unique_ptr<RecordCursor> cursor = Must(snapshot.ReadLog(range));
  while (const RecordView* view = Must(cursor->Next())) records.push_back(RecordOf(*view));
  std::vector<Record> visited;
  Must(snapshot.VisitLog(range, [&](const RecordView& record) {
    visited.push_back(RecordOf(record));
    return absl::OkStatus();
  }));
  EXPECT_TRUE(visited == records);
  return records;
}

std::vector<uint64_t> PositionsOf(Snapshot& snapshot, const LogRange& range) {
  std::vector<uint64_t> positions;
  for (const Record& record : LogOf(snapshot, range)) positions.push_back(record.position);
  return positions;
}

StorageFixture::~StorageFixture() {
  storage_.reset();
  RemoveFiles();
}

void StorageFixture::Open(const StorageBackend& backend) {
  const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
  std::string name = fmt::format("annals_{}_{}_{}.db", test.test_suite_name(), test.name(), getpid());
  std::ranges::replace(name, '/', '_');
  path_ = testing::TempDir() + name;
  open_ = backend.open;
  RemoveFiles();
  Reopen();
}

void StorageFixture::Reopen() {
  storage_.reset();
  const std::vector<const TableDef*> tables = {&PartsTable(), &TallyTable(), &ExtrasTable(), &LinksTable()};
  storage_ = Must(open_(path_, tables));
}

void StorageFixture::Commit(absl::FunctionRef<void(Transaction&)> work) {
  const std::unique_ptr<Transaction> transaction = Must(storage_->Begin());
  work(*transaction);
  Must(transaction->Commit());
}

void StorageFixture::Drop(absl::FunctionRef<void(Transaction&)> work) {
  work(*Must(storage_->Begin()));
}

void StorageFixture::RemoveFiles() {
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) std::filesystem::remove(path_ + suffix);
}

}  // namespace annals::contract
