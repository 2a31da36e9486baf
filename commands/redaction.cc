#include "commands/redaction.h"

#include <fmt/format.h>

#include "commands/idempotency.h"
#include "projections/rebuild.h"
#include "projections/tables.h"
#include "schemas/status.h"

namespace annals {

absl::StatusOr<Redaction> FindRedaction(schema::RedactContent::Reader command, Snapshot& snapshot,
                                        EventDecoder& decoder) {
  const Position position{static_cast<uint64_t>(command.getPosition().getValue())};
  const std::string tried = fmt::format("redact position {}", position.value);
  ASSIGN_OR_RETURN(const auto cursor, snapshot.ReadLog({.first = position, .last = position}));
  ASSIGN_OR_RETURN(const RecordView* const record, cursor->Next());
  if (record == nullptr) {
    return absl::NotFoundError(
        fmt::format("{}: there is none; the log ends at position {}", tried, snapshot.head().position.value));
  }
  absl::StatusOr<schema::Event::Reader> event = decoder.Decode(record->event);
  if (!event.ok()) return WithContext(event.status(), tried);
  const auto content = event->getContent();
  if (content.isNone()) {
    return absl::InvalidArgumentError(
        fmt::format("{}: the {} there has no content; ids, actors, codes and signatures cannot be redacted, only "
                    "metadata, results, "
                    "contexts, payloads, messages and reasons",
                    tried, record->event_type));
  }
  if (content.isInline()) {
    return absl::InvalidArgumentError(fmt::format(
        "{}: what is stated there stands in the event itself, and no event can be changed; only what is longer than "
        "1024 bytes or was stated with --sensitive is kept apart from it",
        tried));
  }
  if (!record->content) {
    return absl::DataLossError(fmt::format("{}: its content is gone without a redaction; restore a backup", tried));
  }
  if (record->content->IsRedacted()) {
    return absl::AlreadyExistsError(fmt::format("{}: its content is redacted already", tried));
  }
  return Redaction{.position = position,
                   .stream = std::string(record->stream),
                   .ws_id = std::string(View(event->getWsId())),
                   .command_id = std::string(View(event->getCommandId()))};
}

void DraftRedaction(const Redaction& redaction, std::string_view reason, Drafts& drafts) {
  EventDraft& draft = drafts.Add(redaction.ws_id);
  draft.event.initBody().initContentRedacted().setPosition(redaction.position.value);
  draft.text = reason;
}

absl::Status RemoveContent(const Redaction& redaction, Transaction& transaction) {
  RETURN_IF_ERROR(transaction.RedactContent(redaction.position));
  if (!redaction.command_id.empty()) RETURN_IF_ERROR(ForgetDigestSalt(redaction.command_id, transaction));
  for (const TableDef* const table : ProjectedTables()) RETURN_IF_ERROR(transaction.DropShadow(*table));
  return absl::OkStatus();
}

absl::Status WriteStreamAnew(std::string_view stream, Transaction& transaction, bool keeps_state_transitions) {
  Rows rows;
  rows.keeps_state_transitions = keeps_state_transitions;
  RETURN_IF_ERROR(FoldStream(transaction, SubjectOf(stream), {1}, transaction.head().position, rows).status());
  return rows.Flush(transaction, TableSet::kLive, /*max_bytes=*/SIZE_MAX);
}

}  // namespace annals
