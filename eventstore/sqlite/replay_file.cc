#include "eventstore/sqlite/replay_file.h"

#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "eventstore/publish_file.h"
#include "schemas/status.h"

namespace annals {
namespace {

namespace fs = std::filesystem;

// It is made anew or not at all, so nothing of it needs to outlive a crash before Finish() makes it durable as a whole.
constexpr const char* kPragmas =
    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -65536;";

constexpr const char* kSchema =
    "CREATE TABLE events (id INTEGER PRIMARY KEY, timestamp TEXT NOT NULL, run_id TEXT, ws_id TEXT, event_type TEXT "
    "NOT NULL, payload_json TEXT NOT NULL) STRICT;"
    "CREATE TABLE schema_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID, STRICT;";

void BindOrNull(Statement& statement, int index, std::string_view text) {
  if (text.empty()) {
    statement.BindNull(index);
  } else {
    statement.Bind(index, text);
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<ReplayFile>> ReplayFile::Create(std::string path,
                                                               const std::vector<const TableDef*>& tables) {
  std::error_code error;
  if (fs::exists(path, error)) {
    return absl::AlreadyExistsError(fmt::format("write {}: it is already there; name a new file", path));
  }
  auto file = std::unique_ptr<ReplayFile>(new ReplayFile(std::move(path)));
  fs::remove(file->unfinished_path_, error);  // of a process that was killed
  ASSIGN_OR_RETURN(Connection connection, Connection::Open(file->unfinished_path_, OpenMode::kCreate, 0));
  RETURN_IF_ERROR(connection.Execute(kPragmas));
  RETURN_IF_ERROR(connection.Execute(fmt::format("PRAGMA application_id = {}; BEGIN;", kReplayApplicationId)));
  RETURN_IF_ERROR(connection.Execute(kSchema));
  ASSIGN_OR_RETURN(file->rows_, SqliteRowStore::In(std::move(connection), tables));
  const Connection& opened = file->rows_->connection();
  ASSIGN_OR_RETURN(file->add_event_, opened.Prepare("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)"));
  ASSIGN_OR_RETURN(file->set_meta_, opened.Prepare("INSERT INTO schema_meta VALUES (?, ?)"));
  return file;
}

ReplayFile::~ReplayFile() {
  if (rows_ == nullptr) return;
  std::error_code error;
  fs::remove(unfinished_path_, error);
}

absl::Status ReplayFile::AddEvent(const Event& event) {
  char timestamp[kTimestampBytes];
  FormatTimestamp(event.timestamp, timestamp);
  add_event_.Bind(1, static_cast<int64_t>(event.position.value));
  add_event_.Bind(2, std::string_view(timestamp, kTimestampBytes));
  BindOrNull(add_event_, 3, event.run_id);
  BindOrNull(add_event_, 4, event.ws_id);
  add_event_.Bind(5, event.event_type);
  add_event_.Bind(6, event.payload_json);
  return add_event_.Run();
}

absl::Status ReplayFile::SetMeta(std::string_view key, std::string_view value) {
  set_meta_.Bind(1, key);
  set_meta_.Bind(2, value);
  return set_meta_.Run();
}

absl::Status ReplayFile::Finish() {
  RETURN_IF_ERROR(rows_->connection().Execute("COMMIT"));
  add_event_ = Statement();
  set_meta_ = Statement();
  rows_.reset();
  RETURN_IF_ERROR(PublishFile(unfinished_path_, path_, IfThere::kRefuse));
  return absl::OkStatus();
}

}  // namespace annals
