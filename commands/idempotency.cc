#include "commands/idempotency.h"

#include <cstring>

#include <capnp/message.h>
#include <fmt/format.h>

#include "commands/target.h"
#include "schemas/sabotage.h"
#include "schemas/status.h"

namespace annals {
namespace {

// What a retry must repeat: the command without its key, and without what does not change its outcome.
std::string DigestInput(schema::Command::Reader command) {
  capnp::MallocMessageBuilder message;
  message.setRoot(command);
  auto copy = message.getRoot<schema::Command>();
  copy.disownCommandId();
  copy.setDryRun(false);
  return CanonicalBytes(copy.asReader());
}

// A row of command_ids.
struct KeptId {
  Position first;            // 0: there is none
  std::optional<Salt> salt;  // none once a content of the command was redacted
};

absl::StatusOr<KeptId> FindId(std::string_view key, Transaction& transaction) {
  KeptId kept;
  const RowQuery query{.table = &CommandIdsTable(), .equals = {{0, key}}};
  RETURN_IF_ERROR(transaction.ReadRows(query, TableSet::kLive, [&](Row row) -> absl::Status {
    kept.first.value = static_cast<uint64_t>(std::get<int64_t>(row[1]));
    const auto bytes = BytesOfHex(std::get<std::string_view>(row[2]));
    if (bytes && bytes->empty()) return absl::OkStatus();
    if (!bytes || bytes->size() != std::tuple_size_v<Salt>) {
      return absl::DataLossError(fmt::format("read the command id {}: its salt is damaged", key));
    }
    std::memcpy(kept.salt.emplace().data(), bytes->data(), bytes->size());
    return absl::OkStatus();
  }));
  return kept;
}

}  // namespace

absl::StatusOr<std::optional<Answer>> FindFirstAnswer(schema::Command::Reader command, Transaction& transaction,
                                                      EventDecoder& decoder) {
  if (!command.hasCommandId() || IsSabotaged("repeats_are_done_again")) return std::nullopt;
  const std::string_view key = View(command.getCommandId());
  ASSIGN_OR_RETURN(const KeptId kept, FindId(key, transaction));
  const Position first = kept.first;
  if (first.value == 0) return std::nullopt;
  ASSIGN_OR_RETURN(const auto cursor, transaction.ReadLog({.first = first}));
  AnswerBuilder builder;
  bool found = false;
  while (true) {
    ASSIGN_OR_RETURN(const RecordView* const record, cursor->Next());
    if (record == nullptr) break;
    ASSIGN_OR_RETURN(const auto event, decoder.Decode(record->event));
    if (View(event.getCommandId()) != key) break;
    found = true;
    if (record->position == first && kept.salt) {
      const auto digest = event.getCommandDigest();
      const Hash mine = SaltedDigest(*kept.salt, DigestInput(command));
      if (digest != AsData(BytesOf(mine)) && !IsSabotaged("a_key_answers_any_command")) {
        return absl::AbortedError(fmt::format(
            "the command id {} was used at position {} for a different command; choose a new one", key, first.value));
      }
    }
    builder.Add(record->position, record->stream, record->version, event);
  }
  if (!found) {
    return absl::DataLossError(
        fmt::format("read the command id {}: it points to position {}, which holds no event of it; annals verify shows "
                    "what was altered",
                    key, first.value));
  }
  return builder.Take(/*repeat=*/true);
}

absl::StatusOr<Answer> AnswerOfNewest(std::string_view stream, Transaction& transaction, EventDecoder& decoder) {
  ASSIGN_OR_RETURN(const auto cursor, transaction.ReadLog({.stream = stream, .newest_first = true}));
  ASSIGN_OR_RETURN(const RecordView* const record, cursor->Next());
  if (record == nullptr) {
    return absl::DataLossError(fmt::format(
        "read the newest event of {}: the tables know of it, and there is none; annals rebuild --check shows more",
        stream));
  }
  ASSIGN_OR_RETURN(const auto event, decoder.Decode(record->event));
  AnswerBuilder builder;
  builder.Add(record->position, record->stream, record->version, event);
  return builder.Take(/*repeat=*/true);
}

absl::Status ForgetDigestSalt(std::string_view command_id, Transaction& transaction) {
  ASSIGN_OR_RETURN(const KeptId kept, FindId(command_id, transaction));
  if (kept.first.value == 0) return absl::OkStatus();
  const Value row[] = {command_id, static_cast<int64_t>(kept.first.value), std::string_view("")};
  return transaction.PutRow(CommandIdsTable(), TableSet::kLive, row);
}

absl::Status KeepCommandId(schema::Command::Reader command, Position first, RandomSource& random,
                           Transaction& transaction, schema::Event::Builder event) {
  const Salt salt = random.NewSalt();
  const Hash digest = SaltedDigest(salt, DigestInput(command));
  event.setCommandDigest(AsData(BytesOf(digest)));
  const std::string salt_hex = HexOf(BytesOf(salt));
  const Value row[] = {View(command.getCommandId()), static_cast<int64_t>(first.value), std::string_view(salt_hex)};
  return transaction.PutNewRows(CommandIdsTable(), TableSet::kLive, row);
}

}  // namespace annals
