// Any bytes as a signed note, as the text of a checkpoint that our key signed, and as a leaf: what is read has one
// form, so writing it again gives the same bytes.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "eventstore/base64.h"
#include "eventstore/leaf.h"
#include "eventstore/sealed_checkpoint.h"
#include "eventstore/signed_note.h"
#include "schemas/check.h"

namespace annals {
namespace {

std::string Written(const SignedNote& note) {
  std::string written = note.text + "\n";
  for (const NoteSignature& signature : note.signatures) {
    std::string id;
    for (int shift = 24; shift >= 0; shift -= 8) id += static_cast<char>(signature.key_id >> shift & 0xff);
    written += "— " + signature.name + " " + Base64Of(id + signature.signature) + "\n";
  }
  return written;
}

void ReadAndWrite(std::string_view bytes) {
  SeededRandom random(1);
  const SigningKey key = SigningKey::Generate("annals", random).value();

  const auto note = ParseSignedNote(bytes);
  CHECK(note.ok() || absl::IsDataLoss(note.status()));
  if (note.ok()) CHECK(Written(*note) == bytes);

  const std::string signed_text = SignNote(std::string(bytes) + "\n", key);
  const auto checkpoint = OpenSeal(signed_text, key.verifier());
  CHECK(checkpoint.ok() || absl::IsDataLoss(checkpoint.status()));
  if (checkpoint.ok()) CHECK(Seal(*checkpoint, key).value() == signed_text);

  const auto leaf = DecodeLeafInput(bytes);
  CHECK(leaf.ok() || absl::IsDataLoss(leaf.status()));
  if (leaf.ok()) CHECK(EncodeLeafInput(*leaf) == bytes);
}

}  // namespace
}  // namespace annals

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  annals::ReadAndWrite({reinterpret_cast<const char*>(data), size});
  return 0;
}
