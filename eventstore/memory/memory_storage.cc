#include "eventstore/memory/memory_storage.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "eventstore/memory/memory_table.h"
#include "schemas/check.h"
#include "schemas/status.h"

namespace annals {
namespace {

struct Record {
  std::string stream;
  StreamVersion version;
  std::string event_type;
  std::string ws_id;
  Timestamp recorded_at;
  std::string event;
  Hash leaf_hash;
  std::optional<std::pair<Salt, std::string>> content;
};

using TableMap = std::map<std::string, std::shared_ptr<MemoryTable>, std::less<>>;

}  // namespace

struct MemoryStorage::State {
  // A deque, as views of its records must survive an append.
  std::deque<Record> records;
  std::map<std::string, std::vector<uint64_t>, std::less<>> positions_of_stream;
  std::vector<Hash> subtrees;
  TableMap live;
  TableMap shadows;
  Head head;
  bool in_use = false;

  TableMap& Tables(TableSet set) { return set == TableSet::kLive ? live : shadows; }
  absl::StatusOr<std::shared_ptr<MemoryTable>> FindTable(const TableDef& table, TableSet set) {
    const auto at = Tables(set).find(table.name);
    if (at != Tables(set).end()) return at->second;
    return absl::InternalError(fmt::format("use {}{}: there is no such table; ask HasTable or create its shadow first",
                                           set == TableSet::kLive ? "" : "the shadow of ", table.name));
  }
};

namespace {

using State = MemoryStorage::State;

class MemoryCursor final : public RecordCursor {
 public:
  // `positions` are those of the stream to read; the whole log without them.
  MemoryCursor(const State& state, const std::vector<uint64_t>* positions, const LogRange& range)
      : state_(state), positions_(positions), newest_first_(range.newest_first) {
    if (positions) {
      begin_ = static_cast<size_t>(std::ranges::lower_bound(*positions, range.first.value) - positions->begin());
      end_ = static_cast<size_t>(std::ranges::upper_bound(*positions, range.last.value) - positions->begin());
    } else {
      begin_ = std::max<uint64_t>(range.first.value, 1) - 1;
      end_ = std::min<uint64_t>(range.last.value, state.records.size());
    }
  }

  absl::StatusOr<const RecordView*> Next() override {
    if (begin_ >= end_) return nullptr;
    const size_t index = newest_first_ ? --end_ : begin_++;
    const uint64_t position = positions_ ? (*positions_)[index] : index + 1;
    const Record& record = state_.records[position - 1];
    view_ = {.position = {position},
             .stream = record.stream,
             .version = record.version,
             .event_type = record.event_type,
             .ws_id = record.ws_id,
             .recorded_at = record.recorded_at,
             .event = record.event,
             .kept_leaf = KeptPartOf(record.leaf_hash),
             .content = std::nullopt};
    if (record.content) view_.content = KeptContent{record.content->first, record.content->second};
    return &view_;
  }

 private:
  const State& state_;
  const std::vector<uint64_t>* positions_;
  const bool newest_first_;
  size_t begin_;
  size_t end_;
  RecordView view_;
};

// The reading half, the same for both kinds of Snapshot.
template <class Base>
class MemoryReader : public Base {
 public:
  explicit MemoryReader(State& state) : state_(state) { state_.in_use = true; }
  ~MemoryReader() override {
    if (in_use_) state_.in_use = false;
  }

  const Head& head() const override { return state_.head; }

  absl::StatusOr<StreamVersion> VersionOf(std::string_view stream) override {
    const auto at = state_.positions_of_stream.find(stream);
    return StreamVersion{at == state_.positions_of_stream.end() ? 0 : at->second.size()};
  }

  absl::StatusOr<std::unique_ptr<RecordCursor>> ReadLog(const LogRange& range) override {
    static const std::vector<uint64_t> kNowhere;
    if (range.stream.empty()) return std::make_unique<MemoryCursor>(state_, nullptr, range);
    const auto at = state_.positions_of_stream.find(range.stream);
    const bool found = at != state_.positions_of_stream.end();
    return std::make_unique<MemoryCursor>(state_, found ? &at->second : &kNowhere, range);
  }

