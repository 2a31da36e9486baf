// Any bytes as the text of a key, as base64 and as hex: what is read has one form, but for the case of hex digits, and
// bytes come back from what is written of them.
#include <algorithm>
#include <cctype>
#include <cstdint>
#include <string>

#include "eventstore/base64.h"
#include "eventstore/merkle.h"
#include "eventstore/note_key.h"
#include "eventstore/types.h"
#include "schemas/check.h"
#include "schemas/utf8.h"
#include "tests/fuzz/bytes.h"

namespace annals {
namespace {

void ReadKeys(std::string_view text) {
  const auto verifier = VerifierKey::Parse(text);
  CHECK(verifier.ok() || absl::IsInvalidArgument(verifier.status()));
  if (verifier.ok()) {
    CHECK(verifier->text().size() == text.size() && CheckKeyName(verifier->name()).ok());
    CHECK(VerifierKey::Parse(verifier->text()).value().text() == verifier->text());
    CHECK(!verifier->Verifies("what it never signed", std::string(64, '\0')));
  }
  const auto signer = SigningKey::Parse(text);
  CHECK(signer.ok() || absl::IsInvalidArgument(signer.status()));
  if (signer.ok()) {
    CHECK(signer->text().size() == text.size());
    CHECK(SigningKey::Parse(signer->text()).value().text() == signer->text());
    CHECK(signer->verifier().Verifies(text, signer->Sign(text)));
    CHECK(VerifierKey::Parse(signer->verifier().text()).ok());
  }
  const absl::Status name = CheckKeyName(text);
  CHECK(name.ok() || absl::IsInvalidArgument(name));
  if (name.ok()) CHECK(!text.empty() && FirstInvalidUtf8(text) == std::string_view::npos);
}

void ReadBytes(std::string_view text) {
  CHECK(BytesOfBase64(Base64Of(text)) == text);
  if (const auto bytes = BytesOfBase64(text)) CHECK(Base64Of(*bytes) == text);

  CHECK(BytesOfHex(HexOf(text)) == text);
  if (const auto bytes = BytesOfHex(text)) {
    CHECK(std::ranges::equal(HexOf(*bytes), text,
                             [](char wrote, unsigned char read) { return wrote == std::tolower(read); }));
  }
}

void ReadFrontier(std::string_view bytes) {
  fuzz::Choices choices(bytes.substr(0, 1));
  const uint64_t size = choices.Byte();
  const std::string_view frontier = bytes.substr(std::min<size_t>(1, bytes.size()));
  auto tree = MerkleTree::FromFrontier(size, frontier);
  CHECK(tree.ok() || absl::IsDataLoss(tree.status()));
  if (!tree.ok()) return;
  CHECK(tree->size() == size && tree->frontier() == frontier);
  tree->Append(Hash{});
  CHECK(tree->size() == size + 1);
  CHECK(MerkleTree::FromFrontier(size + 1, tree->frontier()).value().Root() == tree->Root());
}

}  // namespace
}  // namespace annals

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = annals::fuzz::TextOf(data, size);
  annals::ReadKeys(bytes);
  annals::ReadBytes(bytes);
  annals::ReadFrontier(bytes);
  return 0;
}
