#include "eventstore/sqlite/sqlite_bundle.h"

#include <utility>

#include <fmt/format.h>

#include "eventstore/sqlite/sqlite_schema.h"
#include "schemas/status.h"

namespace annals {

absl::StatusOr<std::unique_ptr<SqliteBundle>> SqliteBundle::Create(SqliteOptions options) {
  auto bundle = std::unique_ptr<SqliteBundle>(new SqliteBundle);
  options.mode = OpenMode::kCreate;
  options.tables.push_back(&BundleTable());
  options.tables.push_back(&BundleProofsTable());
  ASSIGN_OR_RETURN(bundle->storage_, SqliteStorage::Open(options));
  ASSIGN_OR_RETURN(SqliteLog log, SqliteLog::Prepare(bundle->connection()));
  bundle->log_ = std::make_unique<SqliteLog>(std::move(log));
  bundle->tables_ = std::make_unique<SqliteTables>(bundle->connection());
  RETURN_IF_ERROR(bundle->connection().Execute("BEGIN IMMEDIATE"));
  return bundle;
}

SqliteBundle::~SqliteBundle() = default;

absl::Status SqliteBundle::Add(const RecordView& record, const std::vector<Hash>& audit_path) {
  const NewEvent event{.event = record.event,
                       .event_type = record.event_type,
                       .ws_id = record.ws_id,
                       .recorded_at = record.recorded_at,
                       .content = record.content};
  RETURN_IF_ERROR(log_->Insert(record.position, record.stream, record.version, event).status());
  std::string path;
  for (const Hash& hash : audit_path) path += HexOf(hash);
  const Value row[] = {static_cast<int64_t>(record.position.value), std::string_view(path)};
  return PutNewRows(BundleProofsTable(), TableSet::kLive, row);
}

absl::Status SqliteBundle::Finish(const BundleHeader& header, const Head& head, const std::string& database_id) {
  for (const auto& [key, value] :
       {std::pair<std::string_view, std::string_view>{"run_id", header.run_id}, {"seal", header.seal}}) {
    const Value row[] = {key, value};
    if (!value.empty()) RETURN_IF_ERROR(PutRow(BundleTable(), TableSet::kLive, row));
  }
  RETURN_IF_ERROR(log_->WriteHead(head));
  ASSIGN_OR_RETURN(Statement id, connection().Prepare("UPDATE schema_meta SET value = ? WHERE key = 'database_id'"));
  id.Bind(1, std::string_view(database_id));
  RETURN_IF_ERROR(id.Run());
  RETURN_IF_ERROR(connection().Execute(fmt::format("PRAGMA application_id = {}; COMMIT;", kBundleApplicationId)));
  // One file, that can be read where nothing may be written beside it.
  return connection().QueryText("PRAGMA journal_mode = DELETE").status();
}

}  // namespace annals
