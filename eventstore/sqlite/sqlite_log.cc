#include "eventstore/sqlite/sqlite_log.h"

#include <cstring>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "eventstore/sqlite/record_visit.h"
#include "eventstore/sqlite/sqlite_record_reader.h"
#include "eventstore/sqlite/sqlite_schema.h"
#include "schemas/check.h"
#include "schemas/sabotage.h"
#include "schemas/status.h"

namespace annals {
namespace {

// Streams remembered by name, and names by id, before the memory is emptied: some 10 MiB.
constexpr size_t kRememberedStreams = 1 << 16;

class SqliteRecordCursor final : public RecordCursor {
 public:
  SqliteRecordCursor(Statement statement, SqliteRecordReader reader)
      : statement_(std::move(statement)), reader_(std::move(reader)) {}

  absl::StatusOr<const RecordView*> Next() override {
    ASSIGN_OR_RETURN(const bool row, statement_.Step());
    if (row) return reader_.Read(statement_);
    reader_.Finish();
    return nullptr;
  }

 private:
  Statement statement_;
  SqliteRecordReader reader_;
};

// For a check, from in front of the first position.
bool IsFromBefore(const LogRange& range) {
  return range.for_check && range.first.value <= 1;
}

bool IsWhole(const LogRange& range) {
  return IsFromBefore(range) && range.stream.empty() && range.last.value == INT64_MAX;
}

}  // namespace

absl::StatusOr<SqliteLog> SqliteLog::Prepare(const Connection& connection) {
  SqliteLog log(connection);
  const std::pair<Statement*, std::string_view> statements[] = {
      {&log.read_head_, "SELECT tree_size, recorded_at, generation, frontier FROM tree_head"},
      // OR FAIL, so that no pages are copied to undo the statement by itself.
      {&log.write_head_,
       "UPDATE OR FAIL tree_head SET tree_size = ?, recorded_at = ?, generation = ?, root = ?, frontier = ?"},
      {&log.find_stream_, "SELECT id FROM streams WHERE name = ?"},
      {&log.last_version_, "SELECT max(version) FROM log WHERE stream = ?"},
      {&log.find_type_, "SELECT id FROM event_types WHERE name = ?"},
  };
  for (const auto& [statement, sql] : statements) {
    ASSIGN_OR_RETURN(*statement, connection.Prepare(sql));
  }
  return log;
}

absl::Status SqliteLog::PrepareOnce(Statement& statement, std::string_view sql) {
  if (statement.is_prepared()) return absl::OkStatus();
  ASSIGN_OR_RETURN(statement, connection_->Prepare(sql));
  return absl::OkStatus();
}

absl::StatusOr<Head> SqliteLog::ReadHead() {
  const ResetOnExit reset(read_head_);
  ASSIGN_OR_RETURN(const bool row, read_head_.Step());
  if (!row)
    return absl::DataLossError(
        fmt::format("read the tree head of {}: it is gone; restore a backup", connection_->path()));
  const auto size = static_cast<uint64_t>(read_head_.Int(0));
  const auto generation = static_cast<uint64_t>(read_head_.Int(2));
  if (size == head_.position.value && generation == head_.generation) return head_;
  Forget();
  Head head{.position = {size}, .recorded_at = {read_head_.Int(1)}, .generation = generation, .tree = {}};
  ASSIGN_OR_RETURN(head.tree, MerkleTree::FromFrontier(size, read_head_.Blob(3)));
  head_ = std::move(head);
  return head_;
}

absl::Status SqliteLog::WriteHead(const Head& head) {
  RETURN_IF_ERROR(WritePending());
  const Hash root = head.tree.Root();
  const std::string frontier = head.tree.frontier();
  write_head_.Bind(1, static_cast<int64_t>(head.position.value));
  write_head_.Bind(2, head.recorded_at.micros);
  write_head_.Bind(3, static_cast<int64_t>(head.generation));
  write_head_.BindBlob(4, BytesOf(root));
  write_head_.BindBlob(5, frontier);
  RETURN_IF_ERROR(write_head_.Run());
  head_ = head;
  return absl::OkStatus();
}

absl::StatusOr<Hash> SqliteLog::ReadRoot() {
  ASSIGN_OR_RETURN(Statement statement, connection_->Prepare("SELECT root FROM tree_head"));
  ASSIGN_OR_RETURN(const bool row, statement.Step());
  Hash root = {};
  if (row) CopyOrZero(statement.Blob(0), root);
  return root;
}

void SqliteLog::Forget() {
  pending_count_ = 0;
  ForgetStreams();
  type_ids_.clear();
  type_names_.clear();
  stream_names_.clear();
  head_ = Head{};
}

absl::StatusOr<SqliteLog::Stream*> SqliteLog::FindStream(std::string_view name) {
  if (last_stream_ != nullptr && last_stream_->first == name) return &last_stream_->second;
  if (const auto it = streams_.find(name); it != streams_.end()) {
    last_stream_ = &*it;
    return &it->second;
  }
  const ResetOnExit reset_find(find_stream_);
  find_stream_.Bind(1, name);
  ASSIGN_OR_RETURN(const bool row, find_stream_.Step());
  if (!row) return nullptr;
  Stream stream{.id = find_stream_.Int(0), .version = {}};
  const ResetOnExit reset_version(last_version_);
  last_version_.Bind(1, stream.id);
  ASSIGN_OR_RETURN([[maybe_unused]] const bool always, last_version_.Step());
  stream.version.value = static_cast<uint64_t>(last_version_.Int(0));
  return RememberStream(name, stream);
}

absl::StatusOr<SqliteLog::Stream*> SqliteLog::RememberStream(std::string_view name, const Stream& stream) {
  if (streams_.size() >= kRememberedStreams) {
    RETURN_IF_ERROR(WritePending());  // from now on their streams' versions are read
    ForgetStreams();
  }
  last_stream_ = &*streams_.emplace(name, stream).first;
  return &last_stream_->second;
}

void SqliteLog::ForgetStreams() {
  streams_.clear();
  last_stream_ = nullptr;
}

absl::StatusOr<StreamVersion> SqliteLog::VersionOf(std::string_view name) {
  ASSIGN_OR_RETURN(const Stream* const stream, FindStream(name));
  return stream == nullptr ? StreamVersion{} : stream->version;
}

absl::StatusOr<int64_t> SqliteLog::EventTypeId(std::string_view name) {
  if (const auto it = type_ids_.find(name); it != type_ids_.end()) return it->second;
  if (type_ids_.size() >= kRememberedStreams) type_ids_.clear();
  int64_t id = 0;
  for (Statement* const statement : {&find_type_, &new_type_}) {
    RETURN_IF_ERROR(PrepareOnce(
        *statement, "INSERT INTO event_types (name) VALUES (?) RETURNING id"));  // the first one is prepared already
    const ResetOnExit reset(*statement);
    statement->Bind(1, name);
    ASSIGN_OR_RETURN(const bool row, statement->Step());
    if (!row) continue;
    id = statement->Int(0);
    break;
  }
  type_ids_.emplace(name, id);
  return id;
}

absl::StatusOr<Hash> SqliteLog::Insert(Position position, std::string_view name, StreamVersion version,
                                       const NewEvent& event) {
  ASSIGN_OR_RETURN(Stream * stream, FindStream(name));
  if (stream == nullptr) {
    RETURN_IF_ERROR(PrepareOnce(new_stream_, "INSERT INTO streams (name) VALUES (?) RETURNING id"));
    const ResetOnExit reset(new_stream_);
    new_stream_.Bind(1, name);
    ASSIGN_OR_RETURN([[maybe_unused]] const bool always, new_stream_.Step());
    ASSIGN_OR_RETURN(stream, RememberStream(name, {.id = new_stream_.Int(0), .version = {}}));
  }
  ASSIGN_OR_RETURN(const int64_t type, EventTypeId(event.event_type));
  const Hash leaf_hash = LeafHashOf(position, name, version, event.event);
  if (pending_count_ == pending_.size()) pending_.emplace_back();
  Pending& record = pending_[pending_count_++];
  record.position = position;
  record.stream = stream->id;
  record.version = version;
  record.recorded_at = event.recorded_at;
  record.event_type = type;
  record.ws_id = event.ws_id;
  record.event = event.event;
  record.leaf_hash = leaf_hash;
  record.salt.reset();
  record.has_content = event.content.has_value();
  if (event.content) {
    if (!event.content->IsRedacted()) record.salt = event.content->salt;
    record.content = event.content->bytes;
  }
  stream->version = version;
  if (pending_count_ == kRowsAtOnce) RETURN_IF_ERROR(WritePending());
  return leaf_hash;
}

absl::Status SqliteLog::WritePending() {
  const size_t count = std::exchange(pending_count_, 0);
  // One statement for many rows opens the table and its index once: it takes two thirds of the time. Where a row has no
  // place the transaction is dropped anyway: OR FAIL spares the copies of pages by which the statement would be undone
  // by itself. Not prepared before it is needed: a log that somebody added a column to can still be read, and be told.
  constexpr std::string_view kRow = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  const size_t rows = count == kRowsAtOnce ? kRowsAtOnce : 1;
  Statement& statement = rows == 1 ? insert_record_ : insert_records_;
  if (count > 0 && !statement.is_prepared()) {
    const std::vector<std::string_view> marks(rows, kRow);
    ASSIGN_OR_RETURN(statement,
                     connection_->Prepare(fmt::format("INSERT OR FAIL INTO log VALUES {}", fmt::join(marks, ", "))));
  }
  for (size_t first = 0; first < count; first += rows) {
    for (size_t i = 0; i < rows; ++i) Bind(pending_[first + i], statement, static_cast<int>(10 * i));
    RETURN_IF_ERROR(statement.Run());
  }
  return absl::OkStatus();
}

void SqliteLog::Bind(const Pending& record, Statement& statement, int first) {
  statement.Bind(first + 1, static_cast<int64_t>(record.position.value));
  statement.Bind(first + 2, record.stream);
  statement.Bind(first + 3, static_cast<int64_t>(record.version.value));
  statement.Bind(first + 4, record.recorded_at.micros);
  statement.Bind(first + 5, record.event_type);
  if (record.ws_id.empty()) {
    statement.BindNull(first + 6);
  } else {
    statement.Bind(first + 6, record.ws_id);
  }
  statement.BindBlob(first + 7, record.event);
  statement.BindBlob(first + 8, KeptPartOf(record.leaf_hash));
  if (record.salt) {
    statement.BindBlob(first + 9, BytesOf(*record.salt));
  } else {
    statement.BindNull(first + 9);
  }
  if (record.has_content) {
    statement.BindBlob(first + 10, record.content);
  } else {
    statement.BindNull(first + 10);
  }
}

absl::Status SqliteLog::RedactContent(Position position) {
  RETURN_IF_ERROR(WritePending());
  ASSIGN_OR_RETURN(const std::optional<int64_t> bytes,
                   connection_->QueryInt(
                       fmt::format("SELECT ifnull(length(content), 0) FROM log WHERE position = {}", position.value)));
  if (!bytes) return absl::NotFoundError(fmt::format("redact position {}: the log ends before it", position.value));
  if (*bytes == 0) {
    return absl::FailedPreconditionError(fmt::format("redact position {}: it keeps no content", position.value));
  }
  // The bytes are overwritten with zeroes where they lie, which does not wait for Sweep(). The trigger that refuses
  // every change of the log goes for this one statement, and only this transaction ever sees the log without it.
  return connection_->Execute(fmt::format(
      "PRAGMA secure_delete = ON; DROP TRIGGER log_refuses_update;"
      "UPDATE log SET salt = NULL, content = {} WHERE position = {};{}",
      IsSabotaged("redaction_leaves_the_content") ? "content" : "x''", position.value, LogRefusesUpdateSql()));
}

absl::Status SqliteLog::InsertSubtree(uint64_t subtree, const Hash& hash) {
  RETURN_IF_ERROR(PrepareOnce(insert_subtree_, "INSERT INTO tree_nodes VALUES (?, ?)"));
  insert_subtree_.Bind(1, static_cast<int64_t>(subtree));
  insert_subtree_.BindBlob(2, BytesOf(hash));
  return insert_subtree_.Run();
}

absl::Status SqliteLog::ReadSubtrees(uint64_t first, uint64_t last,
                                     absl::FunctionRef<absl::Status(const Hash&)> visit) {
  ASSIGN_OR_RETURN(Statement statement, connection_->Prepare("SELECT subtree, hash FROM tree_nodes "
                                                             "WHERE subtree BETWEEN ? AND ? ORDER BY subtree"));
  statement.Bind(1, static_cast<int64_t>(first));
  statement.Bind(2, static_cast<int64_t>(last));
  for (uint64_t subtree = first; subtree <= last; ++subtree) {
    ASSIGN_OR_RETURN(const bool row, statement.Step());
    if (!row || statement.Int(0) != static_cast<int64_t>(subtree)) return MissingSubtree(subtree);
    const std::string_view bytes = statement.Blob(1);
    Hash hash;
    if (bytes.size() != hash.size()) {
      return absl::DataLossError(fmt::format("read the tree: the root of subtree {} has {} bytes, not {}", subtree,
                                             bytes.size(), hash.size()));
    }
    std::memcpy(hash.data(), bytes.data(), hash.size());
    RETURN_IF_ERROR(visit(hash));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string_view> SqliteLog::StreamName(int64_t id) {
  if (const auto it = stream_names_.find(id); it != stream_names_.end()) return it->second;
  if (stream_names_.size() >= kRememberedStreams) stream_names_.clear();
  RETURN_IF_ERROR(PrepareOnce(stream_name_, "SELECT name FROM streams WHERE id = ?"));
  const ResetOnExit reset(stream_name_);
  stream_name_.Bind(1, id);
  ASSIGN_OR_RETURN(const bool row, stream_name_.Step());
  if (!row) return absl::DataLossError(fmt::format("read the log: stream {} has no name", id));
  return stream_names_.emplace(id, stream_name_.Text(0)).first->second;
}

absl::StatusOr<std::string_view> SqliteLog::EventTypeName(int64_t id) {
  if (const auto it = type_names_.find(id); it != type_names_.end()) return it->second;
  if (type_names_.size() >= kRememberedStreams) type_names_.clear();
  RETURN_IF_ERROR(PrepareOnce(type_name_, "SELECT name FROM event_types WHERE id = ?"));
  const ResetOnExit reset(type_name_);
  type_name_.Bind(1, id);
  ASSIGN_OR_RETURN(const bool row, type_name_.Step());
  if (!row) return absl::DataLossError(fmt::format("read the log: event type {} has no name", id));
  return type_names_.emplace(id, type_name_.Text(0)).first->second;
}

absl::StatusOr<Statement> SqliteLog::PrepareWalk(const LogRange& range, std::string_view columns,
                                                 std::string_view condition) {
  RETURN_IF_ERROR(WritePending());
  int64_t stream_id = 0;
  // Not by an index of all these columns, which a user may have made.
  std::string_view which = "NOT INDEXED WHERE", order = "position";
  if (!range.stream.empty()) {
    // Versions of a stream rise with positions: walking its index by version gives positions in order.
    ASSIGN_OR_RETURN(const Stream* const stream, FindStream(range.stream));
    if (stream != nullptr) stream_id = stream->id;
    which = "WHERE stream = ?3 AND";
    order = "version";
  }
  ASSIGN_OR_RETURN(Statement statement, connection_->Prepare(fmt::format(
                                            "SELECT {} FROM log {} position BETWEEN ?1 AND ?2{} ORDER BY {}{}", columns,
                                            which, condition, order, range.newest_first ? " DESC" : "")));
  statement.Bind(1, IsFromBefore(range) ? INT64_MIN : static_cast<int64_t>(range.first.value));
  statement.Bind(2, static_cast<int64_t>(range.last.value));
  if (!range.stream.empty()) statement.Bind(3, stream_id);
  return statement;
}

absl::StatusOr<std::unique_ptr<RecordCursor>> SqliteLog::Read(const LogRange& range, EntrySum& keys) {
  ASSIGN_OR_RETURN(Statement statement, PrepareWalk(range, SqliteRecordReader::ColumnsFor(range), {}));
  return std::make_unique<SqliteRecordCursor>(std::move(statement),
                                              SqliteRecordReader(*this, range, IsWhole(range) ? &keys : nullptr));
}

absl::StatusOr<bool> SqliteLog::CanVisit() {
  if (can_visit_) return *can_visit_;
  RETURN_IF_ERROR(RecordVisit::AddTo(*connection_));
  ASSIGN_OR_RETURN(Statement plan,
                   connection_->Prepare("EXPLAIN QUERY PLAN SELECT * FROM log NOT INDEXED ORDER BY position"));
  bool is_sorted = false;
  while (true) {
    ASSIGN_OR_RETURN(const bool row, plan.Step());
    if (!row) break;
    is_sorted = is_sorted || plan.Text(3).find("TEMP B-TREE") != std::string_view::npos;
  }
  can_visit_ = !is_sorted;
  return *can_visit_;
}

absl::Status SqliteLog::Visit(const LogRange& range, EntrySum& keys,
                              absl::FunctionRef<absl::Status(const RecordView&)> visit) {
  CHECK(range.stream.empty());
  ASSIGN_OR_RETURN(
      Statement statement,
      PrepareWalk(range, "1", fmt::format(" AND visit_record(?3, {})", SqliteRecordReader::ColumnsFor(range))));
  return RecordVisit(SqliteRecordReader(*this, range, IsWhole(range) ? &keys : nullptr), visit).Run(statement, 3);
}

}  // namespace annals
