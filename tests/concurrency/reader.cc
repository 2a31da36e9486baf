#include "tests/concurrency/reader.h"

#include <map>
#include <stdexcept>

#include <fmt/format.h>

#include "eventstore/sqlite/sqlite_storage.h"
#include "projections/tables.h"
#include "tests/support/must.h"

namespace annals::concurrency {
namespace {

using support::Must;

// What the log of one moment says.
struct Log {
  uint64_t events = 0;
  MerkleTree tree;
  std::map<std::string, int64_t, std::less<>> shared;  // events by type in the stream of run "shared"
};

Log ReadLog(Snapshot& snapshot) {
  Log log;
  const auto cursor = Must(snapshot.ReadLog({}));
  while (const RecordView* const record = Must(cursor->Next())) {
    if (record->position.value != ++log.events) {
      throw std::runtime_error(fmt::format("position {} stands at {}", record->position.value, log.events));
    }
    log.tree.Append(LeafHashOf(*record));
    if (record->stream == "run/shared") ++log.shared[std::string(record->event_type)];
  }
  return log;
}

template <class T>
void Expect(std::string_view what, const T& found, const T& expected) {
  if (found == expected) return;
  throw std::runtime_error(
      fmt::format("reader: {} is {}, where the log of that moment makes it {}", what, found, expected));
}

// What `count` finds in the rows of the run "shared".
template <class Type>
int64_t Sum(Snapshot& snapshot, const Type& type, auto count) {
  int64_t sum = 0;
  Must(snapshot.ReadRows({.table = &type.table()}, TableSet::kLive, [&](Row values) {
    const auto row = type.FromValues(values);
    if (row.run_id == "shared") sum += count(row);
    return absl::OkStatus();
  }));
  return sum;
}

void Look(Snapshot& snapshot) {
  Log log = ReadLog(snapshot);
  Expect("the head", snapshot.head().position.value, log.events);
  Expect("the root of the head", HexOf(snapshot.head().tree.Root()), HexOf(log.tree.Root()));
  Expect("the stored root", HexOf(Must(snapshot.StoredRoot())), HexOf(log.tree.Root()));
  const auto one = [](const auto&) { return int64_t{1}; };
  Expect("the number of workstreams", Sum(snapshot, WorkstreamsTable(), one), log.shared["workstream_created"]);
  Expect("the run's number of workstreams", Sum(snapshot, RunsTable(), [](const RunRow& row) { return row.ws_total; }),
         log.shared["workstream_created"]);
  Expect("the number of errors", Sum(snapshot, ErrorsTable(), [](const ErrorRow& row) { return row.count; }),
         log.shared["error_recorded"]);
  Expect("the number of attempts", Sum(snapshot, StepAttemptsTable(), one), log.shared["step_completed"]);
}

}  // namespace

void ReadAgainAndAgain(const std::string& path, const Post& post) {
  const auto storage = Must(SqliteStorage::Open(
      {.path = path, .mode = OpenMode::kReadOnly, .lock_timeout_ms = kPatienceMs, .tables = ProjectedTables()}));
  uint64_t seen = 0;
  for (int number = 0;; ++number) {
    const auto snapshot = Must(storage->Read());
    const uint64_t head = snapshot->head().position.value;
    if (head < seen) throw std::runtime_error(fmt::format("reader: the head went back from {} to {}", seen, head));
    seen = head;
    Look(*snapshot);
    post.Say(number, head);
  }
}

}  // namespace annals::concurrency
