#include "cli/export.h"
#include "cli/log_reader.h"
#include "projections/log_json.h"
#include "schemas/status.h"

namespace annals {

absl::Status ExportJsonLines(Snapshot& snapshot, const std::optional<std::string>& run, FoldProgress progress,
                             std::ostream& out) {
  LogFilter filter;
  filter.run = run;
  ASSIGN_OR_RETURN(const auto reader, LogReader::Open(snapshot, filter, {}, LogReader::Order::kOldestFirst));
  JsonWriter json;
  while (out) {
    ASSIGN_OR_RETURN(const LogReader::Entry* const entry, reader->Next());
    if (entry == nullptr) break;
    ASSIGN_OR_RETURN(const FullDetail full, ReadFullDetail(snapshot, entry->event));
    RETURN_IF_ERROR(WriteLogLine(*entry->record, entry->event, &full, json));
    out << json.Take() << '\n';
    progress(entry->record->position.value, snapshot.head().position.value);
  }
  return absl::OkStatus();
}

}  // namespace annals
