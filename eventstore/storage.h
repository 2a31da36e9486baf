// The log and the tables beside it: one interface, a backend behind it. Nothing here knows a database by name.
//
// Threads: a Storage and what came from it belong to one thread at a time; other threads and processes open their own.
// At most one Snapshot or Transaction of a Storage is alive at a time. Nothing here throws.
// Errors everywhere: kUnavailable (busy: may be tried again), kResourceExhausted (disk full), kDataLoss (what is stored
// is not what was written), kInternal (I/O). A failed call leaves the Transaction fit only to be dropped.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <absl/functional/function_ref.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/types/span.h>

#include "eventstore/leaf.h"  // IWYU pragma: export  LeafHashOf, IsKeptOf
#include "eventstore/merkle.h"
#include "eventstore/sources.h"
#include "eventstore/table.h"
#include "eventstore/types.h"

namespace annals {

// The end of the log.
struct Head {
  Position position;        // of the newest event; 0 when there is none
  Timestamp recorded_at;    // of the newest event
  uint64_t generation = 0;  // moves when tables change other than by folding: then what was cached of them is void
  MerkleTree tree;
};

// Content kept beside the log: the event holds only SHA-256(salt ‖ bytes) and the size. No content has no bytes, so
// none are what is left of one that was redacted; its salt is gone too, as a short content could be guessed with it.
struct KeptContent {
  Salt salt;
  std::string_view bytes;
  bool IsRedacted() const { return bytes.empty(); }
};

// An event about to be appended: its bytes, and what of them backends keep in columns of their own to read by.
struct NewEvent {
  std::string_view event;  // as EncodeEvent makes it
  std::string_view event_type;
  std::string_view ws_id;  // empty: about no workstream
  Timestamp recorded_at;
  std::optional<KeptContent> content;
};

// An event as it is stored. Views live until the cursor moves.
struct RecordView {
  Position position;
  std::string_view stream;
  StreamVersion version;
  std::string_view event_type;
  std::string_view ws_id;
  Timestamp recorded_at;
  std::string_view event;
  std::string_view kept_leaf;  // what is kept of its leaf hash: IsKeptOf() that, where nothing was altered
  std::optional<KeptContent> content;
};

// Made of the record itself, whatever is kept of it.
inline Hash LeafHashOf(const RecordView& record) {
  return LeafHashOf(record.position, record.stream, record.version, record.event);
}

struct LogRange {
  Position first = {1};
  Position last = {INT64_MAX};
  std::string_view stream = {};  // empty: all of them
  bool newest_first = false;
  // Only what a fold reads: position, stream, event and content without its salt; the rest of each record is not
  // filled.
  bool for_fold = false;
  // For whoever checks the log: what is broken in a record does not end the walk. A name that is gone is empty, a salt
  // of another length than it should have is all zeros. From the first position on it also gives what stands in front
  // of that.
  bool for_check = false;
};

class RecordCursor {
 public:
  virtual ~RecordCursor() = default;
  // The next record, or nullptr at the end. The view is void after the next call.
  virtual absl::StatusOr<const RecordView*> Next() = 0;
};

// Where rows are read from and written to: the tables people read, or their shadows that a rebuild fills.
enum class TableSet { kLive, kShadow };

// Rows to be read.
class RowReader {
 public:
  virtual ~RowReader() = default;
  // Calls `visit` for each row, until it fails or the rows end. `visit` must not use this reader.
  virtual absl::Status ReadRows(const RowQuery& query, TableSet set, absl::FunctionRef<absl::Status(Row)> visit) = 0;
  // Of the live tables.
  virtual absl::StatusOr<uint64_t> CountRows(const RowQuery& query) = 0;
};

// Rows to be written.
class RowWriter {
 public:
  virtual ~RowWriter() = default;
  // Writes one row: the one with the same primary key anew, or a new one. Fast where it is there; its constant columns
  // are then what they were.
  virtual absl::Status PutRow(const TableDef& table, TableSet set, Row row) = 0;
  // The same for rows whose cells stand in `cells` one row after the other. Fast where all are new.
  virtual absl::Status PutNewRows(const TableDef& table, TableSet set, absl::Span<const Value> cells) {
    for (; !cells.empty(); cells.remove_prefix(table.columns.size())) {
      if (absl::Status status = PutRow(table, set, cells.first(table.columns.size())); !status.ok()) return status;
    }
    return absl::OkStatus();
  }
};

// As many rows as are worth putting together before they are written.
inline constexpr size_t kRowsAtOnce = 16;

// Live tables without a log: what a fold that is not the newest one is kept in.
class RowStore : public RowReader, public RowWriter {
 public:
  // Remembers the rows as they are now, instead of as they were at the last Mark().
  virtual absl::Status Mark() = 0;
  // Makes the rows what they were at the last Mark(), which stays.
  virtual absl::Status ReturnToMark() = 0;
};

// What the log and the tables were at one moment.
class Snapshot : public RowReader {
 public:
  virtual const Head& head() const = 0;
  // 0 when there is no such stream.
  virtual absl::StatusOr<StreamVersion> VersionOf(std::string_view stream) = 0;
  // Contents come along. The cursor must go before the snapshot does.
  virtual absl::StatusOr<std::unique_ptr<RecordCursor>> ReadLog(const LogRange& range) = 0;
  // Calls `visit` with each record such a cursor would give, until it fails or they end; quicker where there are many.
  // The view is void after the call. `visit` may read, and walk, but not write; its exceptions go through here.
  virtual absl::Status VisitLog(const LogRange& range, absl::FunctionRef<absl::Status(const RecordView&)> visit);
  virtual absl::StatusOr<bool> HasTable(const TableDef& table) = 0;
  // The sum of HashOfRow over all rows of the live table, as they are stored. With no cursor open, and in no visit.
  virtual absl::StatusOr<uint64_t> SumRows(const TableDef& table);
  // The root of the tree as it is stored for others to read; head().tree, which it should be the root of, is made from
  // the right edge. All zeros where it is no hash.
  virtual absl::StatusOr<Hash> StoredRoot() = 0;
  // Calls `visit` with the roots of the whole subtrees of MerkleTree::kSubtreeLeaves leaves from number `first` to
  // `last`, both included, in order, until it fails; number k, from 0, is over the positions k · kSubtreeLeaves + 1 to
  // (k + 1) · kSubtreeLeaves. Nothing where `first` is above `last`.
  //   kDataLoss  one of them is not there
  virtual absl::Status ReadSubtrees(uint64_t first, uint64_t last,
                                    absl::FunctionRef<absl::Status(const Hash&)> visit) = 0;
  // Which database this is, however it is called and wherever it is copied to: a ULID made with it, "memory" in memory.
  virtual absl::StatusOr<std::string> DatabaseId() = 0;
  // For backends that keep the log in files of their own: calls `visit` with each thing that can be seen to be wrong
  // with these, whatever the events say: damaged pages, indexes that do not show their rows, a schema that is not the
  // one this annals makes, rows that stand for nothing. `tables` are the projected ones. Takes time in proportion to
  // the whole database.
  virtual absl::Status FindDamage(absl::Span<const TableDef* const> /*tables*/,
                                  absl::FunctionRef<void(std::string)> /*visit*/) {
    return absl::OkStatus();
  }
  // Of that only the pages, the indexes and values that no row may have: all there is to ask of a file of another
  // schema.
  virtual absl::Status FindDamagedPages(absl::FunctionRef<void(std::string)> /*visit*/) { return absl::OkStatus(); }
};

// One unit of work on the log and its tables: rolls back unless Commit() succeeded.
class Transaction : public Snapshot, public RowWriter {
 public:
  // Adds `events` to the end of `stream`; returns the stream's new version. Nothing is durable before Commit().
  //   kAborted  the stream is not at `expected`: read it again and decide again
  virtual absl::StatusOr<StreamVersion> Append(std::string_view stream, StreamVersion expected,
                                               absl::Span<const NewEvent> events) = 0;

