// Idempotency keys: the second use of a command id appends nothing and gives the first answer (SPEC §7).
#pragma once

#include <optional>
#include <string_view>

#include <absl/status/statusor.h>

#include "commands/answer.h"
#include "eventstore/event_codec.h"
#include "eventstore/storage.h"
#include "schemas/command.capnp.h"

namespace annals {

// The first answer to `command`, if its id has been used. Where a content of that command was redacted, nothing is left
// to compare with: then every command of that id is taken for the same.
//   kAborted  it was used for a different command
absl::StatusOr<std::optional<Answer>> FindFirstAnswer(schema::Command::Reader command, Transaction& transaction,
                                                      EventDecoder& decoder);

// The answer to the command that appended the newest event of `stream`, as a repeat: nothing is to be done again.
absl::StatusOr<Answer> AnswerOfNewest(std::string_view stream, Transaction& transaction, EventDecoder& decoder);

// Empties the salt of the command's digest, by which what was in the command could be guessed. A repeat of the command
// is then known by its id alone.
absl::Status ForgetDigestSalt(std::string_view command_id, Transaction& transaction);

// Keeps the id of `command` (which has one), whose events begin at `first`, and sets the digest in the first of them.
absl::Status KeepCommandId(schema::Command::Reader command, Position first, RandomSource& random,
                           Transaction& transaction, schema::Event::Builder event);

}  // namespace annals
