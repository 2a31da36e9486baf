// The log's side of the SQLite backend: streams, event types, records, contents and the tree.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <absl/container/flat_hash_map.h>
#include <absl/status/statusor.h>

#include "eventstore/sqlite/connection.h"
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
  // Writes `event` as the record at `position`; the caller keeps the tree.
  absl::StatusOr<Hash> Insert(Position position, std::string_view stream, StreamVersion version, const NewEvent& event);
  absl::Status InsertSubtree(uint64_t subtree, const Hash& hash);
  absl::Status ReadSubtrees(uint64_t first, uint64_t last, absl::FunctionRef<absl::Status(const Hash&)> visit);
  absl::StatusOr<std::unique_ptr<RecordCursor>> Read(const LogRange& range);

 private:
  friend class SqliteRecordCursor;
  struct Stream {
    int64_t id;
    StreamVersion version;
  };
  explicit SqliteLog(const Connection& connection) : connection_(&connection) {}

  // What few commands need is prepared when the first one does: a process that runs one command pays for it otherwise.
  absl::Status PrepareOnce(Statement& statement, std::string_view sql);
  // The stream of that name, or nullptr when there is none.
  absl::StatusOr<Stream*> FindStream(std::string_view name);
  absl::StatusOr<int64_t> EventTypeId(std::string_view name);
  absl::StatusOr<std::string_view> StreamName(int64_t id);
  absl::StatusOr<std::string_view> EventTypeName(int64_t id);

  const Connection* connection_;
  Statement read_head_, write_head_, find_stream_, new_stream_, last_version_, find_type_, new_type_, insert_record_,
      insert_subtree_, stream_name_, type_name_;
  Head head_;
  TextMap<Stream> streams_;
  TextMap<int64_t> type_ids_;
  absl::flat_hash_map<int64_t, std::string> type_names_, stream_names_;
};

}  // namespace annals
