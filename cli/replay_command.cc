// annals replay: the log folded up to a point, to be looked at or kept in a file.
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/fold_progress.h"
#include "cli/inspection.h"
#include "eventstore/event_json.h"
#include "eventstore/sqlite/replay_file.h"
#include "eventstore/sqlite/sqlite_storage.h"
#include "projections/projector.h"
#include "projections/rebuild.h"
#include "schemas/status.h"

namespace annals {
namespace {

struct ReplayOptions {
  std::optional<Point> until;
  std::optional<std::string> into;
};

absl::Status WriteEvents(Snapshot& snapshot, Position last, ReplayFile& file) {
  ASSIGN_OR_RETURN(const auto cursor, snapshot.ReadLog({.last = last}));
  RecordFolder reader;
  JsonWriter json;
  while (true) {
    ASSIGN_OR_RETURN(const RecordView* const record, cursor->Next());
    if (record == nullptr) return absl::OkStatus();
    ASSIGN_OR_RETURN(const FoldedEvent event, reader.Read(*record));
    RETURN_IF_ERROR(WritePayload(event.event, {.json = event.json, .text = event.text}, json));
    const std::string payload = json.Take();
    RETURN_IF_ERROR(file.AddEvent({.position = record->position,
                                   .timestamp = event.time(),
                                   .run_id = event.run_id,
                                   .ws_id = record->ws_id,
                                   .event_type = record->event_type,
                                   .payload_json = payload}));
  }
}

// Writing the events takes about as long as folding them, and the two need nothing of each other: a thread for each.
absl::Status FillFile(Context& context, Snapshot& snapshot, Position last, ReplayFile& file) {
  // A log only grows, so another look at it holds the same events up to `last`.
  ASSIGN_OR_RETURN(const std::unique_ptr<SqliteStorage> second, context.OpenAnother());
  ASSIGN_OR_RETURN(const auto second_snapshot, second->Read());
  Rows rows;
  ASSIGN_OR_RETURN(rows.keeps_state_transitions, snapshot.HasTable(StateTransitionsTable().table()));
  absl::Status written;
  std::thread writer([&] { written = WriteEvents(*second_snapshot, last, file); });
  FoldProgressLine progress(context, "replay");
  const absl::StatusOr<uint64_t> folded = FoldLog(snapshot, {1}, last, rows, progress);
  writer.join();
  progress.Erase();
  RETURN_IF_ERROR(folded.status());
  RETURN_IF_ERROR(written);
  return rows.Flush(file.rows(), TableSet::kLive, /*max_bytes=*/SIZE_MAX);
}

absl::StatusOr<int> ReplayInto(Context& context, const ReplayOptions& options) {
  ASSIGN_OR_RETURN(SqliteStorage* const storage, context.OpenForReading());
  ASSIGN_OR_RETURN(const auto snapshot, storage->Read());
  Position last = snapshot->head().position;
  if (options.until) {
    ASSIGN_OR_RETURN(last, ResolvePoint(*snapshot, *options.until, context.clock().Now()));
  }
  ASSIGN_OR_RETURN(const auto file, ReplayFile::Create(*options.into, ProjectedTables()));
  RETURN_IF_ERROR(FillFile(context, *snapshot, last, *file));
  ASSIGN_OR_RETURN(const std::string database_id, snapshot->DatabaseId());
  RETURN_IF_ERROR(file->SetMeta("schema_version", std::to_string(kSchemaVersion)));
  RETURN_IF_ERROR(file->SetMeta("replayed_from", database_id));
  RETURN_IF_ERROR(file->SetMeta("replayed_until", std::to_string(last.value)));
  RETURN_IF_ERROR(file->Finish());
  if (context.json()) {
    JsonWriter out;
    out.BeginObject().Key("path").String(*options.into).Key("position").UInt(last.value);
    context.out() << out.EndObject().text() << '\n';
  } else {
    context.out() << fmt::format("{}: the tables as of position {}, and the events up to there\n", *options.into,
                                 last.value);
  }
  return kExitDone;
}

}  // namespace

Command ReplayCommand() {
  const auto options = std::make_shared<ReplayOptions>();
  return {
      .name = "replay",
      .summary = "Fold the log up to a point, to look at or into a file",
      .details =
          "Without --into it shows how things stood, as annals inspect --at does. FILE becomes a database by itself "
          "with every table as of then and a table events with payload_json, for sqlite3, "
          "Python or any other program; it holds no log, so annals does not go on with it. Content that was "
          "redacted since shows as redacted.",
      .example =
          "annals replay --until 1200\nannals replay --until yesterday --into yesterday.db\n"
          "sqlite3 yesterday.db \"SELECT status, count(*) FROM workstreams GROUP BY status\"",
      .arguments = {Option("--until", "POINT", &options->until,
                           "the last position, or a time such as -2h (default: the end of the log)"),
                    FileNamed(Option("--into", "FILE", &options->into, "write a database; it must not be there"))},
      .run = [options](Context& context) -> absl::StatusOr<int> {
        if (options->into) return ReplayInto(context, *options);
        ASSIGN_OR_RETURN(const auto snapshot, context.ReadAsOf(options->until));
        return PrintInspection(context, *snapshot);
      }};
}

}  // namespace annals
