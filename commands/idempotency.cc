#include "commands/idempotency.h"

#include <cstring>

#include <capnp/message.h>
#include <fmt/format.h>

#include "commands/target.h"
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

}  // namespace

absl::StatusOr<std::optional<Answer>> FindFirstAnswer(schema::Command::Reader command, Transaction& transaction,
                                                      EventDecoder& decoder) {
  if (!command.hasCommandId()) return std::nullopt;
  const std::string_view key = View(command.getCommandId());
  Position first;
  Salt salt;
  const RowQuery query{.table = &CommandIdsTable(), .equals = {{0, key}}};
  RETURN_IF_ERROR(transaction.ReadRows(query, TableSet::kLive, [&](Row row) -> absl::Status {
    first.value = static_cast<uint64_t>(std::get<int64_t>(row[1]));
    const auto bytes = BytesOfHex(std::get<std::string_view>(row[2]));
    if (!bytes || bytes->size() != salt.size())
      return absl::DataLossError(fmt::format("read the command id {}: its salt is damaged", key));
    std::memcpy(salt.data(), bytes->data(), salt.size());
    return absl::OkStatus();
  }));
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
    if (record->position == first) {
      const auto digest = event.getCommandDigest();
      const Hash mine = SaltedDigest(salt, DigestInput(command));
      if (digest != AsData(BytesOf(mine))) {
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

absl::Status KeepCommandId(schema::Command::Reader command, Position first, RandomSource& random,
                           Transaction& transaction, schema::Event::Builder event) {
  const Salt salt = random.NewSalt();
  const Hash digest = SaltedDigest(salt, DigestInput(command));
  event.setCommandDigest(AsData(BytesOf(digest)));
  const std::string salt_hex = HexOf(BytesOf(salt));
  const Value row[] = {View(command.getCommandId()), static_cast<int64_t>(first.value), std::string_view(salt_hex)};
  return transaction.PutRow(CommandIdsTable(), TableSet::kLive, row);
}

}  // namespace annals
