#include "eventstore/sealed_checkpoint.h"

#include <charconv>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "eventstore/base64.h"
#include "eventstore/signed_note.h"
#include "schemas/message_text.h"
#include "schemas/status.h"

namespace annals {
namespace {

// A number has one text: no sign, no leading zero.
std::optional<uint64_t> ParseSize(std::string_view text) {
  uint64_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  if (!is_whole || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  return size;
}

// `text` ends in a newline.
std::vector<std::string_view> LinesOf(std::string_view text) {
  std::vector<std::string_view> lines;
  for (; !text.empty(); text.remove_prefix(lines.back().size() + 1)) lines.push_back(text.substr(0, text.find('\n')));
  return lines;
}

std::string TextOf(const SealedCheckpoint& checkpoint) {
  std::string text =
      fmt::format("{}\n{}\n{}\n", checkpoint.origin, checkpoint.size, Base64Of(BytesOf(checkpoint.root)));
  for (const std::string& line : checkpoint.extensions) text += line + '\n';
  return text;
}

absl::StatusOr<SealedCheckpoint> ParseText(std::string_view text) {
  const std::vector<std::string_view> lines = LinesOf(text);
  if (lines.size() < 3) {
    return absl::DataLossError("it is no checkpoint: that has a line each for origin, size and root");
  }
  for (const std::string_view line : lines) {
    if (line.empty()) return absl::DataLossError("it is no checkpoint: a line of it is empty");
  }
  const std::optional<uint64_t> size = ParseSize(lines[1]);
  if (!size) return absl::DataLossError(fmt::format("its size {} is no number of events", Quoted(lines[1])));
  const std::optional<std::string> root = BytesOfBase64(lines[2]);
  SealedCheckpoint checkpoint{.origin = std::string(lines[0]), .size = *size};
  if (!root || root->size() != checkpoint.root.size()) {
    return absl::DataLossError(fmt::format("its root {} is not 32 bytes in base64", Quoted(lines[2])));
  }
  std::memcpy(checkpoint.root.data(), root->data(), root->size());
  checkpoint.extensions.assign(lines.begin() + 3, lines.end());
  return checkpoint;
}

}  // namespace

std::string OriginOf(std::string_view database_id) {
  return fmt::format("annals/{}", database_id);
}

absl::StatusOr<std::string> Seal(const SealedCheckpoint& checkpoint, const SigningKey& key) {
  std::string note = SignNote(TextOf(checkpoint), key);
  // The origin comes out of a database that others may write: what cannot be read back is not handed out.
  const absl::StatusOr<SealedCheckpoint> again = OpenSeal(note, key.verifier());
  if (again.ok() && *again == checkpoint) return note;
  return absl::DataLossError(
      fmt::format("seal the log {}: that is not one line of text; restore a backup", Quoted(checkpoint.origin)));
}

absl::StatusOr<SealedCheckpoint> ReadUncheckedSeal(std::string_view note) {
  ASSIGN_OR_RETURN(const SignedNote parsed, ParseSignedNote(note));
  return ParseText(parsed.text);
}

absl::StatusOr<SealedCheckpoint> OpenSeal(std::string_view note, const VerifierKey& key, std::string_view origin) {
  ASSIGN_OR_RETURN(const SignedNote parsed, ParseSignedNote(note));
  RETURN_IF_ERROR(parsed.Verify(key));
  ASSIGN_OR_RETURN(SealedCheckpoint checkpoint, ParseText(parsed.text));
  if (origin.empty() || checkpoint.origin == origin) return checkpoint;
  return absl::DataLossError(
      fmt::format("it seals another log, {}, not {}", Quoted(checkpoint.origin), Quoted(origin)));
}

}  // namespace annals
