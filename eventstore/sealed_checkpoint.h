// Sealed checkpoints: the head of the tree, signed (https://c2sp.org/tlog-checkpoint). Kept elsewhere than the
// database, one shows whether the log still begins with what was sealed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "eventstore/note_key.h"
#include "eventstore/types.h"

namespace annals {

struct SealedCheckpoint {
  std::string origin;  // which log: one line, not empty
  uint64_t size = 0;   // events
  Hash root = {};
  std::vector<std::string> extensions = {};  // further lines, none of them ours; kept as they are
  bool operator==(const SealedCheckpoint&) const = default;
};

// "annals/<database id>".
std::string OriginOf(std::string_view database_id);

// The note: a line each for origin, size and the root in base64, then the signature.
//   kDataLoss  origin or an extension is not one line of text
absl::StatusOr<std::string> Seal(const SealedCheckpoint& checkpoint, const SigningKey& key);

// Reads what was sealed with `key`. Others' signatures beside it are ignored.
//   kDataLoss  it is no sealed checkpoint, is cut short, was not signed by `key`, its signature does not fit, or
//              it is of another origin than `origin` (empty: any will do). The message does not say which file it was.
absl::StatusOr<SealedCheckpoint> OpenSeal(std::string_view note, const VerifierKey& key, std::string_view origin = {});

// What the note says, whoever signed it: worth nothing until OpenSeal() was asked. kDataLoss: it is no sealed
// checkpoint.
absl::StatusOr<SealedCheckpoint> ReadUncheckedSeal(std::string_view note);

}  // namespace annals
