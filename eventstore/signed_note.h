// Signed notes (https://c2sp.org/signed-note): a text, a blank line, and a line for each signature.
//
//   the text
//
//   — NAME base64 of (key id ‖ signature)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "eventstore/note_key.h"

namespace annals {

// A longer note, or one with more signatures, is refused; others' tools have the same limits.
inline constexpr size_t kMaxNoteBytes = size_t{1} << 20;
inline constexpr size_t kMaxNoteSignatures = 100;

struct NoteSignature {
  std::string name;
  uint32_t key_id = 0;
  std::string signature;  // in the form of whatever made it
};

struct SignedNote {
  std::string text;  // ends in a newline; it is what was signed
  std::vector<NoteSignature> signatures;

  // kDataLoss: `key` did not sign it, or a signature said to be its own is not. Signatures of others are not looked at.
  absl::Status Verify(const VerifierKey& key) const;
};

// kDataLoss: not a signed note. Says nothing of whether the signatures are right.
absl::StatusOr<SignedNote> ParseSignedNote(std::string_view note);

// The note with one signature. `text` ends in a newline and is UTF-8 without control characters but newlines.
std::string SignNote(std::string_view text, const SigningKey& key);

}  // namespace annals