  // Makes an empty shadow of `table`, dropping one that a rebuild left behind, and moves head().generation, so that a
  // rebuild that was filling that one notices.
  virtual absl::Status CreateShadow(const TableDef& table) = 0;
  // Puts the shadow in the table's place and moves head().generation.
  virtual absl::Status SwapShadow(const TableDef& table) = 0;
  // Drops a shadow of `table` that a rebuild left behind or is filling, if there is one, and moves head().generation.
  virtual absl::Status DropShadow(const TableDef& table) = 0;

  // Removes the content and its salt from the record at `position`: KeptContent::IsRedacted(). The one thing that is
  // ever taken from a record. Rows that show the content are the caller's to write anew. Moves head().generation.
  //   kNotFound            there is no such position
  //   kFailedPrecondition  that record keeps no content, or it is redacted already
  virtual absl::Status RedactContent(Position position) = 0;

  // Makes everything since Begin() durable, or nothing. Nothing but the destructor may be called after it.
  virtual absl::Status Commit() = 0;
};

class Storage {
 public:
  virtual ~Storage() = default;
  // Takes the write lock: a conflict with other writers shows here (kUnavailable), not at Commit().
  virtual absl::StatusOr<std::unique_ptr<Transaction>> Begin() = 0;
  virtual absl::StatusOr<std::unique_ptr<Snapshot>> Read() = 0;
  // For who has committed much while they had a snapshot of another Storage, once that is gone: lets the backend tidy
  // up what it kept for the snapshot. Errors are left to the next Begin().
  virtual void TidyUp() {}
  // After removing content was committed: makes sure that no trace of what is no longer in a record or a row is left
  // where it lay. Takes time and room in proportion to the whole database.
  //   kUnavailable        others hold old pages; all is as it was
  //   kResourceExhausted  no room for it; all is as it was
  virtual absl::Status Sweep() = 0;
};

// What a backend says of a subtree's root that is not there: kDataLoss.
absl::Status MissingSubtree(uint64_t subtree);

// Idempotency keys, kept beside the log: the events of the command, from `position` on, are its answer.
const TableDef& CommandIdsTable();  // command_id, position, salt (hex)
// How far `annals apply` came in each source; committed with the commands themselves.
const TableDef& ApplySourcesTable();  // source, lines, updated_at
// When each worker was last heard of: renewed in place, no history and no fold.
const TableDef& LeasesTable();  // worker_id, renewed_at, expires_at
// All of these, which every backend keeps beside the log.
absl::Span<const TableDef* const> BesideTables();

}  // namespace annals
