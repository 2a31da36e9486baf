#include "commands/event_check.h"

#include <algorithm>

#include <fmt/format.h>
#include <kj/exception.h>

#include "commands/lawfulness.h"
#include "commands/row_faults.h"
#include "eventstore/event_type.h"
#include "schemas/message_text.h"
#include "schemas/sabotage.h"
#include "schemas/status.h"

namespace annals {
namespace {

// What is wrong with the event at `position`, which need not be named again.
std::string DiagnosisAt(Position position, const absl::Status& status) {
  const std::string diagnosis = DiagnosisOf(status);
  const std::string name = fmt::format("position {}: ", position.value);
  const size_t at = diagnosis.find(name);
  return at == std::string::npos ? diagnosis : diagnosis.substr(at + name.size());
}

}  // namespace

EventCheck::EventCheck(Snapshot& snapshot, FaultSink& faults)
    : faults_(faults), streams_(snapshot), command_ids_(snapshot, faults) {
  definitions_.Attach(&snapshot, TableSet::kLive);
}

absl::StatusOr<std::unique_ptr<EventCheck>> EventCheck::Begin(Snapshot& snapshot, TransitionCheck::Strays strays,
                                                              FaultSink& faults) {
  auto check = std::unique_ptr<EventCheck>(new EventCheck(snapshot, faults));
  ASSIGN_OR_RETURN(const bool keeps_transitions, snapshot.HasTable(StateTransitionsTable().table()));
  if (keeps_transitions) check->transitions_.emplace(snapshot, strays, AsFaults(faults));
  return check;
}

absl::Status EventCheck::Check(const RecordView& record) {
  ASSIGN_OR_RETURN(OpenStream* const stream, streams_.Meet(record.stream));
  CheckVersion(record, *stream);
  RETURN_IF_ERROR(CheckEvent(record, *stream));
  if (OpenStreams::HasEnded(*stream)) Leave(*stream);
  return absl::OkStatus();
}

absl::Status EventCheck::Skip(Position position) {
  return transitions_ ? transitions_->Skip(position) : absl::OkStatus();
}

void EventCheck::CheckVersion(const RecordView& record, OpenStream& stream) {
  StreamVersion& next = stream.next_version;
  if (record.version == next) {
    ++next.value;
    return;
  }
  faults_.Add(record.position, FaultKind::kVersion,
              fmt::format("it is version {} of {}, where version {} should stand", record.version.value,
                          Quoted(record.stream), next.value));
  if (record.version > next) next.value = record.version.value + 1;
}

absl::Status EventCheck::CheckEvent(const RecordView& record, OpenStream& stream) {
  // Whatever is broken in an event is found when it is decoded; this is for what would be found later all the same.
  try {
    absl::StatusOr<FoldedEvent> event = folder_.ReadEvent(record);
    if (event.ok()) {
      CheckColumns(record, *event);
      CheckContent(record, *event, stream);
      RETURN_IF_ERROR(command_ids_.Meet(*event));
      return Follow(*event, stream);
    }
    faults_.Add(record.position, FaultKind::kUndecodable, DiagnosisAt(record.position, event.status()));
  } catch (const kj::Exception& exception) {
    faults_.Add(record.position, FaultKind::kUndecodable, exception.getDescription().cStr());
  }
  GiveUp(record.position, stream);
  return Skip(record.position);
}

void EventCheck::CheckColumns(const RecordView& record, const FoldedEvent& event) {
  const auto add = [&](std::string_view column, std::string_view shown, std::string_view said) {
    faults_.Add(record.position, FaultKind::kColumn,
                fmt::format("the column {} says {}, the event {}", column, Quoted(shown), Quoted(said)));
  };
  const Timestamp recorded_at{event.event.getRecordedAt()};
  if (record.recorded_at != recorded_at) {
    add("recorded_at", FormatTimestamp(record.recorded_at), FormatTimestamp(recorded_at));
  }
  const std::string_view type = EventTypeOf(event.event, scratch_);
  if (record.event_type != type) add("event_type", record.event_type, type);
  if (record.ws_id != event.ws_id) add("ws_id", record.ws_id, event.ws_id);
}

void EventCheck::CheckContent(const RecordView& record, FoldedEvent& event, OpenStream& stream) {
  if (event.event.getBody().isContentRedacted()) {
    stream.redactions.emplace_back(record.position, Position{event.event.getBody().getContentRedacted().getPosition()});
  }
  const auto content = event.event.getContent();
  const auto add = [&](std::string detail) { faults_.Add(record.position, FaultKind::kContent, std::move(detail)); };
  if (!content.isKept()) {
    if (record.content) add("content lies beside an event that has none");
    return;
  }
  if (!record.content) return add("the content that was kept beside it is gone");
  const auto kept = content.getKept();
  const std::string_view bytes = record.content->bytes;
  const auto digest = kept.getDigest();
  if (record.content->IsRedacted()) {
    stream.without_content.push_back(record.position);
  } else if (kept.getSize() != bytes.size()) {
    add(fmt::format("{} bytes are kept beside it, it says {}", bytes.size(), kept.getSize()));
  } else if (BytesOf(SaltedDigest(record.content->salt, bytes)) !=
             std::string_view(reinterpret_cast<const char*>(digest.begin()), digest.size())) {
    add("salt and content do not give the digest that it holds");
  }
  const absl::Status status = folder_.ReadKeptContent(record, event);
  if (!status.ok()) add(DiagnosisAt(record.position, status));
}

absl::Status EventCheck::Follow(const FoldedEvent& event, OpenStream& stream) {
  if (!stream.is_broken) {
    ASSIGN_OR_RETURN(std::string objection, FindUnlawful(stream.name(), event, stream.rows(), machine_source_));
    if (!objection.empty() && !IsSabotaged("the_past_is_not_judged")) {
      faults_.Add(event.position, FaultKind::kUnlawful, std::move(objection));
      sums_.Doubt();  // it may have made a row that refers to one which is not there
    }
    const absl::Status folded = Fold(event, stream.rows());
    if (!folded.ok()) {
      if (!absl::IsDataLoss(folded)) return folded;
      faults_.Add(event.position, FaultKind::kUndecodable, DiagnosisAt(event.position, folded));
      GiveUp(event.position, stream);
    }
  }
  return transitions_ ? transitions_->Meet(event) : absl::OkStatus();
}

void EventCheck::GiveUp(Position position, OpenStream& stream) {
  if (stream.is_broken) return;
  stream.is_broken = true;
  stream.rows().Clear();
  if (!MakesRows(stream.name())) return;
  faults_.Add(
      position, FaultKind::kTable,
      fmt::format("stream {} cannot be folded from here on: neither the law nor its tables are checked any more",
                  Quoted(stream.name())));
}

// Content may go where an event of the same stream says so, and nowhere else.
void EventCheck::CheckRedactions(const OpenStream& stream) {
  for (const Position position : stream.without_content) {
    if (std::ranges::find(stream.redactions, position, [](const auto& redaction) { return redaction.second; }) ==
        stream.redactions.end()) {
      faults_.Add(position, FaultKind::kContent,
                  "the content that was kept beside it was removed, and no event says so");
    }
  }
  for (const auto& [position, target] : stream.redactions) {
    if (std::ranges::find(stream.without_content, target) == stream.without_content.end()) {
      faults_.Add(position, FaultKind::kContent,
                  fmt::format("it says that the content of position {} was redacted, which is not so", target.value));
    }
  }
}

void EventCheck::Leave(OpenStream& stream) {
  CheckRedactions(stream);
  if (!stream.is_broken) sums_.AddFolded(stream.rows());
  streams_.Leave(stream);
}

absl::Status EventCheck::Finish() {
  for (OpenStream* const stream : streams_.Rest()) Leave(*stream);
  return transitions_ ? transitions_->Finish() : absl::OkStatus();
}

}  // namespace annals
