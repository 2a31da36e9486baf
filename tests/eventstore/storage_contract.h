// What the contract of eventstore/storage.h is tested with: the backends, tables to write to, and shorthands that throw
// when a call fails that the test takes for granted (GoogleTest turns that into a failure of the test).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <absl/functional/function_ref.h>
#include <absl/status/statusor.h>
#include <absl/types/span.h>
#include <gtest/gtest.h>

#include "eventstore/storage.h"
#include "schemas/status.h"

namespace annals::contract {

struct StorageBackend {
  std::string name;
  bool durable;  // what was committed is there when it is opened again
  absl::StatusOr<std::unique_ptr<Storage>> (*open)(const std::string& path, absl::Span<const TableDef* const> tables);
};
std::vector<StorageBackend> AllBackends();
std::vector<StorageBackend> DurableBackends();
void PrintTo(const StorageBackend& backend, std::ostream* out);

// A table with a column of each type: area and number (the key), status, flag, seen_at, detail, note, size.
const TableDef& PartsTable();
enum PartColumn : size_t { kArea, kNumber, kStatus, kFlag, kSeenAt, kDetail, kNote, kSize };
// A table with an integer key: id, label.
const TableDef& TallyTable();
// The same, but on demand.
const TableDef& ExtrasTable();
// A table of nothing but its key: source, target.
const TableDef& LinksTable();

inline void Must(const absl::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.ToString());
}
template <class T>
T Must(absl::StatusOr<T> result) {
  Must(result.status());
  return *std::move(result);
}

// A cell, a row, an event and a record that own their text.
using Cell = std::variant<std::monostate, int64_t, std::string, Timestamp>;
using Cells = std::vector<Cell>;
Value ViewOf(const Cell& cell);
struct Event {
  std::string event;
  std::string event_type = "noted";
  std::string ws_id = {};
  Timestamp recorded_at = {};
  std::optional<std::pair<Salt, std::string>> content = {};
  bool operator==(const Event&) const = default;
};
struct Record {
  uint64_t position;
  std::string stream;
  uint64_t version;
  std::string kept_leaf;
  Event event;
  bool operator==(const Record&) const = default;
};

Cells PartRow(const std::string& area, int64_t number);  // with all else NULL, but for the status
absl::Status Put(Transaction& transaction, const TableDef& table, const Cells& row, TableSet set = TableSet::kLive);
absl::StatusOr<StreamVersion> Append(Transaction& transaction, std::string_view stream, uint64_t expected,
                                     const std::vector<Event>& events);
std::vector<Cells> RowsOf(Snapshot& snapshot, const RowQuery& query, TableSet set = TableSet::kLive);
// By a cursor and by a visit, which give the same.
std::vector<Record> LogOf(Snapshot& snapshot, const LogRange& range = {});
std::vector<uint64_t> PositionsOf(Snapshot& snapshot, const LogRange& range = {});

class StorageFixture : public testing::Test {
 protected:
  ~StorageFixture() override;
  // Opens an empty store of that kind, with the tables above.
  void Open(const StorageBackend& backend);
  // Closes it and opens what is there.
  void Reopen();
  Storage& storage() { return *storage_; }
  std::unique_ptr<Snapshot> Read() { return Must(storage_->Read()); }
  void Commit(absl::FunctionRef<void(Transaction&)> work);
  // Does `work` and drops it.
  void Drop(absl::FunctionRef<void(Transaction&)> work);

 private:
  void RemoveFiles();

  std::string path_;
  absl::StatusOr<std::unique_ptr<Storage>> (*open_)(const std::string&, absl::Span<const TableDef* const>) = nullptr;
  std::unique_ptr<Storage> storage_;
};

}  // namespace annals::contract
