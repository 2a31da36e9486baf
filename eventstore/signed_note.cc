#include "eventstore/signed_note.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "eventstore/base64.h"
#include "schemas/check.h"
#include "schemas/message_text.h"
#include "schemas/sabotage.h"
#include "schemas/utf8.h"

namespace annals {
namespace {

constexpr std::string_view kDash = "— ";  // an em dash
constexpr size_t kKeyIdBytes = 4;

std::string BigEndian(uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xff);
  return bytes;
}

// "— NAME BASE64", without its newline.
std::optional<NoteSignature> ParseSignature(std::string_view line) {
  if (!line.starts_with(kDash)) return std::nullopt;
  line.remove_prefix(kDash.size());
  const size_t space = line.find(' ');
  if (space == std::string_view::npos || !CheckKeyName(line.substr(0, space)).ok()) return std::nullopt;
  const std::optional<std::string> bytes = BytesOfBase64(line.substr(space + 1));
  if (!bytes || bytes->size() <= kKeyIdBytes) return std::nullopt;
  NoteSignature signature{.name = std::string(line.substr(0, space)), .signature = bytes->substr(kKeyIdBytes)};
  for (size_t i = 0; i < kKeyIdBytes; ++i) {
    signature.key_id = signature.key_id << 8 | static_cast<unsigned char>((*bytes)[i]);
  }
  return signature;
}

absl::Status CheckCharacters(std::string_view note) {
  const size_t invalid = FirstInvalidUtf8(note);
  if (invalid != std::string_view::npos) {
    return absl::DataLossError(fmt::format("it is not UTF-8 from its byte {} on", invalid + 1));
  }
  const auto control =
      std::ranges::find_if(note, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; });
  if (control == note.end()) return absl::OkStatus();
  return absl::DataLossError(fmt::format("its byte {} is a control character", control - note.begin() + 1));
}

}  // namespace

absl::StatusOr<SignedNote> ParseSignedNote(std::string_view note) {
  if (note.size() > kMaxNoteBytes) {
    return absl::DataLossError(fmt::format("it has {} bytes; a note has at most {}", note.size(), kMaxNoteBytes));
  }
  if (const absl::Status status = CheckCharacters(note); !status.ok()) return status;
  const size_t blank = note.rfind("\n\n");
  if (blank == std::string_view::npos || blank + 2 == note.size() || !note.ends_with('\n')) {
    return absl::DataLossError("it is no signed note, or cut short: lines of text, a blank line, lines of signatures");
  }
  SignedNote parsed{.text = std::string(note.substr(0, blank + 1)), .signatures = {}};
  for (std::string_view rest = note.substr(blank + 2); !rest.empty();) {
    const size_t end = rest.find('\n');
    std::optional<NoteSignature> signature = ParseSignature(rest.substr(0, end));
    if (!signature) {
      return absl::DataLossError(fmt::format("its line {} is no signature", Quoted(rest.substr(0, end))));
    }
    if (parsed.signatures.size() == kMaxNoteSignatures) {
      return absl::DataLossError(fmt::format("it has more than {} signatures", kMaxNoteSignatures));
    }
    parsed.signatures.push_back(*std::move(signature));
    rest.remove_prefix(end + 1);
  }
  return parsed;
}

absl::Status SignedNote::Verify(const VerifierKey& key) const {
  bool found = false;
  std::vector<std::string> others;
  for (const NoteSignature& signature : signatures) {
    if (signature.name != key.name() || signature.key_id != key.id()) {
      others.push_back(Quoted(fmt::format("{}+{:08x}", signature.name, signature.key_id)));
      continue;
    }
    found = true;
    if (!key.Verifies(text, signature.signature) && !IsSabotaged("signatures_are_not_checked")) {
      return absl::DataLossError(fmt::format(
          "the signature of {} does not fit: it was altered after it was signed, or is forged", key.label()));
    }
  }
  if (found) return absl::OkStatus();
  return absl::DataLossError(
      fmt::format("the key {} did not sign it; signatures by {}", key.label(), ListedBriefly(others)));
}

std::string SignNote(std::string_view text, const SigningKey& key) {
  CHECK(text.ends_with('\n'));
  const VerifierKey& verifier = key.verifier();
  return fmt::format("{}\n{}{} {}\n", text, kDash, verifier.name(),
                     Base64Of(BigEndian(verifier.id()) + key.Sign(text)));
}

}  // namespace annals
