#include "projections/projector.h"

#include <fmt/format.h>
#include <kj/exception.h>

#include "eventstore/event_content.h"
#include "schemas/status.h"

namespace annals {
absl::Status MissingRow(const FoldedEvent& event, std::string_view table, std::string_view key) {
  return absl::DataLossError(
      fmt::format("fold the event at position {}: it speaks of {} {}, which no earlier event made; the log is not "
                  "whole; annals verify shows what was altered",
                  event.position.value, table, key));
}

absl::Status Fold(const FoldedEvent& event, Rows& rows) {
  using Projector = absl::Status (*)(const FoldedEvent&, Rows&);
  static constexpr Projector kProjectors[] = {
      ApplyToWorkstreams, ApplyToRuns,        ApplyToStepAttempts, ApplyToErrors,
      ApplyToEntities,    ApplyToCheckpoints, ApplyToMachines,     ApplyToStateTransitions};
  // Bodies are only ever added at the end, so one this binary does not know lies past the last it does.
  const auto which = event.event.getBody().which();
  if (which == schema::Event::Body::UNKNOWN || which > schema::Event::Body::MACHINE_DEFINED) {
    return absl::DataLossError(
        fmt::format("fold the event at position {}: its kind {} is unknown to this annals; use a newer one",
                    event.position.value, static_cast<int>(which)));
  }
  for (const Projector apply : kProjectors) RETURN_IF_ERROR(apply(event, rows));
  return absl::OkStatus();
}

absl::StatusOr<FoldedEvent> RecordFolder::Read(const RecordView& record) {
  ASSIGN_OR_RETURN(FoldedEvent event, ReadEvent(record));
  RETURN_IF_ERROR(ReadKeptContent(record, event));
  return event;
}

absl::StatusOr<FoldedEvent> RecordFolder::ReadEvent(const RecordView& record) {
  return DecodeEvent(record, BrokenPointers::kFoundNow);
}

absl::Status RecordFolder::ReadKeptContent(const RecordView& record, FoldedEvent& event) {
  return DecodeKeptContent(record, BrokenPointers::kFoundNow, event);
}

absl::StatusOr<FoldedEvent> RecordFolder::DecodeEvent(const RecordView& record, BrokenPointers broken) {
  absl::StatusOr<schema::Event::Reader> event = events_.Decode(record.event, broken);
  if (!event.ok())
    return WithContext(event.status(), fmt::format("read the event at position {}", record.position.value));
  FoldedEvent folded{
      .position = record.position, .stream = record.stream, .run_id = {}, .event = *event, .json = {}, .text = {}};
  folded.run_id = RunOfStream(record.stream).value_or(std::string_view{});
  const auto content = event->getContent();
  if (content.isInline()) {
    folded.json = View(content.getInline().getJson());
    folded.text = View(content.getInline().getText());
  }
  return folded;
}

absl::Status RecordFolder::DecodeKeptContent(const RecordView& record, BrokenPointers broken, FoldedEvent& event) {
  if (!event.event.getContent().isKept()) return absl::OkStatus();
  std::optional<std::string_view> kept;
  if (record.content) kept = record.content->bytes;
  const absl::StatusOr<ContentView> content = ContentOf(event.event, kept, contents_, broken);
  if (!content.ok())
    return WithContext(content.status(), fmt::format("read the event at position {}", record.position.value));
  event.json = content->json;
  event.text = content->text;
  return absl::OkStatus();
}

absl::Status RecordFolder::Fold(const RecordView& record, Rows& rows) {
  // Projectors read what they need and no more: looking at every pointer first costs some 6 % of a fold's time.
  try {
    ASSIGN_OR_RETURN(FoldedEvent event, DecodeEvent(record, BrokenPointers::kThrowLater));
    RETURN_IF_ERROR(DecodeKeptContent(record, BrokenPointers::kThrowLater, event));
    return annals::Fold(event, rows);
  } catch (const kj::Exception& exception) {
    return absl::DataLossError(
        fmt::format("fold the event at position {}: it is damaged ({}); annals verify shows what was altered",
                    record.position.value, exception.getDescription().cStr()));
  }
}

}  // namespace annals