  absl::Status ReadRows(const RowQuery& query, TableSet set, absl::FunctionRef<absl::Status(Row)> visit) override {
    ASSIGN_OR_RETURN(std::vector<const OwnedRow*> found, Find(query, set));
    if (query.limit > 0 && found.size() > query.limit) found.resize(query.limit);
    std::vector<Value> cells;
    for (const OwnedRow* row : found) RETURN_IF_ERROR(visit(ViewOf(*row, cells)));
    return absl::OkStatus();
  }

  absl::StatusOr<uint64_t> CountRows(const RowQuery& query) override {
    ASSIGN_OR_RETURN(const std::vector<const OwnedRow*> found, Find(query, TableSet::kLive));
    return found.size();
  }

  absl::StatusOr<bool> HasTable(const TableDef& table) override { return state_.live.contains(table.name); }

  absl::Status ReadSubtrees(uint64_t first, uint64_t last,
                            absl::FunctionRef<absl::Status(const Hash&)> visit) override {
    for (uint64_t subtree = first; subtree <= last; ++subtree) {
      if (subtree >= state_.subtrees.size()) return MissingSubtree(subtree);
      RETURN_IF_ERROR(visit(state_.subtrees[subtree]));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> DatabaseId() override { return "memory"; }

  absl::StatusOr<Hash> StoredRoot() override { return state_.head.tree.Root(); }

 protected:
  // Makes way for the next one, before this one goes.
  void Release() { in_use_ = state_.in_use = false; }

  State& state_;

 private:
  absl::StatusOr<std::vector<const OwnedRow*>> Find(const RowQuery& query, TableSet set) {
    RETURN_IF_ERROR(CheckQuery(query));
    ASSIGN_OR_RETURN(const std::shared_ptr<MemoryTable> table, state_.FindTable(*query.table, set));
    return table->Find(query);
  }

  bool in_use_ = true;
};

using MemorySnapshot = MemoryReader<Snapshot>;

class MemoryTransaction final : public MemoryReader<Transaction> {
 public:
  explicit MemoryTransaction(State& state) : MemoryReader(state), head_before_(state.head) {}

  // Takes back, newest first, what was not committed.
  ~MemoryTransaction() override {
    if (committed_) return;
    for (; !undo_.empty(); undo_.pop_back()) undo_.back()();
    while (state_.records.size() > head_before_.position.value) {
      const auto stream = state_.positions_of_stream.find(state_.records.back().stream);
      stream->second.pop_back();
      if (stream->second.empty()) state_.positions_of_stream.erase(stream);
      state_.records.pop_back();
    }
    state_.subtrees.resize(head_before_.tree.size() / MerkleTree::kSubtreeLeaves);
    state_.head = std::move(head_before_);
  }

  absl::StatusOr<StreamVersion> Append(std::string_view stream, StreamVersion expected,
                                       absl::Span<const NewEvent> events) override {
    ASSIGN_OR_RETURN(StreamVersion version, VersionOf(stream));
    if (version != expected) {
      return absl::AbortedError(
          fmt::format("append {} event(s) to {}: expected version {}, it is at {}; read the stream and decide again",
                      events.size(), stream, expected.value, version.value));
    }
    for (const NewEvent& event : events) {
      ++version.value;
      Head& head = state_.head;
      ++head.position.value;
      head.recorded_at = event.recorded_at;
      const Hash leaf_hash = LeafHashOf(head.position, stream, version, event.event);
      if (const std::optional<Hash> subtree = head.tree.Append(leaf_hash)) state_.subtrees.push_back(*subtree);
      Record& record = state_.records.emplace_back(Record{.stream = std::string(stream),
                                                          .version = version,
                                                          .event_type = std::string(event.event_type),
                                                          .ws_id = std::string(event.ws_id),
                                                          .recorded_at = event.recorded_at,
                                                          .event = std::string(event.event),
                                                          .leaf_hash = leaf_hash,
                                                          .content = std::nullopt});
      if (event.content) {
        record.content.emplace(event.content->IsRedacted() ? Salt{} : event.content->salt, event.content->bytes);
      }
      state_.positions_of_stream[record.stream].push_back(head.position.value);
    }
    return version;
  }

  absl::Status PutRow(const TableDef& table, TableSet set, Row row) override {
    RETURN_IF_ERROR(CheckRow(table, row));
    ASSIGN_OR_RETURN(const std::shared_ptr<MemoryTable> rows, state_.FindTable(table, set));
    const std::optional<OwnedRow> old = rows->Put(row);
    if (old) {
      std::vector<Value> cells;
      const Row before = ViewOf(*old, cells);
      for (const size_t column : table.constant_columns) CHECK(row[column] == before[column]);
    }
    undo_.push_back([rows, key = rows->KeyOf(row), old] { rows->Restore(key, old); });
    return absl::OkStatus();
  }

  absl::Status CreateShadow(const TableDef& table) override {
    ++state_.head.generation;
    Assign(state_.shadows, table.name, std::make_shared<MemoryTable>(table.key_columns));
    return absl::OkStatus();
  }

  absl::Status SwapShadow(const TableDef& table) override {
    ASSIGN_OR_RETURN(std::shared_ptr<MemoryTable> shadow, state_.FindTable(table, TableSet::kShadow));
    Assign(state_.live, table.name, std::move(shadow));
    Assign(state_.shadows, table.name, nullptr);
    ++state_.head.generation;
    return absl::OkStatus();
  }

  absl::Status DropShadow(const TableDef& table) override {
    Assign(state_.shadows, table.name, nullptr);
    ++state_.head.generation;
    return absl::OkStatus();
  }

  absl::Status RedactContent(Position position) override {
    if (position.value == 0 || position > state_.head.position) {
      return absl::NotFoundError(fmt::format("redact position {}: the log ends before it", position.value));
    }
    Record& record = state_.records[position.value - 1];
    if (!record.content || record.content->second.empty()) {
      return absl::FailedPreconditionError(fmt::format("redact position {}: it keeps no content", position.value));
    }
    undo_.push_back([&record, content = *record.content] { record.content = content; });
    record.content.emplace();
    ++state_.head.generation;
    return absl::OkStatus();
  }

  absl::Status Commit() override {
    committed_ = true;
    Release();
    return absl::OkStatus();
  }

 private:
  static void AssignNow(TableMap& tables, const std::string& name, std::shared_ptr<MemoryTable> table) {
    if (table) {
      tables[name] = std::move(table);
    } else {
      tables.erase(name);
    }
  }
  // Makes `table` the one of that name, none being nullptr.
  void Assign(TableMap& tables, const std::string& name, std::shared_ptr<MemoryTable> table) {
    const auto at = tables.find(name);
    undo_.push_back([&tables, name, old = at == tables.end() ? nullptr : at->second] { AssignNow(tables, name, old); });
    AssignNow(tables, name, std::move(table));
  }

  Head head_before_;
  std::vector<std::function<void()>> undo_;
  bool committed_ = false;
};

absl::Status CheckFree(const State& state) {
  if (!state.in_use) return absl::OkStatus();
  return absl::InternalError("begin a transaction or a snapshot: another one of this storage is alive; drop it first");
}

}  // namespace

MemoryStorage::MemoryStorage(std::unique_ptr<State> state) : state_(std::move(state)) {}

MemoryStorage::~MemoryStorage() = default;

std::unique_ptr<MemoryStorage> MemoryStorage::Create(absl::Span<const TableDef* const> tables) {
  auto state = std::make_unique<State>();
  for (const TableDef* table : BesideTables()) {
    state->live[table->name] = std::make_shared<MemoryTable>(table->key_columns);
  }
  for (const TableDef* table : tables) {
    if (!table->on_demand) state->live[table->name] = std::make_shared<MemoryTable>(table->key_columns);
  }
  return std::make_unique<MemoryStorage>(std::move(state));
}

absl::StatusOr<std::unique_ptr<Transaction>> MemoryStorage::Begin() {
  RETURN_IF_ERROR(CheckFree(*state_));
  return std::make_unique<MemoryTransaction>(*state_);
}

absl::StatusOr<std::unique_ptr<Snapshot>> MemoryStorage::Read() {
  RETURN_IF_ERROR(CheckFree(*state_));
  return std::make_unique<MemorySnapshot>(*state_);
}

}  // namespace annals
