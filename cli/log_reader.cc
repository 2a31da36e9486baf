#include "cli/log_reader.h"

#include <algorithm>

#include <fmt/format.h>

#include "eventstore/point.h"
#include "schemas/message_text.h"
#include "schemas/severity.h"
#include "schemas/status.h"

namespace annals {

absl::Status ReadEntity(std::string_view text, LogFilter& filter) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == text.size()) {
    return absl::InvalidArgumentError(
        fmt::format("{} is not KIND/ID, such as run/r1 or workstream/parser", Quoted(text)));
  }
  filter.entity_kind = MachineOfKind(text.substr(0, slash));
  filter.entity_id = text.substr(slash + 1);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<LogReader>> LogReader::Open(Snapshot& snapshot, const LogFilter& filter, Position after,
                                                           Order order) {
  auto reader = std::unique_ptr<LogReader>(new LogReader(filter, order));
  LogRange range{.first = {after.value + 1}, .newest_first = order == Order::kNewestFirst};
  if (filter.since) {
    ASSIGN_OR_RETURN(const Position first, FirstPositionFrom(snapshot, *filter.since));
    range.first = std::max(range.first, first);
  }
  if (filter.until) {
    ASSIGN_OR_RETURN(const Position past, FirstPositionFrom(snapshot, Timestamp{filter.until->micros + 1}));
    range.last.value = past.value - 1;
  }
  std::optional<std::string> run = filter.run;
  if (!run && filter.entity_kind == "run") run = filter.entity_id;
  std::vector<std::string> subjects = filter.streams;
  if (run) subjects.push_back(RunStream(*run));
  std::vector<std::string> streams;
  for (std::string& subject : subjects) {
    streams.push_back(RefusedStream(subject));
    streams.push_back(std::move(subject));
  }
  if (streams.empty()) streams.emplace_back();  // all of them
  for (std::string& stream : streams) {
    Source& source = reader->sources_.emplace_back();
    source.stream = std::move(stream);
    range.stream = source.stream;
    ASSIGN_OR_RETURN(source.cursor, snapshot.ReadLog(range));
  }
  return reader;
}

absl::StatusOr<const RecordView*> LogReader::NextRecord() {
  Source* next = nullptr;
  for (Source& source : sources_) {
    if (source.is_used) {
      ASSIGN_OR_RETURN(source.record, source.cursor->Next());
      source.is_used = false;
    }
    if (source.record == nullptr) continue;
    if (next == nullptr || (source.record->position < next->record->position) == (order_ == Order::kOldestFirst))
      next = &source;
  }
  if (next == nullptr) return nullptr;
  next->is_used = true;
  return next->record;
}

bool LogReader::Matches(const RecordView& record) const {
  if (filter_.type && record.event_type != *filter_.type) return false;
  return !filter_.ws || record.ws_id == *filter_.ws;
}

bool LogReader::Matches(const Entry& entry) const {
  if (filter_.actor && View(entry.event.event.getActor()) != *filter_.actor) return false;
  if (filter_.severity && SeverityNamed(SeverityOf(entry.event)) < SeverityNamed(*filter_.severity)) return false;
  if (filter_.transitions && !TransitionOf(entry.event)) return false;
  if (!filter_.entity_kind) return true;
  const EntityRef entity = EntityOf(*entry.record, entry.event);
  return entity.machine == *filter_.entity_kind && entity.id == *filter_.entity_id;
}

absl::StatusOr<const LogReader::Entry*> LogReader::Next() {
  while (true) {
    ASSIGN_OR_RETURN(entry_.record, NextRecord());
    if (entry_.record == nullptr) return nullptr;
    if (!Matches(*entry_.record)) continue;
    ASSIGN_OR_RETURN(entry_.event, folder_.Read(*entry_.record));
    if (Matches(entry_)) return &entry_;
  }
}

}  // namespace annals
