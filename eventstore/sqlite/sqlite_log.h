// The log's side of the SQLite backend: streams, event types, records, contents and the tree.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/container/flat_hash_map.h>
#include <absl/container/node_hash_map.h>
#include <absl/status/statusor.h>

#include "eventstore/sqlite/connection.h"
#include "eventstore/sqlite/entry_sum.h"
#include "eventstore/storage.h"
#include "schemas/text_map.h"

namespace annals {

class SqliteLog {
 public:
  static absl::StatusOr<SqliteLog> Prepare(const Connection& connection);

  // Reads the head again; forgets what was remembered of streams when others have written since.
  absl::StatusOr<Head> ReadHead();
  absl::Status WriteHead(const Head& head);
  absl::StatusOr<Hash> ReadRoot();
  // Forgets streams and event types: after a rollback they may not be what they were.
  void Forget();

  absl::StatusOr<StreamVersion> VersionOf(std::string_view stream);
  // Writes `event` as the record at `position`, at the latest when the head is written or something is read; the caller
  // keeps the tree.
  absl::StatusOr<Hash> Insert(Position position, std::string_view stream, StreamVersion version, const NewEvent& event);
  // As Transaction::RedactContent.
  absl::Status RedactContent(Position position);
  absl::Status InsertSubtree(uint64_t subtree, const Hash& hash);
  absl::Status ReadSubtrees(uint64_t first, uint64_t last, absl::FunctionRef<absl::Status(const Hash&)> visit);
  // A walk for_check over all of it sets `keys`, to the entries that its index has to have, and outlives the cursor.
  absl::StatusOr<std::unique_ptr<RecordCursor>> Read(const LogRange& range, EntrySum& keys);
  // Whether the rows of the log stand by their position, as in every log that nobody altered: what SQLite has to sort
  // first can be read, but not visited.
  absl::StatusOr<bool> CanVisit();
  // The same as Snapshot::VisitLog, of all streams, where that is so.
  absl::Status Visit(const LogRange& range, EntrySum& keys, absl::FunctionRef<absl::Status(const RecordView&)> visit);

 private:
  friend class SqliteRecordReader;
  struct Stream {
    int64_t id;
    StreamVersion version;
  };
  // A record that waits to be written together with others.
  struct Pending {
    Position position;
    int64_t stream = 0;
    StreamVersion version;
    Timestamp recorded_at;
    int64_t event_type = 0;
    std::string ws_id, event;
    Hash leaf_hash;
    std::optional<Salt> salt;
    bool has_content = false;
    std::string content;
  };
  explicit SqliteLog(const Connection& connection) : connection_(&connection) {}

  // A statement that selects `columns` of the records in `range` for which `condition` holds.
  absl::StatusOr<Statement> PrepareWalk(const LogRange& range, std::string_view columns, std::string_view condition);
  absl::Status WritePending();
  static void Bind(const Pending& record, Statement& statement, int first);

  // What few commands need is prepared when the first one does: a process that runs one command pays for it otherwise.
  absl::Status PrepareOnce(Statement& statement, std::string_view sql);
  // The stream of that name, or nullptr when there is none.
  absl::StatusOr<Stream*> FindStream(std::string_view name);
  absl::StatusOr<Stream*> RememberStream(std::string_view name, const Stream& stream);
  void ForgetStreams();
  absl::StatusOr<int64_t> EventTypeId(std::string_view name);
  absl::StatusOr<std::string_view> StreamName(int64_t id);
  absl::StatusOr<std::string_view> EventTypeName(int64_t id);

  const Connection* connection_;
  Statement read_head_, write_head_, find_stream_, new_stream_, last_version_, find_type_, new_type_, insert_record_,
      insert_records_, insert_subtree_, stream_name_, type_name_;
  Head head_;
  std::vector<Pending> pending_;  // of which the first so many wait; the rest is kept for its memory
  size_t pending_count_ = 0;
  absl::node_hash_map<std::string, Stream, TextHash, std::equal_to<>> streams_;
  std::pair<const std::string, Stream>* last_stream_ = nullptr;  // asked for several times per event
  std::optional<bool> can_visit_;
  TextMap<int64_t> type_ids_;
  absl::flat_hash_map<int64_t, std::string> type_names_, stream_names_;
};

}  // namespace annals
