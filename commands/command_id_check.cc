#include "commands/command_id_check.h"

#include <fmt/format.h>

#include "schemas/message_text.h"
#include "schemas/sabotage.h"
#include "schemas/status.h"

namespace annals {
namespace {

// The columns of command_ids.
constexpr size_t kKey = 0;
constexpr size_t kPosition = 1;
constexpr size_t kSalt = 2;

bool IsFirstOf(std::string_view key, schema::Event::Reader event) {
  return event.hasCommandDigest() && View(event.getCommandId()) == key;
}

}  // namespace

absl::Status CommandIdCheck::Meet(const FoldedEvent& event) {
  if (!event.event.hasCommandDigest()) return absl::OkStatus();
  ++met_;
  if (IsSabotaged("keys_are_not_compared")) return absl::OkStatus();
  const std::string_view key = View(event.event.getCommandId());
  Position shown;
  bool is_salt_gone = false;
  const RowQuery query{.table = &CommandIdsTable(), .equals = {{kKey, key}}};
  RETURN_IF_ERROR(snapshot_.ReadRows(query, TableSet::kLive, [&](Row row) {
    shown.value = static_cast<uint64_t>(std::get<int64_t>(row[kPosition]));
    const auto salt = BytesOfHex(std::get<std::string_view>(row[kSalt]));
    is_salt_gone = salt && salt->empty();
    if (!salt || (!is_salt_gone && salt->size() != std::tuple_size_v<Salt>)) {
      faults_.Add(event.position, FaultKind::kCommandId,
                  fmt::format("the salt that command_ids has of the command {} is none", Quoted(key)));
    }
    return absl::OkStatus();
  }));
  if (shown != event.position) {
    faults_.Add(event.position, FaultKind::kCommandId,
                shown.value == 0 ? fmt::format("command_ids lacks the command {}, which began here", Quoted(key))
                                 : fmt::format("the command {} began here, command_ids says at position {}",
                                               Quoted(key), static_cast<int64_t>(shown.value)));
  }
  return is_salt_gone ? CheckForgottenSalt(key, event.position) : absl::OkStatus();
}

// The salt goes with a content of the command, and only then.
absl::Status CommandIdCheck::CheckForgottenSalt(std::string_view key, Position first) {
  ASSIGN_OR_RETURN(const auto cursor, snapshot_.ReadLog({.first = first, .for_fold = true}));
  while (true) {
    ASSIGN_OR_RETURN(const RecordView* const record, cursor->Next());
    if (record == nullptr) break;
    const absl::StatusOr<schema::Event::Reader> event = decoder_.Decode(record->event);
    if (!event.ok() || View(event->getCommandId()) != key) break;
    if (record->content && record->content->IsRedacted()) return absl::OkStatus();
  }
  faults_.Add(first, FaultKind::kCommandId,
              fmt::format("the salt of the command {} was emptied, and no content of it was redacted", Quoted(key)));
  return absl::OkStatus();
}

absl::Status CommandIdCheck::CompareRest(uint64_t met) {
  ASSIGN_OR_RETURN(const uint64_t rows, snapshot_.CountRows({.table = &CommandIdsTable()}));
  if (rows == met) return absl::OkStatus();
  return snapshot_.ReadRows({.table = &CommandIdsTable()}, TableSet::kLive, [&](Row row) -> absl::Status {
    const auto key = std::get<std::string_view>(row[kKey]);
    const Position position{static_cast<uint64_t>(std::get<int64_t>(row[kPosition]))};
    ASSIGN_OR_RETURN(const auto cursor, snapshot_.ReadLog({.first = position, .last = position, .for_fold = true}));
    ASSIGN_OR_RETURN(const RecordView* const record, cursor->Next());
    if (record != nullptr) {
      const absl::StatusOr<schema::Event::Reader> event = decoder_.Decode(record->event);
      if (!event.ok() || IsFirstOf(key, *event)) return absl::OkStatus();  // the one is a fault already
    }
    faults_.Add({std::nullopt, FaultKind::kCommandId,
                 fmt::format("command_ids has {} at position {}, where no such command began", Quoted(key),
                             static_cast<int64_t>(position.value))});
    return absl::OkStatus();
  });
}

}  // namespace annals
