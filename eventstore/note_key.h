// Ed25519 keys that sign notes (https://c2sp.org/signed-note), in the text forms of golang.org/x/mod/sumdb/note.
//
// A key has a name; with the key's hash it says on a note who signed it. A name is UTF-8 without spaces, control
// characters or '+', up to 512 bytes.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "eventstore/sources.h"

namespace annals {

// kInvalidArgument: `name` is no name of a key.
absl::Status CheckKeyName(std::string_view name);

// What is given to everybody who checks.
class VerifierKey {
 public:
  // Reads "NAME+HASH+BASE64": 8 hex digits, and base64 of 0x01 ‖ the public key. kInvalidArgument otherwise, also where
  // the hash is not the one of name and key, or the key is not of Ed25519.
  static absl::StatusOr<VerifierKey> Parse(std::string_view text);
  std::string text() const;

  const std::string& name() const { return name_; }
  // The first four bytes of SHA-256(name ‖ newline ‖ 0x01 ‖ public key), big-endian.
  uint32_t id() const { return id_; }
  // "NAME+HASH": the text without the key, for messages.
  std::string label() const;

  bool Verifies(std::string_view message, std::string_view signature) const;

 private:
  friend class SigningKey;
  using PublicKey = std::array<unsigned char, 32>;
  VerifierKey(std::string_view name, const PublicKey& public_key);

  std::string name_;
  PublicKey public_key_;
  uint32_t id_;
};

// What only its owner may have.
class SigningKey {
 public:
  static absl::StatusOr<SigningKey> Generate(std::string_view name, RandomSource& random);
  // Reads "PRIVATE+KEY+NAME+HASH+BASE64", base64 of 0x01 ‖ the seed. kInvalidArgument otherwise; the message says
  // nothing of the text, as it is a secret.
  static absl::StatusOr<SigningKey> Parse(std::string_view text);
  std::string text() const;

  const VerifierKey& verifier() const { return verifier_; }
  // 64 bytes; the same message always gives the same.
  std::string Sign(std::string_view message) const;

 private:
  using Secret = std::array<unsigned char, 64>;  // seed ‖ public key
  SigningKey(VerifierKey verifier, const Secret& secret) : verifier_(std::move(verifier)), secret_(secret) {}
  static SigningKey FromSeed(std::string_view name, std::string_view seed);

  VerifierKey verifier_;
  Secret secret_;
};

}  // namespace annals
