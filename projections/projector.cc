#include "projections/projector.h"

#include <fmt/format.h>
#include <kj/exception.h>

#include "eventstore/event_content.h"
#include "schemas/status.h"

namespace annals {

absl::Status MissingRow(const FoldedEvent& event, std::string_view table, std::string_view key) {
  return absl::DataLossError(
      fmt::format("fold the event at position {}: it speaks of {} {}, which no earlier event made; the log is not "
                  "whole; restore a backup",
                  event.position.value, table, key));
}

absl::Status Fold(const FoldedEvent& event, Rows& rows) {
  using Projector = absl::Status (*)(const FoldedEvent&, Rows&);
  static constexpr Projector kProjectors[] = {ApplyToWorkstreams, ApplyToRuns, ApplyToStepAttempts, ApplyToErrors,
                                              ApplyToStateTransitions};
  // Bodies are only ever added at the end, so one this binary does not know lies past the last it does.
  const auto which = event.event.getBody().which();
  if (which == schema::Event::Body::UNKNOWN || which > schema::Event::Body::CONTENT_REDACTED) {
    return absl::DataLossError(
        fmt::format("fold the event at position {}: its kind {} is unknown to this annals; use a newer one",
                    event.position.value, static_cast<int>(which)));
  }
  for (const Projector apply : kProjectors) RETURN_IF_ERROR(apply(event, rows));
  return absl::OkStatus();
}

absl::StatusOr<FoldedEvent> RecordFolder::Read(const RecordView& record) {
  return Decode(record, BrokenPointers::kFoundNow);
}

absl::StatusOr<FoldedEvent> RecordFolder::Decode(const RecordView& record, BrokenPointers broken) {
  absl::StatusOr<schema::Event::Reader> event = events_.Decode(record.event, broken);
  if (!event.ok())
    return WithContext(event.status(), fmt::format("read the event at position {}", record.position.value));
  FoldedEvent folded{.position = record.position, .run_id = {}, .event = *event, .json = {}, .text = {}};
  folded.run_id = RunOfStream(record.stream).value_or(std::string_view{});
  std::optional<std::string_view> kept;
  if (record.content) kept = record.content->bytes;
  const absl::StatusOr<ContentView> content = ContentOf(*event, kept, contents_, broken);
  if (!content.ok())
    return WithContext(content.status(), fmt::format("read the event at position {}", record.position.value));
  folded.json = content->json;
  folded.text = content->text;
  return folded;
}

absl::Status RecordFolder::Fold(const RecordView& record, Rows& rows) {
  // Projectors read what they need and no more: looking at every pointer first costs some 6 % of a fold's time.
  try {
    ASSIGN_OR_RETURN(const FoldedEvent event, Decode(record, BrokenPointers::kThrowLater));
    return annals::Fold(event, rows);
  } catch (const kj::Exception& exception) {
    return absl::DataLossError(fmt::format("fold the event at position {}: it is damaged ({}); restore a backup",
                                           record.position.value, exception.getDescription().cStr()));
  }
}

}  // namespace annals
