#include "projections/projector.h"

#include <fmt/format.h>
#include <kj/exception.h>

#include "eventstore/event_content.h"
#include "schemas/status.h"

namespace annals {
namespace {

using Body = schema::Event::Body;

// A bit for each kind of event.
constexpr uint32_t Kinds(std::initializer_list<Body::Which> bodies) {
  uint32_t kinds = 0;
  for (const Body::Which body : bodies) kinds |= uint32_t{1} << body;
  return kinds;
}

}  // namespace

absl::Status MissingRow(const FoldedEvent& event, std::string_view table, std::string_view key) {
  return absl::DataLossError(
      fmt::format("fold the event at position {}: it speaks of {} {}, which no earlier event made; the log is not "
                  "whole; annals verify shows what was altered",
                  event.position.value, table, key));
}

FoldedEvent EventAt(Position position, std::string_view stream, schema::Event::Reader event) {
  FoldedEvent folded{.position = position,
                     .stream = stream,
                     .run_id = RunOfStream(stream).value_or(std::string_view{}),
                     .event = event,
                     .json = {},
                     .text = {},
                     .ws_id = View(event.getWsId()),
                     .moved = {},
                     .machine = {}};
  if (event.getBody().isTransitioned()) {
    folded.moved = event.getBody().getTransitioned();
    folded.machine = View(folded.moved.getMachine());
  }
  return folded;
}

absl::Status Fold(const FoldedEvent& event, Rows& rows) {
  struct Projector {
    absl::Status (*apply)(const FoldedEvent&, Rows&);
    uint32_t kinds;
  };
  static constexpr Projector kProjectors[] = {
      {ApplyToWorkstreams, Kinds({Body::WORKSTREAM_CREATED, Body::TRANSITIONED})},
      {ApplyToRuns, Kinds({Body::RUN_CREATED, Body::WORKSTREAM_CREATED, Body::TRANSITIONED})},
      {ApplyToStepAttempts, Kinds({Body::STEP_STARTED, Body::STEP_COMPLETED})},
      {ApplyToErrors, Kinds({Body::ERROR_RECORDED})},
      {ApplyToEntities, Kinds({Body::CREATED, Body::TRANSITIONED, Body::AMENDED})},
      {ApplyToCheckpoints, Kinds({Body::CHECKPOINT_SAVED})},
      {ApplyToMachines, Kinds({Body::MACHINE_DEFINED})},
      {ApplyToStateTransitions, Kinds({Body::TRANSITIONED, Body::COMMAND_REFUSED})}};
  // Bodies are only ever added at the end, so one this binary does not know lies past the last it does.
  const auto which = event.event.getBody().which();
  if (which == Body::UNKNOWN || which > Body::MACHINE_DEFINED) {
    return absl::DataLossError(
        fmt::format("fold the event at position {}: its kind {} is unknown to this annals; use a newer one",
                    event.position.value, static_cast<int>(which)));
  }
  for (const Projector& projector : kProjectors) {
    if ((projector.kinds & Kinds({which})) != 0) RETURN_IF_ERROR(projector.apply(event, rows));
  }
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
  FoldedEvent folded = EventAt(record.position, record.stream, *event);
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
