#include "eventstore/note_key.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <sodium.h>

#include "eventstore/base64.h"
#include "eventstore/sha256.h"
#include "schemas/check.h"
#include "schemas/message_text.h"
#include "schemas/status.h"
#include "schemas/utf8.h"

namespace annals {
namespace {

constexpr std::string_view kPrivatePrefix = "PRIVATE+KEY+";
constexpr char kEd25519 = '\x01';  // on disk and in notes: the signature type of c2sp.org/signed-note
constexpr size_t kKeyBytes = 32;   // of a public key and of a seed
constexpr size_t kMaxNameBytes = 512;
static_assert(kKeyBytes == crypto_sign_PUBLICKEYBYTES && kKeyBytes == crypto_sign_SEEDBYTES);

// Unicode's white space past ASCII. U+0085, also one, is a control character.
constexpr std::string_view kSpaces[] = {"\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003",
                                        "\u2004", "\u2005", "\u2006", "\u2007", "\u2008", "\u2009",
                                        "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"};

bool IsOutOfPlace(std::string_view character) {
  return character == " " || character == "+" || IsControl(character) ||
         std::ranges::find(kSpaces, character) != std::end(kSpaces);
}

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// "NAME+HASH+BASE64" taken apart. The base64 may hold a '+', the others not.
struct KeyText {
  std::string_view name;
  uint32_t id = 0;
  std::string key;  // the 32 bytes behind the type
};
std::optional<KeyText> TakeApart(std::string_view text) {
  const size_t name_end = text.find('+');
  if (name_end == std::string_view::npos) return std::nullopt;
  const size_t id_end = text.find('+', name_end + 1);
  if (id_end == std::string_view::npos || id_end - name_end - 1 != 8) return std::nullopt;
  KeyText parts{.name = text.substr(0, name_end), .key = {}};
  const std::string_view id = text.substr(name_end + 1, 8);
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), parts.id, 16);
  if (error != std::errc() || end != id.data() + id.size()) return std::nullopt;
  const std::optional<std::string> key = BytesOfBase64(text.substr(id_end + 1));
  if (!key || key->size() != 1 + kKeyBytes || (*key)[0] != kEd25519 || !CheckKeyName(parts.name).ok()) {
    return std::nullopt;
  }
  parts.key = key->substr(1);
  return parts;
}

std::string PutTogether(const VerifierKey& key, std::string_view bytes) {
  return fmt::format("{}+{}", key.label(), Base64Of(std::string(1, kEd25519).append(bytes)));
}

}  // namespace

absl::Status CheckKeyName(std::string_view name) {
  if (name.empty() || name.size() > kMaxNameBytes) {
    return absl::InvalidArgumentError(
        fmt::format("the name of a key has 1 to {} bytes, this one {}", kMaxNameBytes, name.size()));
  }
  for (std::string_view rest = name; !rest.empty();) {
    const size_t length = Utf8Length(rest);
    if (length == 0 || IsOutOfPlace(rest.substr(0, length))) {
      return absl::InvalidArgumentError(
          fmt::format("{} is no name of a key: it is UTF-8 without spaces, control characters or '+'", Quoted(name)));
    }
    rest.remove_prefix(length);
  }
  return absl::OkStatus();
}

VerifierKey::VerifierKey(std::string_view name, const PublicKey& public_key) : name_(name), public_key_(public_key) {
  const std::string_view key(reinterpret_cast<const char*>(public_key.data()), public_key.size());
  const Hash hash = Sha256({name, "\n", {&kEd25519, 1}, key});
  id_ = 0;
  for (size_t i = 0; i < sizeof(id_); ++i) id_ = id_ << 8 | hash[i];
}

absl::StatusOr<VerifierKey> VerifierKey::Parse(std::string_view text) {
  const std::optional<KeyText> parts = TakeApart(text);
  if (!parts) {
    return absl::InvalidArgumentError(fmt::format(
        "read the verifier key {}: it is not NAME+HASH+KEY, as annals key show prints it, of Ed25519", Quoted(text)));
  }
  PublicKey public_key;
  std::memcpy(public_key.data(), parts->key.data(), public_key.size());
  VerifierKey key(parts->name, public_key);
  if (key.id() == parts->id) return key;
  return absl::InvalidArgumentError(
      fmt::format("read the verifier key {}: its hash should be {:08x}; was it cut or "
                  "mistyped?",
                  Quoted(text), key.id()));
}

std::string VerifierKey::label() const {
  return fmt::format("{}+{:08x}", name_, id_);
}

std::string VerifierKey::text() const {
  return PutTogether(*this, {reinterpret_cast<const char*>(public_key_.data()), public_key_.size()});
}

bool VerifierKey::Verifies(std::string_view message, std::string_view signature) const {
  return signature.size() == crypto_sign_BYTES &&
         crypto_sign_verify_detached(Bytes(signature), Bytes(message), message.size(), public_key_.data()) == 0;
}

SigningKey SigningKey::FromSeed(std::string_view name, std::string_view seed) {
  CHECK(seed.size() == kKeyBytes);
  VerifierKey::PublicKey public_key;
  Secret secret;
  static_assert(sizeof(secret) == crypto_sign_SECRETKEYBYTES);
  CHECK(crypto_sign_seed_keypair(public_key.data(), secret.data(), Bytes(seed)) == 0);
  return SigningKey(VerifierKey(name, public_key), secret);
}

absl::StatusOr<SigningKey> SigningKey::Generate(std::string_view name, RandomSource& random) {
  RETURN_IF_ERROR(CheckKeyName(name));
  std::string seed(kKeyBytes, '\0');
  random.Fill(seed.data(), seed.size());
  return FromSeed(name, seed);
}

absl::StatusOr<SigningKey> SigningKey::Parse(std::string_view text) {
  std::optional<KeyText> parts;
  if (text.starts_with(kPrivatePrefix)) parts = TakeApart(text.substr(kPrivatePrefix.size()));
  if (!parts) return absl::InvalidArgumentError("it does not hold a private key as annals key new writes it");
  SigningKey key = FromSeed(parts->name, parts->key);
  if (key.verifier().id() == parts->id) return key;
  return absl::InvalidArgumentError("the private key in it is damaged: its hash is another");
}

std::string SigningKey::text() const {
  const std::string_view seed(reinterpret_cast<const char*>(secret_.data()), kKeyBytes);
  return std::string(kPrivatePrefix) + PutTogether(verifier_, seed);
}

std::string SigningKey::Sign(std::string_view message) const {
  std::string signature(crypto_sign_BYTES, '\0');
  auto* const out = reinterpret_cast<unsigned char*>(signature.data());
  CHECK(crypto_sign_detached(out, nullptr, Bytes(message), message.size(), secret_.data()) == 0);
  return signature;
}

}  // namespace annals
